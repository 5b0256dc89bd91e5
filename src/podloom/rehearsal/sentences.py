"""Sentences that sound like sentences and never repeat: a number goes in, always the same one comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from podloom.domain import Language, count_words
from podloom.rehearsal.words import VOCABULARIES

_SLOT = re.compile(r"\{(\w+)(?::(\w))?\}")
_PARTICLES = {"을": "를", "과": "와"}
"""After a consonant: after a vowel."""
_STRIDES = (5, 7, 11, 13, 3, 2)
"""Neighbouring sentences take words that are not neighbours in their list."""


def sentence(number: int, language: Language) -> str:
    """The sentence of that number; two numbers within ten thousand share no three words in a place."""
    templates = VOCABULARIES[language].sentences
    return _filled(templates[number % len(templates)], number, language)


def title(number: int, language: Language) -> str:
    """A title of about five words."""
    templates = VOCABULARIES[language].titles
    return _filled(templates[number % len(templates)], number, language)


def sentences(first: int, language: Language) -> Iterator[str]:
    """All sentences from a number on."""
    number = first
    while True:
        yield sentence(number, language)
        number += 1


def lines(first: int, language: Language, budgets: Sequence[int]) -> list[str]:
    """Lines of whole sentences; after each one, the words so far are close to the sum of the budgets."""
    source = sentences(first, language)
    made: list[str] = []
    wanted = said = 0
    for budget in budgets:
        wanted += budget
        line = [next(source)]
        words = count_words(line[0])
        while said + words < wanted - count_words(line[-1]) / 2:
            line.append(next(source))
            words += count_words(line[-1])
        said += words
        made.append(" ".join(line))
    return made


def _filled(template: str, number: int, language: Language) -> str:
    slots = VOCABULARIES[language].slots

    def fill(match: re.Match[str]) -> str:
        name, particle = match.groups()
        key = name.lower()
        position = list(slots).index(key)
        phrases = slots[key]
        phrase = phrases[number * _STRIDES[position] % len(phrases)]
        if particle:
            return phrase + (particle if _ends_in_consonant(phrase) else _PARTICLES[particle])
        return phrase.capitalize() if name[0].isupper() else phrase

    return _SLOT.sub(fill, template)


def _ends_in_consonant(word: str) -> bool:
    """Whether the last Korean syllable has a final consonant."""
    return (ord(word[-1]) - ord("가")) % 28 != 0
