"""Korean as it is spoken: numbers, dates, money, addresses, signs and Latin words in Hangul."""

from __future__ import annotations

import re

from podloom.text.korean import amounts, codes, counters, dates, forms, latin, ranges, rates, signs
from podloom.text.plain import pauses
from podloom.text.rules import apply

_JOINED = re.compile(r"(?<=[가-힣])'(?=[가-힣])")


def speak(text: str) -> str:
    """Words of a plain line; see `podloom.text.plain` for what plain means."""
    figures = (
        *forms.RULES,
        *signs.POWERS,
        *codes.TELEPHONES,
        *rates.RULES,
        *ranges.RULES,
        *dates.RULES,
        *codes.HYPHENS,
        *amounts.RULES,
        *counters.RULES,
        *signs.FIGURES,
    )
    with_names = latin.known_names(latin.ascii_letters(text))
    spoken = apply((*forms.FIRST_RULES, *latin.ADDRESSES, *figures, *latin.RULES, *signs.RULES), with_names)
    return pauses(_JOINED.sub("", spoken), keep="")
