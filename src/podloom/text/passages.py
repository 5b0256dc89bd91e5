"""Documents in contiguous pieces, so that each chapter is written from its own part of the sources."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from podloom.domain import SourceDocument, count_words
from podloom.text.sentences import split_sentences
from podloom.text.stops import CLOSERS_OF_QUOTES, OWN_STOPS

CLOSED = re.compile(rf"[.!?…:;,{OWN_STOPS}][{CLOSERS_OF_QUOTES}]*$")
HEADING_WORDS = 12


@dataclass(frozen=True)
class Passage:
    """Neighbouring paragraphs of one document."""

    document: int
    """Index of the document."""
    index: int
    """Counted through all documents; what ChapterPlan.sources refers to."""
    text: str
    words: int


def passages(documents: Sequence[SourceDocument], max_words: int) -> tuple[Passage, ...]:
    """All documents in pieces of at most `max_words`; joined again they are the whole text.

    A piece ends at the end of a paragraph, never behind a heading, and the pieces of a document are of
    similar length. Only a paragraph that is too long by itself is split, at a sentence or else at a word.
    """
    if max_words < 1:
        raise ValueError(f"max_words must be positive, not {max_words}")
    texts = [
        (number, text) for number, document in enumerate(documents) for text in _split(document, max_words)
    ]
    return tuple(
        Passage(document=number, index=index, text=text, words=count_words(text))
        for index, (number, text) in enumerate(texts)
    )


def is_heading(paragraph: str) -> bool:
    """Whether a paragraph is short and ends openly, like a heading."""
    return count_words(paragraph) <= HEADING_WORDS and not CLOSED.search(paragraph)


def _split(document: SourceDocument, max_words: int) -> Iterator[str]:
    paragraphs = filter(None, map(str.strip, document.text.split("\n\n")))
    blocks = [block for part in paragraphs for block in _blocks(part, document.language, max_words)]
    counts = [count_words(block) for block in blocks]
    total = sum(counts)
    aim = total / max(1, math.ceil(total / max_words))
    piece: list[str] = []
    words = 0
    for block, count in zip(blocks, counts, strict=True):
        if piece and (words + count > max_words or words >= aim):
            heading = piece[-1:] if _moves(piece, count, max_words) else []
            yield "\n\n".join(piece[: len(piece) - len(heading)])
            piece = heading
            words = sum(map(count_words, heading))
        piece.append(block)
        words += count
    if piece:
        yield "\n\n".join(piece)


def _moves(piece: list[str], next_words: int, max_words: int) -> bool:
    """Whether the last paragraph is a heading that can go with the next one into the next piece."""
    fits = count_words(piece[-1]) + next_words <= max_words
    return len(piece) > 1 and is_heading(piece[-1]) and fits


def _blocks(paragraph: str, language: str, max_words: int) -> Iterator[str]:
    """The paragraph, or its sentences put together again up to the limit."""
    if count_words(paragraph) <= max_words:
        yield paragraph
        return
    block = ""
    for sentence in split_sentences(paragraph, language):
        for part in _parts(sentence, max_words):
            joined = f"{block} {part}".strip()
            if count_words(joined) > max_words:
                yield block
                joined = part
            block = joined
    yield block


def _parts(sentence: str, max_words: int) -> Iterator[str]:
    """The sentence, or runs of its words; of a script without spaces, runs of characters."""
    words = sentence.split()
    if count_words(sentence) <= max_words:
        yield sentence
    elif len(words) >= count_words(sentence):
        yield from (" ".join(words[at : at + max_words]) for at in range(0, len(words), max_words))
    else:
        size = 2 * max_words - 1
        plain = " ".join(words)
        yield from (plain[at : at + size].strip() for at in range(0, len(plain), size))
