"""Turns blocks of the sources into lines: who reads what, and what is said in between.

The sources' sentences stay as they are. Between them come questions that the wording of the coming answer
suggests; none is said twice in an episode. Where no question fits, the other host reads on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from podloom.domain import EpisodeRequest, Language, count_words
from podloom.script.blocks import Block
from podloom.script.cues import PHRASES
from podloom.script.particles import PAIRS, with_particle
from podloom.script.ranking import Wording
from podloom.text.sentences import split_sentences

ANSWER_WORDS: dict[Language, int] = {"en": 42, "ko": 30}
NARRATION_WORDS: dict[Language, int] = {"en": 90, "ko": 65}
ACKNOWLEDGE = 0.4
"""How often a question begins with a word about the last answer."""

Line = tuple[str, str]


@dataclass(frozen=True)
class DraftChapter:
    """A chapter's title and what is read in it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass
class Talk:
    """Composes one episode from its first line to its last."""

    request: EpisodeRequest
    names: tuple[str, ...]
    title: str
    recap: str
    """A sentence of the sources to end with; "" for none."""
    whole: str
    """All that is read; tells which phrases come back."""
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._language: Language = self.request.language
        self._phrases = PHRASES[self._language]
        self._wording = Wording(self.whole, self._language)
        self._random = random.Random(self.request.seed)
        self._alone = self.request.format == "narration" or len(self.names) == 1

    def chapters(self, planned: Sequence[DraftChapter]) -> list[list[Line]]:
        """The lines of every chapter."""
        result = []
        for number, chapter in enumerate(planned):
            lines = list(self._narrate(chapter, number) if self._alone else self._converse(chapter, number))
            if number == 0:
                lines = [*self._opening(), *lines]
            if number == len(planned) - 1:
                lines += self._closing()
            result.append(lines)
        return result

    # --- one voice ---

    def _narrate(self, chapter: DraftChapter, number: int) -> Iterator[Line]:
        if number and chapter.blocks[0].heading == chapter.title:
            yield self.names[0], _sentence(chapter.title)
        for block in chapter.blocks:
            for answer in _answers(block, NARRATION_WORDS[self._language]):
                yield self.names[0], answer

    # --- several voices ---

    def _converse(self, chapter: DraftChapter, number: int) -> Iterator[Line]:
        asker, *tellers = self._roles(number)
        first = True
        for count, block in enumerate(chapter.blocks):
            teller = tellers[count % len(tellers)]
            for part, answer in enumerate(_answers(block, ANSWER_WORDS[self._language])):
                lead = self._lead(chapter, number, answer) if first else self._question(answer, part)
                first = False
                if lead:
                    yield asker, lead
                elif self.request.format == "conversation" and part == 0:
                    # Nothing fitting is left to ask: whoever asked reads on.
                    asker, teller = teller, asker
                    tellers = [name for name in self.names if name != asker]
                yield teller, answer

    def _roles(self, number: int) -> list[str]:
        """Who asks, then who tells. In a conversation another one asks in every chapter."""
        names = list(self.names)
        if self.request.format == "interview":
            return names
        turn = number % len(names)
        return names[turn:] + names[:turn]

    def _lead(self, chapter: DraftChapter, number: int, answer: str) -> str:
        """What opens a chapter: a link with its title, or in the first one a question."""
        if number == 0:
            return self._unused(self._phrases.start) or self._question(answer, 0)
        links = [self._fill(link, title=_bare(chapter.title)) for link in self._shuffled(self._phrases.links)]
        fresh = [link for link in links if link.split(_bare(chapter.title))[0] not in self._used]
        chosen = (fresh or links)[0]
        self._used.add(chosen.split(_bare(chapter.title))[0])
        return chosen

    def _question(self, answer: str, part: int) -> str:
        """A question that the coming answer answers and that was not asked before; "" if there is none."""
        # The second half of a block goes on by itself more often than not.
        if part and self._random.random() < 0.5:
            return self._unused(self._shuffled(self._phrases.acknowledgements))
        question = self._unused(self._offers(answer))
        if question and self._random.random() < ACKNOWLEDGE:
            word = self._unused(self._shuffled(self._phrases.acknowledgements))
            return f"{word} {question}".strip()
        return question

    def _offers(self, answer: str) -> Iterator[str]:
        opening = split_sentences(answer, self._language)[0]
        for pattern, questions in self._phrases.cues:
            if pattern.search(opening):
                yield from questions
        about = self._wording.topics(opening)[:1]
        for form in self._phrases.topics:
            for topic in about:
                if topic not in self._used and form not in self._used:
                    self._used.update((topic, form))
                    yield self._fill(form, topic=topic)
        yield from self._shuffled(self._phrases.generic)

    # --- the frame ---

    def _opening(self) -> Iterator[Line]:
        phrases, title = self._phrases, _bare(self.title)
        if self._alone:
            yield self.names[0], self._fill(phrases.hello_alone, title=title)
            return
        asker, second, *more = self._roles(0)
        yield asker, self._fill(phrases.hello, name=asker)
        for name in more:
            yield name, self._fill(phrases.hello_more, name=name)
        today = self._fill(phrases.today, title=title)
        yield second, f"{self._fill(phrases.hello_second, name=second)} {today}"

    def _closing(self) -> Iterator[Line]:
        phrases = self._phrases
        asker, teller = (self.names[0], self.names[0]) if self._alone else self._roles(0)[:2]
        if self.recap:
            yield asker, phrases.recap_alone if self._alone else phrases.recap_question
            yield teller, self.recap
        yield asker, self._fill(phrases.goodbye)

    # --- choosing words ---

    def _unused(self, offers: Iterator[str] | Sequence[str]) -> str:
        for offer in offers:
            if offer not in self._used:
                self._used.add(offer)
                return offer
        return ""

    def _shuffled(self, phrases: Sequence[str]) -> list[str]:
        return self._random.sample(phrases, len(phrases))

    def _fill(self, form: str, **values: str) -> str:
        """The phrase with its values; a particle takes the form that fits the word before it."""
        filled = form.replace("{show}", self.request.podcast)
        for key, value in values.items():
            filled = filled.replace(f"{{{key}}}.", _sentence(value)).replace(f"{{{key}}}", value)
        for pair in PAIRS:
            while (at := filled.find(f"{{{pair}}}")) >= 0:
                before, after = filled[:at], filled[at + len(pair) + 2 :]
                filled = with_particle(before, pair) + after
        return filled


def _answers(block: Block, limit: int) -> Iterator[str]:
    """A block in parts of similar length that one voice reads in one go."""
    parts = max(1, round(block.words / limit))
    aim = block.words / parts
    part: list[str] = []
    for unit in block.units:
        words = sum(map(count_words, part))
        if part and words + count_words(unit) / 2 > aim:
            yield " ".join(part)
            part = []
        part.append(unit)
    yield " ".join(part)


def _bare(title: str) -> str:
    """A title inside of a sentence of ours: without its own full stop."""
    return re.sub(r"[.\s]+$", "", title)


def _sentence(title: str) -> str:
    return title if title[-1:] in ".!?" else f"{title}."
