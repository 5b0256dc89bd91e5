"""English names of places: "St." is Saint or Street, and states are abbreviated after a town."""

from __future__ import annotations

import re

from podloom.text.abbreviations import STARTERS
from podloom.text.rules import Rule

_SAINTS = (
    "Albans Albert Ambrose Andrew Andrews Anne Anthony Augustine Austell Barnabas Bartholomew Barts "
    "Basil Benedict Bernard Catharines Catherine Charles Christopher Clair Cloud Croix David Denis "
    "Dominic Edmunds Elizabeth Etienne Francis Gallen George Germain Gilles Helena Helens Helier "
    "Ignatius Ives James Jean Jerome Joan John Johns Joseph Jude Kilda Kitts Laurent Lawrence Leonard "
    "Louis Lucia Lucie Luke Malo Margaret Mark Martin Mary Matthew Michael Michel Monica Moritz Neots "
    "Nicholas Olaf Pancras Patrick Paul Pauls Peter Peters Petersburg Philip Pierre Pius Sebastian Simon "
    "Simons Stephen Teresa Thomas Tropez Valentine Vincent Vitus"
)
SAINTS = frozenset(_SAINTS.split())
"""Told from streets also where a name stands before: Mount St. Helens, Jill St. John."""

_PARTS = "N S E W NE NW SE SW North South East West Station Bridge Market Journal Pier School"
WITH_STREET = frozenset(_PARTS.split())
"""Go on with a street's name."""
_RANK = re.compile(
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|lfth|teenth|ieth|dredth)$"
)
_BEFORE = re.compile(r"(?:(?P<opening>^|[.!?,;:(]\s*[\"'(]?)|\s|-)(?P<word>[\w'-]+)\s$")
_AFTER = re.compile(r"\s(?P<word>[A-Z][\w-]*)")


def _saint_or_street(match: re.Match[str]) -> str:
    """Saint before a name, Street behind one; the full stop stays where a sentence ends."""
    following = match.string[match.end() :]
    after = _AFTER.match(following)
    if after and not _behind_a_street(match.string[: match.start()], after["word"]):
        return "Saint"
    stopped = match["stop"] and (after["word"] not in WITH_STREET if after else not following.strip("\"')"))
    return "Street." if stopped else "Street"


def _behind_a_street(before: str, name: str) -> bool:
    """Whether the word before is a street's name; one that opens a sentence is capital by its place."""
    found = _BEFORE.search(before[-40:])
    if not found or name in SAINTS:
        return False
    word = found["word"]
    if _RANK.search(word):
        return True
    return word[0].isupper() and word not in STARTERS and (name in STARTERS or found["opening"] is None)


RULES: tuple[Rule, ...] = (
    (re.compile(r"\bSt\b(?P<stop>\.?)(?![\w'-])"), _saint_or_street),
    (re.compile(r"\bSte\.(?=\s[A-Z])"), "Sainte"),
)
