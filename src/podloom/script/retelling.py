"""Takes out of a chapter what an earlier chapter has said already, sentence by sentence.

Writers that work at the same time are kept apart by the outline; this is for what they both say all the same.
It edits and never cuts a conversation: a line keeps at least one sentence, a question stays, and so does
what directly answers one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from podloom.domain import Language, Segment
from podloom.script.check import RUN_WORDS, runs, words
from podloom.text.sentences import split_sentences

MOSTLY = 0.6
"""Of a sentence's words: one that says more of its own than that is kept."""
QUESTION = ("?", "\uff1f")


def without_retelling(
    lines: Sequence[Segment], before: Iterable[Segment], language: Language
) -> tuple[Segment, ...]:
    """The chapter's lines, some of them with fewer sentences; `before` is what earlier chapters say."""
    told = {run for line in before for run in runs(words(line.text))}
    kept: list[Segment] = []
    asked = False
    for line in lines:
        text = _edited(line.text, told, language, asked=asked)
        kept.append(line if text == line.text else line.model_copy(update={"text": text}))
        asked = text.endswith(QUESTION)
    return tuple(kept)


def _edited(text: str, told: set[tuple[str, ...]], language: Language, *, asked: bool) -> str:
    sentences = split_sentences(text, language)
    own = list(_own(sentences, told, asked=asked))
    return " ".join(own) if own and len(own) < len(sentences) else text


def _own(sentences: Sequence[str], told: set[tuple[str, ...]], *, asked: bool) -> Iterator[str]:
    """What is not told again, or has to stay."""
    for sentence in sentences:
        question = sentence.endswith(QUESTION)
        if asked or question or not _retold(words(sentence), told):
            yield sentence
        asked = question


def _retold(spoken: list[str], told: set[tuple[str, ...]]) -> bool:
    again: set[int] = set()
    for start, run in enumerate(runs(spoken)):
        if run in told:
            again.update(range(start, start + RUN_WORDS))
    return len(again) > MOSTLY * len(spoken)
