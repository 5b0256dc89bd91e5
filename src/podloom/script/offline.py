"""The writer without a model: reads the sources in their own words, as a draft.

Extractive: nothing is said about the matter that is not in the sources, word for word. Blocks are chosen by
TextRank when the sources are longer than the episode, and kept whole and in order. Reading somebody's text
aloud is a question of rights, and this is not a conversation that anybody had: hence `draft`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from podloom.domain import ChapterPlan, EpisodeRequest, Outline, Segment, SourceDocument, count_words
from podloom.domain.progress import count_of
from podloom.errors import ScriptError, SourceError
from podloom.script.blocks import Block, read_blocks
from podloom.script.briefing import cast_of
from podloom.script.drafting import (
    SPOKEN_SHARE,
    choose,
    group,
    group_exactly,
    importance,
    source_budget,
    titles,
)
from podloom.script.frame import frame_lines
from podloom.script.outlining import chapter_count
from podloom.script.ranking import rank
from podloom.script.talk import DraftChapter, Line, Talk
from podloom.script.writer import Brief, Upcoming, Withdrawn
from podloom.telemetry import Telemetry
from podloom.text.questions import asks

VERSION = 3
SUMMARY_WORDS = 60
KEY_POINTS = 3
RECAP_WORDS = 45
FITTINGS = 4
"""Drafts that are composed to find one of the right length."""
CLOSE = 0.02
"""Share of the words asked for by which a draft may be off without another try."""


class OfflineWriter:
    """Writes a draft from the sources' own sentences; same sources, request and seed, same script."""

    name = "offline"
    draft = True
    fingerprint = f"offline v{VERSION}"

    def __init__(self, telemetry: Telemetry | None = None) -> None:
        self._telemetry = telemetry or Telemetry()
        self._composed: tuple[tuple[Any, ...], list[list[Line]]] | None = None
        """The last draft's lines, and what they were composed of."""

    async def write_outline(
        self, brief: Brief, documents: Sequence[SourceDocument]
    ) -> AsyncIterator[Outline | ChapterPlan]:
        """Chapters along the sources' sections; `sources` of a chapter are the blocks that it reads.

        Everything is known at once, so the plan has all details already.

        Raises:
            SourceError: The sources hold no sentences, or are in another language.
        """
        blocks = self._blocks(brief, documents)
        draft = _fitted(brief, documents[0].title, blocks)
        self._note_left_out(blocks, draft.kept)
        self._note_too_few(len(draft.outline.chapters), brief.request.chapters)
        yield draft.outline
        for chapter in draft.outline.chapters:
            yield chapter

    async def write_chapter(
        self, brief: Brief, documents: Sequence[SourceDocument], outline: Outline, chapter: ChapterPlan
    ) -> AsyncIterator[Segment | Upcoming | Withdrawn]:
        """The chapter's lines, the sources' sentences among them word for word.

        Raises:
            SourceError: The sources hold no sentences, or are in another language.
            ScriptError: The outline is not one of these sources.
        """
        place = [planned.index for planned in outline.chapters].index(chapter.index)
        for index, (speaker, text) in enumerate(self._lines(brief, documents, outline)[place]):
            yield Segment(chapter=chapter.index, index=index, speaker=speaker, text=text)

    def _blocks(self, brief: Brief, documents: Sequence[SourceDocument]) -> tuple[Block, ...]:
        language = brief.request.language
        for document in documents:
            if document.language not in {language, "und"}:
                raise SourceError(
                    f"{document.origin!r} is in {document.language!r} and the episode in {language!r}: the "
                    "offline writer cannot translate; set a model server (PODLOOM_LLM_BASE_URL or "
                    "PODLOOM_LLM_API_KEY) or change the language"
                )
        blocks = read_blocks(documents, language)
        if not blocks:
            raise SourceError("the sources hold no sentences to read; give a text with at least one")
        return blocks

    def _lines(self, brief: Brief, documents: Sequence[SourceDocument], outline: Outline) -> list[list[Line]]:
        """All chapters' lines, composed once for all of them."""
        asked = (brief, tuple(document.sha256 for document in documents), outline)
        if self._composed is None or self._composed[0] != asked:
            self._composed = asked, _compose(brief, outline, self._blocks(brief, documents))
        return self._composed[1]

    def _note_too_few(self, chapters: int, wanted: int) -> None:
        if chapters < wanted:
            self._telemetry.note(
                f"The draft has {count_of(chapters, 'chapter')} of {wanted} asked for:"
                " the sources have no more paragraphs."
            )

    def _note_left_out(self, blocks: Sequence[Block], kept: Sequence[int]) -> None:
        if len(kept) < len(blocks):
            total = sum(block.words for block in blocks)
            read = sum(blocks[number].words for number in kept)
            self._telemetry.note(
                f"The draft reads {read} of the sources' {total} words, in {len(kept)} of {len(blocks)} "
                "blocks; ask for more minutes to hear the rest."
            )


