"""Addresses read aloud in English."""

from __future__ import annotations

import re

from podloom.text.addresses import address_parts, address_rules
from podloom.text.english.numbers import cardinal, digits
from podloom.text.rules import Rule

_SPELLED = frozenset(
    ("io", "ai", "uk", "us", "eu", "kr", "jp", "fm", "tv", "js", "py", "md", "rs", "ts", "cc")
)
_MARKS = {
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at", "~": "tilde", "+": "plus",
    ":": "colon", "%": "percent", "=": "equals", "&": "and",
}  # fmt: skip


def spell_address(address: str) -> str:
    """Words of an address: "example.com/path" is "example dot com slash path"."""
    return " ".join(filter(None, map(_part, address_parts(address))))


def _part(part: str) -> str:
    """A word if it can be one, else its letters; digits one by one when there are many."""
    if part.isdigit():
        return cardinal(part) if len(part) < 3 else digits(part)
    if part.lower() in _SPELLED or (
        part.isalpha() and len(part) < 5 and not re.search("[aeiouy]", part, re.IGNORECASE)
    ):
        return " ".join(part.upper())
    return part if part.isalpha() else _MARKS.get(part, "")


RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\bat )@(?=\w)"), ""),
    *address_rules(spell_address, handle="at", hashtag="hashtag"),
)
