"""English as it is spoken: numbers, dates, money, addresses, abbreviations and signs in words."""

from __future__ import annotations

from podloom.text.english import addresses, amounts, codes, dates, figures, maths, places, roman, times, words
from podloom.text.plain import pauses
from podloom.text.rules import apply


def speak(text: str) -> str:
    """Words of a plain line; see `podloom.text.plain` for what plain means."""
    rules = (
        *words.FIRST_RULES,
        *addresses.RULES,
        *places.FIRST_RULES,
        *codes.RULES,
        *maths.FIRST_RULES,
        *times.FIRST_RULES,
        *figures.RULES,
        *dates.RULES,
        *times.RULES,
        *amounts.RULES,
        *figures.LATER_RULES,
        *words.SIGNS,
        *roman.RULES,
        *places.RULES,
        *words.RULES,
    )
    return pauses(apply(rules, text), keep="'-")
