"""Whether one line of a model's answer can be spoken as it stands, and what is wrong with it if not."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from podloom.domain import Language, count_words
from podloom.script.phrases import (
    ABOUT_ITSELF,
    FAREWELLS,
    GREETINGS,
    INTRODUCTIONS,
    LINE_WORDS,
    RETURNS,
    STAGE_WORDS,
)
from podloom.script.similar import character_runs, overlap
from podloom.text.detect import FREQUENT_WORDS, detect_language, share_in_language

_BRACKETS = re.compile(r"[(\[（【{<〈*_~]([^()\[\]{}<>*_~]{1,60})[)\]）】}>〉*_~]")
_SQUARE = re.compile(r"\[[^\]\d][^\]]*\]|【[^】]*】")
_MARKUP = re.compile(
    r"</?[A-Za-z][^>]*>|\*{1,3}\S[^*]*\*{1,3}|`|^#{1,6}\s|^\s*[-•*]\s|\]\(|^\d+[.)]\s|\{\{|__\w"
)
_ADDRESS = re.compile(r"https?://|\bwww\.\w", re.IGNORECASE)
_EMOJI = re.compile(r"[\U0001F000-\U0001FAFF☀-➿\uFE0F⬀-⯿]")
_LABEL = re.compile(
    r"^(?:speaker|host|guest|narrator|expert|person)\s*\w{0,3}\s*[:：]|^(?:진행자|게스트|전문가|내레이터|화자)\s*\w{0,2}\s*[:：]",
    re.IGNORECASE,
)
SIMILAR = 0.72
"""Share of common character runs from which a line counts as said before."""
LEAST_WORDS_TO_COMPARE = 6
ALSO_ENGLISH = frozenset(
    """
    a an as at con d die do has hat hay in is it l la lo man me met no o of on or over para per plus so son
    sous sur tot us war was we
    """.split()  # noqa: SIM905 - forty literals are harder to read
)
"""Frequent words of other languages that stand in English sentences too: alone they prove nothing."""


class LineFaultError(ValueError):
    """Raised when a line cannot be used; says why in words that a model understands."""


@dataclass
class LineCheck:
    """The checks of the lines of a chapter or of a part of it, in order; remembers what was said."""

    language: Language
    speakers: tuple[str, ...]
    first: bool
    """Whether these lines open the episode."""
    last: bool
    repeated: Callable[[str], str] = lambda _: ""
    """Words of a line that an earlier part of the chapter says; "" if there are none."""
    _said: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    def read(self, raw: str) -> tuple[str, str]:
        """Speaker (as in the cast) and text of one element of an answer.

        Raises:
            LineFaultError: It cannot be spoken as it stands.
        """
        try:
            element = json.loads(raw)
        except json.JSONDecodeError as error:
            raise LineFaultError(f"a line is not valid JSON ({error.msg}): {raw[:80]!r}") from None
        speaker, text = element.get("speaker"), element.get("text")
        if not isinstance(speaker, str) or not isinstance(text, str):
            raise LineFaultError(f'a line needs "speaker" and "text", both as text: {raw[:80]!r}')
        name = self._name(speaker)
        plain = " ".join(unicodedata.normalize("NFC", text).split())
        for fault in self._faults(plain):
            raise LineFaultError(f"{fault}: {_short(plain)!r}")
        self._said.append((plain, character_runs(plain)))
        return name, plain

    def look_again(self) -> tuple[int, str]:
        """How many lines stand, now that `repeated` knows more, and the fault of the next; "" if all do.

        That line and those after it are forgotten.
        """
        for count, (text, _) in enumerate(self._said):
            for fault in self._told_elsewhere(text):
                del self._said[count:]
                return count, f"{fault}: {_short(text)!r}"
        return len(self._said), ""

    def _name(self, given: str) -> str:
        for name in self.speakers:
            if name.casefold() == given.strip().casefold():
                return name
        allowed = ", ".join(self.speakers)
        raise LineFaultError(f"{given!r} is not one of the speakers; they are: {allowed}")

    def _faults(self, text: str) -> Iterator[str]:
        if not any(character.isalnum() for character in text):
            yield "a line is empty"
        yield from _form_faults(text, self.speakers)
        if count_words(text) > LINE_WORDS[self.language]:
            yield f"a line has {count_words(text)} words, at most {LINE_WORDS[self.language]} are allowed"
        if fault := language_fault(text, self.language):
            yield fault
        yield from self._place_faults(text)
        if earlier := self._said_before(text):
            yield f"a line repeats an earlier one ({_short(earlier)!r})"
        yield from self._told_elsewhere(text)

    def _told_elsewhere(self, text: str) -> Iterator[str]:
        if run := self.repeated(text):
            yield f"a line repeats what is said elsewhere in the chapter ({run!r})"

    def _place_faults(self, text: str) -> Iterator[str]:
        """Greetings and farewells where the episode goes on."""
        if RETURNS[self.language].search(text):
            yield "nobody has been away, so nobody is welcomed back"
        if ABOUT_ITSELF[self.language].search(text):
            yield "a line speaks about the writer instead of the matter"
        if not self.first and (GREETINGS[self.language].search(text) or self._introduces(text)):
            yield "the episode is already running: no greeting and no introduction"
        if not self.last and FAREWELLS[self.language].search(text):
            yield "the episode goes on after this chapter: no goodbye and no thanks"

    def _introduces(self, text: str) -> bool:
        pattern = INTRODUCTIONS[self.language]
        return any(re.search(pattern.format(name=re.escape(name)), text) for name in self.speakers)

    def _said_before(self, text: str) -> str | None:
        if count_words(text) < LEAST_WORDS_TO_COMPARE:
            return None
        runs = character_runs(text)
        for earlier, other in self._said:
            if count_words(earlier) >= LEAST_WORDS_TO_COMPARE and overlap(runs, other) >= SIMILAR:
                return earlier
        return None


def language_fault(text: str, language: Language) -> str | None:
    """Why a text is not in the language that is to be spoken; short exclamations and names pass."""
    name = {"en": "English", "ko": "Korean"}[language]
    letters = sum(map(str.isalpha, text))
    if language == "ko":
        wrong = letters >= 12 and share_in_language(text, "ko") < 0.5
    else:
        wrong = letters >= 4 and share_in_language(text, "en") < 0.6
        wrong = wrong or (count_words(text) >= 12 and _is_foreign(text))
    return f"a line is not in {name}, and everything is to be in {name}" if wrong else None


def _is_foreign(text: str) -> bool:
    """Whether the words are those of another language in Latin script."""
    language = detect_language(text)
    if language in {"en", "und"}:
        return False
    frequent = set(FREQUENT_WORDS.get(language, "").split()) - ALSO_ENGLISH
    found = frequent & set(re.findall(r"[^\W\d_]+", text.casefold()))
    return language not in FREQUENT_WORDS or len(found) > 1


def _form_faults(text: str, speakers: Sequence[str]) -> Iterator[str]:
    """What would be heard although it is meant to be seen."""
    directions = (match.group(1) for match in _BRACKETS.finditer(text))
    if _SQUARE.search(text) or any(_is_direction(inside) for inside in directions):
        yield "a line has a stage direction, and everything is read aloud"
    if _MARKUP.search(text):
        yield "a line has markup, and every character is read aloud"
    if _ADDRESS.search(text):
        yield "a line has a web address, which cannot be spoken"
    if _EMOJI.search(text):
        yield "a line has an emoji or a symbol that cannot be spoken"
    names = "|".join(map(re.escape, speakers))
    if _LABEL.search(text) or re.match(rf"(?:{names})\s*[:：]", text, re.IGNORECASE):
        yield "a line begins with the speaker's name as a label"


def _is_direction(inside: str) -> bool:
    return count_words(inside) <= 4 and STAGE_WORDS.search(inside) is not None


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
