"""English names, numbers and codes in figures that are not quantities: flights, strains, quarters, ISBNs."""

from __future__ import annotations

import re

from podloom.text.english.numbers import DIGITS, cardinal, digits, plural, year
from podloom.text.rules import Rule

_NUMBERED = "Highway|Hwy\\.?|Route|Rte\\.?|Interstate|Flight|flight|Room|room|Suite|Nikkei|RTX|GTX"
_BOOKS = {
    "Gen": "Genesis", "Rev": "Revelation", "Matt": "Matthew", "Rom": "Romans", "Cor": "Corinthians",
    "Isa": "Isaiah",
}  # fmt: skip
_SCORED = re.compile(
    r"\b(?:won|win|wins|lost|lose|loses|beat|beats|led|lead|leads|by|score|scored|trailed|of|to|at)\s$"
)
_RESULT = re.compile(r"\s(?:win|victory|loss|lead|defeat|score|vote|decision)\b")


def paired(figures: str) -> str:
    """As the number of a road or a flight is said: 405 is four oh five, 1549 fifteen forty-nine."""
    if len(figures) == 4 and figures[0] != "0":
        return year(figures)
    if len(figures) != 3 or figures[0] == "0" or figures.endswith("00"):
        return cardinal(figures)
    rest = f"oh {DIGITS[int(figures[2])]}" if figures[1] == "0" else cardinal(figures[1:])
    return f"{DIGITS[int(figures[0])]} {rest}"


def _groups(match: re.Match[str]) -> str:
    """A long code digit by digit with a pause after each group; short groups (10-5-2) are numbers."""
    groups = re.findall(r"\d+", match[0])
    if any(len(group) > 2 or group[0] == "0" for group in groups):
        return ", ".join(map(digits, groups))
    return " ".join(map(cardinal, groups))


def _book(match: re.Match[str]) -> str:
    check = " X" if match["check"] else ""
    return f"{match['name']} {', '.join(map(digits, re.findall(r'[0-9]+', match['figures'])))}{check}"


def _aircraft(match: re.Match[str]) -> str:
    maker, model, series, several = match["maker"], paired(match["model"]), match["series"], match["s"]
    name = f"{model} {cardinal(series)}" if series else model
    return f"{maker.strip()} {plural(name) if several else name}".strip()


def _fiscal(match: re.Match[str]) -> str:
    years = (year(given) if len(given) == 4 else cardinal(given) for given in match.groups() if given)
    return f"fiscal year {' to '.join(years)}"


def _around_the_clock(match: re.Match[str]) -> str:
    scored = _SCORED.search(match.string[max(0, match.start() - 12) : match.start()])
    return "24 to 7" if scored or _RESULT.match(match.string[match.end() :]) else "twenty-four seven"


def _digit_code(match: re.Match[str]) -> str:
    return f"{match['what']} {', '.join(map(digits, match['code'].split('-')))}"


RULES: tuple[Rule, ...] = (
    (
        re.compile(
            r"\b(?P<name>IS[BS]N)(?:-1[03])?:?\s?(?P<figures>\d(?:[\d -]*\d)?)(?P<check>-?X\b)?(?![\w-])"
        ),
        _book,
    ),
    (
        re.compile(
            r"(?<![\w./-])(?!\d{4}-\d\d-\d\d(?![\d-]))(?!\d\d?-\d\d?-\d{4}(?![\d-]))\d{1,4}(?:-\d{1,7}){2,}(?![\w-])"
        ),
        _groups,
    ),
    (
        re.compile(r"\b(?P<what>(?:ZIP|zip|area|PIN)(?: codes?)?):?\s(?P<code>\d{3,5}(?:-\d{4})?)\b"),
        _digit_code,
    ),
    (re.compile(r"\bCVE-(\d{4})-(\d+)\b"), lambda m: f"CVE {year(m[1])}, {digits(m[2])}"),
    (re.compile(r"(?<=[Ff]light )([A-Z]{2,3})\s?(\d{3,4})\b"), lambda m: f"{m[1]} {paired(m[2])}"),
    (re.compile(rf"\b({_NUMBERED})\s(\d{{3,4}})\b(?![,.]\d)"), lambda m: f"{m[1]} {paired(m[2])}"),
    (
        re.compile(
            r"\b(?P<maker>Boeing\s|A(?=3))(?P<model>7[0-8]7|3[0-8]0)(?:-(?P<series>\d{1,4}))?(?P<s>s?)\b"
        ),
        _aircraft,
    ),
    (
        re.compile(
            r"(?<![\w$€£.,-])(?P<maker>)(?P<model>7[0-8]7)(?:-(?P<series>\d{1,3})|(?=\s(?:MAX|Max|Dreamliner)))(?P<s>s?)\b"
        ),
        _aircraft,
    ),
    (re.compile(r"\b(40[13])\s?\(?([kb])\)?(s?)(?![\w(])"), lambda m: f"{paired(m[1])} {m[2].upper()}{m[3]}"),
    (re.compile(r"\b501\s?\(?c\)?(?:\((\d)\))?(?!\w)"), lambda m: f"five oh one C {m[1] or ''}".strip()),
    (re.compile(r"\bFY\s?'?(?P<first>\d{4}|\d\d)(?:[-/–](?P<last>\d{4}|\d\d))?(?![\w,])"), _fiscal),
    (re.compile(r"\b([QH][1-4]|[1-4][QH])\s?'(\d\d)\b"), lambda m: f"{m[1]} {cardinal(m[2])}"),
    (
        re.compile(r"(?<![\w.])([A-Z]{1,3})\.(\d+(?:\.\d+)*)(?![\w.]\w)"),
        lambda m: f"{m[1]} {m[2].replace('.', ' ')}",
    ),
    (re.compile(r"\b24-7\b"), _around_the_clock),
    (re.compile(r"\b3M\b(?!\s(?:people|[a-z]+s)\b)"), "three M"),
    (re.compile(r"\b([QH][1-4])\s?[-–]\s?(?=[QH]?[1-4]\b)"), r"\1 to "),
    (re.compile(r"(?<=[A-Za-z])-(\d{1,3})s\b"), lambda m: f" {plural(cardinal(m[1]))}"),
    (re.compile(r"\b(Gen|Rev|Matt|Rom|Cor|Isa)\.\s(?=\d+:\d)"), lambda m: f"{_BOOKS[m[1]]} "),
)
"""Before dates, ranges and units, which they look like."""
