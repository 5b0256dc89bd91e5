"""English powers, products, quotients and fractions."""

from __future__ import annotations

import re

from podloom.text.english.numbers import NUMBER, cardinal, number, ordinal
from podloom.text.english.units import EXPRESSION, unit_words
from podloom.text.rules import Rule

_DENOMINATORS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_CRICKET = re.compile(r"\b(?:overs?|wickets?|innings|declared|runs)\b")
_POWERS = {"2": " squared", "3": " cubed"}


def _power(match: re.Match[str]) -> str:
    sign = {"-": "minus ", "+": "plus "}.get(match["sign"], "")
    exponent = match["exponent"]
    words = cardinal(exponent) if exponent.isdigit() else exponent
    return _POWERS.get(sign + exponent, f" to the power of {sign}{words}")


def _power_of_ten(match: re.Match[str]) -> str:
    """1.5e-3; of one times a power only the power is said."""
    power = f"10^{match['sign'] or ''}{int(match['exponent'])}"
    return power if match["number"] == "1" else f"{match['number']} times {power}"


def _power_of_unit(match: re.Match[str]) -> str:
    return f"{_power(match)} {unit_words(match, one=False)}"


def _fraction(match: re.Match[str]) -> str:
    whole, above, below = (int(match[name] or 0) for name in ("whole", "above", "below"))
    joined = f"{cardinal(str(whole))} and " if match["whole"] else ""
    if not joined and (relation := _relation(match, above, below)) is not None:
        return f"{cardinal(match['above'])}{relation}{cardinal(match['below'])}"
    one, many = _DENOMINATORS.get(below, (ordinal(str(below)), f"{ordinal(str(below))}s"))
    if match["plural"] and above == 1 and not joined:
        return many
    describes = re.match("-[a-z]", match.string[match.end() :]) is not None
    if joined and above == 1:
        return f"{joined}a {one}"
    return f"{joined}{cardinal(str(above))} {one if above == 1 or describes else many}"


def _relation(match: re.Match[str], above: int, below: int) -> str | None:
    """What is said between two numbers that are no fraction: marks, shares, one value "over" another."""
    following = match.string[match.end() : match.end() + 40]
    if above > 99 and below < 11 and _CRICKET.search(following):
        return " for "
    shares = above == below == 20 or (above > 9 and above + below == 100)
    if shares or re.match(r"\s(?:time|ARM)\b", following):
        return " "
    if (below in (5, 10, 100) and re.match(r"\sstars?\b", following)) or (
        above <= below and (below in (10, 100) or above == below)
    ):
        return " out of "
    return None if above < below and below >= 2 and (below <= 100 or above == 1) else " over "


def _mark(match: re.Match[str]) -> str:
    relation = "out of" if float(match["above"]) <= int(match["below"]) else "over"
    return f"{number(match['above'])} {relation} {cardinal(match['below'])}"


def _shares(match: re.Match[str]) -> str:
    """Parts that make a hundred, "50/30/20"; other runs stay as they are."""
    parts = match[0].split("/")
    return " ".join(map(cardinal, parts)) if sum(map(int, parts)) == 100 else match[0]


FIRST_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\w)\*\*(?=\d|[a-z]\b)"), "^"),
    (
        re.compile(
            r"(?<![\w.])(?P<number>\d+(?:\.\d+)?)(?:e(?P<sign>[-+]?)|E(?P<plus>[-+]))(?P<exponent>\d{1,3})(?!\w)"
        ),
        _power_of_ten,
    ),
    (re.compile(r"(?<=\d)--(?=\d)"), "–"),
    (re.compile(r"\+/-"), "±"),
    (re.compile(r"(?<=[\w)%])\s±\s?(?=\d)"), " plus or minus "),
    (re.compile(r"(?<=[\w)])\s≈\s(?=\S)"), " is about "),
    (re.compile(r"(?<=\.\d{3})/(?=\.\d{3})"), ", "),
    (re.compile(r"(?<=\d)\s?[x×·]\s?(?=10\^)"), " times "),
    (re.compile(rf"(?<=\d)\^(?P<sign>[-+]?)(?P<exponent>\d+)\s?{EXPRESSION}"), _power_of_unit),
    (re.compile(r"(?<=\d)\^\(?(?P<sign>[-+]?)(?P<exponent>\d+|[a-z]\b)\)?"), _power),
    (
        re.compile(r"(?<=\d)\s?\*\s?(?=[\d(])|(?<=\b[A-Za-z])\*(?=(?:[A-Za-z]|\d+)\b)|(?<=\d)\*(?=[a-z]\b)"),
        " times ",
    ),
    (re.compile(r"\b([1-5])\*(?=\s[a-z])"), r"\1 star"),
    (re.compile(r"(?<![\w.])(\d+)([abcnxyz])(?=(?:\s?[+=*^<>]\s?|\s-\s)[\da-z(])"), r"\1 \2"),
    (re.compile(r"(?<=[-+=*/(]\s)(\d+)([xyn])\b"), r"\1 \2"),
    (re.compile(r"(?<=\d [a-z])\s-\s(?=[\da-z])"), " minus "),
    (re.compile(r"(?<![\w./-])(\d{1,3})-(?=\d/\d{1,2}\b(?!/))"), r"\1 "),
)
"""Before signs are taken for minus, and "x" and "m" for other words."""

RULES: tuple[Rule, ...] = (
    (re.compile(r"\^\(?(?P<sign>[-+]?)(?P<exponent>\d+|[a-z]\b)\)?"), _power),
    (re.compile(r"\b24/7(?:/365)?\b"), "twenty-four seven"),
    (re.compile(r"\b9/11\b"), "nine eleven"),
    (re.compile(r"(?<![\w/.,])\d{2}(?:/\d{2}){2,3}(?![\w/])"), _shares),
    (re.compile(r"(?<![\w/,.])(?P<above>\d+\.\d+)\s?/\s?(?P<below>\d{1,3})(?![\d/]|\.\d)"), _mark),
    (
        re.compile(
            r"(?<![\d/.,])(?:(?P<whole>\d{1,4})\s)?(?P<above>\d{1,3})\s?/\s?(?P<below>\d{1,4})"
            r"(?:(?:th|nd|rd)?(?P<plural>s)\b|th\b)?(?![\w/]|\.\d)"
        ),
        _fraction,
    ),
    (re.compile(rf"(?<![\d.,])({NUMBER})\s?:\s?({NUMBER})(?![\d:])"), r"\1 to \2"),
)