@dataclass(frozen=True)
class _Draft:
    """An outline, and how long its script is."""

    kept: tuple[int, ...]
    """Of the blocks."""
    outline: Outline
    words: int
    """Spoken ones, the disclosure's too."""


def _fitted(brief: Brief, name: str, blocks: Sequence[Block]) -> _Draft:
    """The draft nearest to the words asked for: how much is said between the sources' sentences varies."""
    scores, style = importance(blocks, brief.request.language), brief.request.format
    budget, best = source_budget(brief.words, style), None
    for _ in range(FITTINGS):
        draft = _draft(brief, name, blocks, scores, budget)
        missing = brief.words - draft.words
        if best is None or abs(missing) < abs(brief.words - best.words):
            best = draft
        if abs(missing) <= CLOSE * brief.words or (missing > 0 and len(draft.kept) == len(blocks)):
            break
        budget = max(1, budget + round(missing * SPOKEN_SHARE[style]))
    assert best is not None
    return best


def _draft(brief: Brief, name: str, blocks: Sequence[Block], scores: Sequence[float], budget: int) -> _Draft:
    language = brief.request.language
    kept = choose(blocks, scores, budget)
    chapters = _chapters([blocks[number] for number in kept], brief.request)
    named = titles(chapters, language)
    outline = Outline(
        title=brief.request.title or name or named[0],
        summary=_summary([blocks[number] for number in kept], scores),
        chapters=tuple(_planned(*each) for each in zip(count(), named, chapters, strict=False)),
    )
    lines = [text for chapter in _compose(brief, outline, blocks) for _, text in chapter]
    frame = frame_lines(brief.request, brief.speakers)
    return _Draft(kept, outline, sum(map(count_words, [*lines, *frame])))


def _chapters(blocks: Sequence[Block], request: EpisodeRequest) -> list[list[Block]]:
    if request.chapters:
        return group_exactly(blocks, request.chapters)
    return group(blocks, chapter_count(request.minutes))


def _planned(index: int, title: str, blocks: Sequence[Block]) -> ChapterPlan:
    return ChapterPlan(
        index=index,
        title=title,
        key_points=tuple(block.units[0] for block in blocks[:KEY_POINTS]),
        words=sum(block.words for block in blocks),
        sources=tuple(block.index for block in blocks),
        point=blocks[0].units[0],
    )


def _compose(brief: Brief, outline: Outline, blocks: Sequence[Block]) -> list[list[Line]]:
    """All chapters' lines; a chapter's questions depend on what was asked in those before."""
    try:
        planned = [
            DraftChapter(chapter.title, tuple(blocks[number] for number in chapter.sources))
            for chapter in outline.chapters
        ]
    except IndexError:
        raise ScriptError("the outline belongs to other sources; make it again from these") from None
    if empty := [chapter.title for chapter in planned if not chapter.blocks]:
        raise ScriptError(
            f"chapter {empty[0]!r} has no sources, and the offline writer has nothing else to read"
        )
    talk = Talk(
        request=brief.request,
        names=tuple(speaker.name for speaker in cast_of(brief)),
        title=outline.title,
        recap=_recap(planned, brief),
        whole=" ".join(block.text for chapter in planned for block in chapter.blocks),
    )
    return talk.chapters(planned)


def _summary(kept: Sequence[Block], scores: Sequence[float]) -> str:
    """How the sources begin, and how the most important other block does, within 60 words."""
    first = kept[0].units[0]
    others = [block for block in kept[1:] if count_words(f"{first} {block.units[0]}") <= SUMMARY_WORDS]
    if not others:
        return first
    return f"{first} {max(others, key=lambda block: scores[block.index]).units[0]}"


def _recap(planned: Sequence[DraftChapter], brief: Brief) -> str:
    """The sentence that is nearest to all others, unless it was only just read; "" for very short texts."""
    units = [unit for chapter in planned for block in chapter.blocks for unit in block.units]
    earlier = [
        n
        for n, unit in enumerate(units[:-3])
        if 6 <= count_words(unit) <= RECAP_WORDS and not asks(unit, brief.request.language)
    ]
    if len(units) < 6 or not earlier:
        return ""
    scores = rank(units, brief.request.language)
    return units[max(earlier, key=lambda number: (scores[number], -number))]
