"""An outline without a model: which blocks of the sources are kept, and how they become chapters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from podloom.domain import Format, Language
from podloom.script.blocks import Block
from podloom.script.particles import with_particle
from podloom.script.ranking import Wording, rank

FRAME_WORDS: dict[Format, int] = {"conversation": 75, "interview": 75, "narration": 40}
"""Opening and close."""
SPOKEN_SHARE: dict[Format, float] = {"conversation": 0.86, "interview": 0.84, "narration": 0.97}
"""Of a chapter's words, those that come from the sources."""
LEAD = 1.0
"""How much more the beginning of a document counts: it says what all is about."""
SECTION_LEAD = 0.3
OVERRUN = 1.05
LEAST_CHAPTERS = 3
SMALL_CHAPTER_WORDS = 40
HEADED = 1.6
"""How many more chapters a text with headings may have."""
BEGINNINGS: dict[Language, str] = {"en": "To begin with", "ko": "들어가며"}
"""Title of a first chapter that has neither a heading nor a phrase that comes back."""


def source_budget(words: int, style: Format) -> int:
    """Words of the sources that fit into an episode of `words`."""
    return max(1, round((words - FRAME_WORDS[style]) * SPOKEN_SHARE[style]))


def importance(blocks: Sequence[Block], language: Language) -> list[float]:
    """TextRank of each block; beginnings of documents and sections count more."""
    scores = list(rank([block.text for block in blocks], language))
    for number, block in enumerate(blocks):
        before = blocks[number - 1] if number else None
        if before is None or before.document != block.document:
            scores[number] += LEAD
        elif before.section != block.section:
            scores[number] += SECTION_LEAD
    return [float(score) for score in scores]


def choose(blocks: Sequence[Block], scores: Sequence[float], words: int) -> tuple[int, ...]:
    """Indices of the blocks to keep, in their order: all if they fit, else the most important ones.

    A block is kept if it brings the whole nearer to so many words.
    """
    if sum(block.words for block in blocks) <= OVERRUN * words:
        return tuple(range(len(blocks)))
    order = sorted(range(len(blocks)), key=lambda number: (-scores[number], number))
    kept, used = [order[0]], blocks[order[0]].words
    for number in order[1:]:
        if abs(used + blocks[number].words - words) < abs(words - used):
            kept.append(number)
            used += blocks[number].words
    return tuple(sorted(kept))


def group(blocks: Sequence[Block], wanted: int) -> list[list[Block]]:
    """Blocks as chapters: along the sources' sections, at least three where there is enough, in order."""
    chapters = _sections(blocks)
    least = min(LEAST_CHAPTERS, len(blocks))
    # Headings are chapters that somebody has thought about: keep more of them.
    most = max(least, math.ceil(HEADED * wanted) if any(block.heading for block in blocks) else wanted)
    while len(chapters) > 1 and (len(chapters) > most or _is_small(chapters, least)):
        _join_smallest(chapters)
    while len(chapters) < least or (len(chapters) < most and _longest(chapters) > 1.6 * _mean(blocks, most)):
        if not _split_longest(chapters):
            break
    return chapters


def group_exactly(blocks: Sequence[Block], wanted: int) -> list[list[Block]]:
    """Blocks as so many chapters, along the sources' sections; fewer where there are not so many blocks."""
    chapters = _sections(blocks)
    while len(chapters) > wanted:
        _join_smallest(chapters)
    while len(chapters) < wanted and _split_longest(chapters):
        pass
    return chapters


def _sections(blocks: Sequence[Block]) -> list[list[Block]]:
    chapters: list[list[Block]] = [[blocks[0]]]
    for before, block in pairwise(blocks):
        if (before.document, before.section) == (block.document, block.section):
            chapters[-1].append(block)
        else:
            chapters.append([block])
    return chapters


def _words(chapter: Sequence[Block]) -> int:
    return sum(block.words for block in chapter)


def _mean(blocks: Sequence[Block], chapters: int) -> float:
    return _words(blocks) / chapters


def _longest(chapters: Sequence[Sequence[Block]]) -> int:
    return max((_words(chapter) for chapter in chapters if len(chapter) > 1), default=0)


def _is_small(chapters: Sequence[Sequence[Block]], least: int) -> bool:
    return len(chapters) > least and min(map(_words, chapters)) < SMALL_CHAPTER_WORDS


def _join_smallest(chapters: list[list[Block]]) -> None:
    """Join the two neighbours that are shortest together."""
    sizes = [_words(one) + _words(other) for one, other in pairwise(chapters)]
    at = sizes.index(min(sizes))
    chapters[at : at + 2] = [chapters[at] + chapters[at + 1]]


def _split_longest(chapters: list[list[Block]]) -> bool:
    """Halve the longest chapter that has more than one block; False if there is none."""
    candidates = [number for number, chapter in enumerate(chapters) if len(chapter) > 1]
    if not candidates:
        return False
    at = max(candidates, key=lambda number: _words(chapters[number]))
    chapter = chapters[at]
    half = _words(chapter) / 2
    cut = min(range(1, len(chapter)), key=lambda count: abs(_words(chapter[:count]) - half))
    chapters[at : at + 1] = [chapter[:cut], chapter[cut:]]
    return True


def titles(chapters: Sequence[Sequence[Block]], language: Language) -> list[str]:
    """The sources' headings, each once; else what a chapter is about; never twice the same."""
    wording = Wording("\n".join(block.text for chapter in chapters for block in chapter), language)
    headed = any(chapter[0].heading for chapter in chapters)
    found: list[str] = []
    for number, chapter in enumerate(chapters, start=1):
        text = " ".join(block.text for block in chapter)
        part = f"Part {number}" if language == "en" else f"{number}부"
        phrases = _phrase_titles(wording.topics(text), language)
        beginning = [BEGINNINGS[language]] if number == 1 else []
        offers = [chapter[0].heading, *phrases, *beginning, part]
        if headed and beginning:  # what stands before an article's first heading is its introduction
            offers = [chapter[0].heading, *beginning, *phrases, part]
        found.append(next(offer for offer in offers if offer and offer not in found))
    return found


def _phrase_titles(about: Sequence[str], language: Language) -> list[str]:
    """Two phrases joined, or one."""
    apart = [(one, other) for one, other in pairwise(about) if not _related(one, other)]
    pairs = [
        f"{with_particle(one, '과/와')} {other}" if language == "ko" else f"{one} and {other}"
        for one, other in apart
    ]
    return [offer[:1].upper() + offer[1:] for offer in [*pairs[:2], *about[:1]]]


def _related(one: str, other: str) -> bool:
    """Whether two phrases name the same thing: "reefs" and "deep reefs", "산호" and "산호초"."""
    return one in other or other in one or bool(set(one.split()) & set(other.split()))
