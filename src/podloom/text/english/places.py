"""English names of places: addresses, American states, and "St.", which is Saint or Street."""

from __future__ import annotations

import re

from podloom.text.abbreviations import STARTERS
from podloom.text.english.codes import paired
from podloom.text.english.numbers import digits
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


_STATES = (
    "AL,Ala,Alabama AK,,Alaska AZ,Ariz,Arizona AR,Ark,Arkansas CA,Calif,California CO,Colo,Colorado "
    "CT,Conn,Connecticut DE,Del,Delaware FL,Fla,Florida GA,Ga,Georgia HI,,Hawaii ID,,Idaho IL,Ill,Illinois "
    "IN,Ind,Indiana IA,,Iowa KS,Kan,Kansas KY,Ky,Kentucky LA,La,Louisiana ME,,Maine MD,Md,Maryland "
    "MA,Mass,Massachusetts MI,Mich,Michigan MN,Minn,Minnesota MS,Miss,Mississippi MO,Mo,Missouri "
    "MT,Mont,Montana NE,Neb,Nebraska NV,Nev,Nevada NH,N.H,New_Hampshire NJ,N.J,New_Jersey NM,N.M,New_Mexico "
    "NY,N.Y,New_York NC,N.C,North_Carolina ND,N.D,North_Dakota OH,,Ohio OK,Okla,Oklahoma OR,Ore,Oregon "
    "PA,Pa,Pennsylvania RI,R.I,Rhode_Island SC,S.C,South_Carolina SD,S.D,South_Dakota TN,Tenn,Tennessee "
    "TX,Tex,Texas UT,,Utah VT,Vt,Vermont VA,Va,Virginia WA,Wash,Washington WV,W.Va,West_Virginia "
    "WI,Wis,Wisconsin WY,Wyo,Wyoming"
)
_ROWS = tuple(tuple(row.replace("_", " ").split(",")) for row in _STATES.split())
POSTAL = {code: name for code, _, name in _ROWS}
ABBREVIATED = {f"{short}.": name for _, short, name in _ROWS if short}
"""As newspapers shorten them, with the stop."""
_STATE = "|".join(map(re.escape, sorted((*ABBREVIATED, *POSTAL, *POSTAL.values()), key=len, reverse=True)))
_SHORTENED = "|".join(map(re.escape, ABBREVIATED))
_AMBIGUOUS = frozenset(("OK", "OR", "IN", "ME", "HI", "MD", "MA", "PA", "DE", "LA"))
"""Words, degrees or names of places as well: only before a ZIP code."""
_PARTIES = {"D": "Democrat", "R": "Republican", "I": "Independent"}

_WAYS = {
    "N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest",
    "SE": "Southeast", "SW": "Southwest",
}  # fmt: skip
_KINDS = {
    "Dr": "Drive", "Ln": "Lane", "Ct": "Court", "Pl": "Place", "Pkwy": "Parkway", "Cir": "Circle",
    "Ter": "Terrace", "Hwy": "Highway", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road",
}  # fmt: skip
_STREETS = "|".join((*_KINDS, *_KINDS.values(), "St", "Street", "Way"))


def _state(match: re.Match[str]) -> str:
    """The state behind a town, its ZIP code digit by digit; the stop stays where a sentence ends."""
    short, code = match["state"], match["zip"]
    if short in POSTAL:
        if match["town"] in STARTERS or (short in _AMBIGUOUS and not code):
            return match[0]
        return f"{match['town']}, {POSTAL[short]}" + (f" {digits(code)}" if code else "")
    following = match.string[match.end() : match.end() + 20]
    ends = not following.strip("\"')") or re.match(r"\s[A-Z]", following)
    return f"{match['town']}, {ABBREVIATED[short]}{'.' if ends else ''}"


def _politician(match: re.Match[str]) -> str:
    state = ABBREVIATED.get(match["state"]) or POSTAL.get(match["state"], match["state"])
    return f"{_PARTIES[match['party']]} of {state}"


def _address(match: re.Match[str]) -> str:
    """A house, perhaps a direction, a street; "St." is read later."""
    kind = match["kind"]
    following = match.string[match.end() : match.end() + 20]
    ends = match["stop"] and (not following.strip("\"')") or re.match(r"\s[A-Z]", following))
    street = f"{_KINDS[kind]}{'.' if ends else ''}" if kind in _KINDS else f"{kind}{match['stop']}"
    door = f" {match['door']}" if match["door"] else ""
    way = f"{_WAYS[match['way']]} " if match["way"] else ""
    return f"{paired(match['house'])}{door} {way}{match['name']}{street}"


FIRST_RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?<![\w$€£.,-])(?P<house>\d{{1,5}})(?P<door>[A-Z]?)\s(?:(?P<way>{'|'.join(_WAYS)})\.?\s)?"
            rf"(?P<name>(?:[A-Z][a-z]+\s|\d+(?:st|nd|rd|th)\s){{1,3}})(?P<kind>{_STREETS})\b(?P<stop>\.?)"
        ),
        _address,
    ),
    (re.compile(rf"\b(?P<party>[DRI])-(?P<state>{_STATE})(?!\w)"), _politician),
    (
        re.compile(
            rf"\b(?P<town>[A-Z][a-z]+),\s(?P<state>{_SHORTENED}|(?:{'|'.join(POSTAL)})\b(?!['-]))"
            r"(?:\s(?P<zip>\d{5}(?:-\d{4})?)\b)?"
        ),
        _state,
    ),
)
"""Before numbers, and letters that are units."""

RULES: tuple[Rule, ...] = (
    (re.compile(r"\bSt\b(?P<stop>\.?)(?![\w'-])"), _saint_or_street),
    (re.compile(r"\bSte\.(?=\s[A-Z])"), "Sainte"),
)
