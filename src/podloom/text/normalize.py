"""Text as it is spoken: plain words, whatever the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from podloom.domain import Language
from podloom.text.plain import plain

ROOMS: Mapping[Language, str] = MappingProxyType({"en": "podloom.text.english", "ko": "podloom.text.korean"})
"""Imported with the first text in their language: their rules take 30 ms each."""
_NONE: Mapping[str, str] = MappingProxyType({})
_PASSES = 5
"""Rules see one another's words only on the next pass; two do for prose, the rest is a safeguard."""


def normalize(text: str, language: Language, *, pronunciations: Mapping[str, str] = _NONE) -> str:
    """`text` in words only: no digits, symbols, addresses or Markdown; in Korean no Latin letters either.

    `pronunciations` respells whole words before anything else is read: as written first, then whatever the
    case. Marks left are the full stop, comma, question and exclamation mark, in English also the apostrophe
    and hyphen inside words. Normalising twice changes nothing.
    """
    speak: Callable[[str], str] = import_module(ROOMS[language]).speak
    spoken = respell(text, pronunciations, language)
    for _ in range(_PASSES):
        before, spoken = spoken, speak(plain(spoken))
        if spoken == before:
            break
    return spoken


def respell(text: str, pronunciations: Mapping[str, str], language: Language) -> str:
    """`text` with the words of a lexicon respelled; of overlapping entries the longest counts."""
    lower = {word.lower(): spelling for word, spelling in pronunciations.items()}
    longest_first = sorted(filter(None, pronunciations), key=len, reverse=True)
    if not longest_first:
        return text
    words = "|".join(_whole_word(word, language) for word in longest_first)
    return re.sub(
        words,
        lambda m: pronunciations.get(m[0], lower.get(m[0].lower(), m[0])),
        text,
        flags=re.IGNORECASE,
    )


def _whole_word(word: str, language: Language) -> str:
    """In Korean a particle may follow a word without a space."""
    after = r"(?![^\W가-힣])" if language == "ko" else r"(?!\w)"
    return rf"(?<!\w){re.escape(word)}{after}"
