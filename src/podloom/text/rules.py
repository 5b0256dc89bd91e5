"""What a normalisation rule is: a pattern, and what its matches are replaced by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def apply(rules: Iterable[Rule], text: str) -> str:
    """`text` after each rule in turn; a rule sees what the ones before it wrote."""
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text
