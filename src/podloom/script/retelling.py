"""Takes out of a chapter what an earlier chapter has said already, sentence by sentence.

Writers that work at the same time are kept apart by the outline; this is for what they both say all the same.
It edits and never cuts a conversation. A line keeps at least one sentence; one that asks something stays as
it is, and so do the next line and the next of another speaker that says more than "Good question".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from podloom.domain import Language, Segment
from podloom.script.check import RUN_WORDS, runs, words
from podloom.text.questions import asks
from podloom.text.sentences import split_sentences

MOSTLY = 0.6
"""Of a sentence's words: one that says more of its own than that is kept."""


def without_retelling(
    lines: Sequence[Segment], before: Iterable[Segment], language: Language
) -> tuple[Segment, ...]:
    """The chapter's lines, some of them with fewer sentences; `before` is what earlier chapters say."""
    told: set[tuple[str, ...]] = set()
    questions = _Questions(language)
    for line in before:
        told.update(runs(words(line.text)))
        questions.hear(line.speaker, split_sentences(line.text, language))
    return tuple(_edited(line, told, questions, language) for line in lines)


class _Questions:
    """Follows a conversation: which of its lines belong to a question."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._open: set[str] = set()
        """Speakers whose questions nobody else has answered."""
        self._next = False
        """Whether the next line follows a question, whoever has it: a narrator answers himself."""

    def hear(self, speaker: str, sentences: Sequence[str]) -> bool:
        """Whether the line asks or answers."""
        answers = self._next or bool(self._open - {speaker})
        said = [sentence for sentence in sentences if not asks(sentence, self._language)]
        asking = len(said) < len(sentences)
        # A shorter line cannot tell anything again, so that it costs nothing to wait for a longer one.
        interjection = sum(len(words(sentence)) for sentence in said) < RUN_WORDS
        if not interjection:
            self._open &= {speaker}
        if asking:
            self._open.add(speaker)
        self._next = asking or (self._next and interjection)
        return asking or answers


def _edited(line: Segment, told: set[tuple[str, ...]], questions: _Questions, language: Language) -> Segment:
    sentences = split_sentences(line.text, language)
    if questions.hear(line.speaker, sentences):
        return line
    own = [sentence for sentence in sentences if not _retold(words(sentence), told)]
    return line.model_copy(update={"text": " ".join(own)}) if 0 < len(own) < len(sentences) else line


def _retold(spoken: list[str], told: set[tuple[str, ...]]) -> bool:
    again: set[int] = set()
    for start, run in enumerate(runs(spoken)):
        if run in told:
            again.update(range(start, start + RUN_WORDS))
    return len(again) > MOSTLY * len(spoken)
