"""English figures: telephone numbers, versions, fractions, ranks, decades, years and plain numbers."""

from __future__ import annotations

import re

from podloom.text.english import maths
from podloom.text.english.numbers import NUMBER, cardinal, digits, number, ordinal, plural, year
from podloom.text.rules import Rule

_SOFTWARE = (
    r"(?:Python|Node(?:\.js)?|Java|PHP|Ruby|Rails|Django|Go|Rust|Scala|Kotlin|Swift|iOS|iPadOS|Android|macOS|"
    r"Windows|Ubuntu|Debian|Fedora|Kubernetes|PostgreSQL|Postgres|MySQL|Redis|SQLite|CUDA|PyTorch|TensorFlow|"
    r"Chrome|Firefox|Safari|Linux|React|Vue|Angular|Prefect|HTTP|TLS|Bluetooth|USB|OpenAPI|[Vv]ersions?|[Rr]elease)"
)
_SINCE = (
    r"(?:[Ii]n|[Ss]ince|[Bb]y|[Ff]rom|[Uu]ntil|[Tt]ill|[Yy]ear|[Ee]arly|[Ll]ate|[Aa]fter|[Bb]efore|[Dd]uring|"
    r"[Aa]round|[Cc]irca|of|and|to|[Tt]he)"
)
_COUNTED = (
    r"(?=\s(?!was\b|is\b|has\b|as\b|does\b|its\b|this\b|thus\b)(?:[a-z]+[a-z]s|people|men|women|children|more|"
    r"(?:[a-z]+\s)?(?:people|users|words|miles|times|years))\b)"
)


def _telephone(match: re.Match[str]) -> str:
    """Digit by digit, with a pause after each group."""
    groups = re.findall(r"\d+", match[0])
    return ("plus " if match[0].startswith("+") else "") + ", ".join(map(digits, groups))


def _address(match: re.Match[str]) -> str:
    return " dot ".join(map(digits, match[0].split(".")))


def _dotted(version: str) -> str:
    """In a version 3.11 is "three point eleven"."""
    return " point ".join(map(cardinal, version.strip(".").split(".")))


def _decade(match: re.Match[str]) -> str:
    digits_ = match["decade"]
    return plural(year(digits_) if len(digits_) == 4 else cardinal(digits_))


def _screen(match: re.Match[str]) -> str:
    first, last = match[1][:-2], match[1][-2:]
    return f"{cardinal(first)} {cardinal(last)} {match[2].upper()}"


def _letters_and_digits(match: re.Match[str]) -> str:
    """Groups apart, those without a vowel in capitals: mp3 is MP 3, H2O is H 2 O."""
    parts = re.findall(r"[A-Za-z]+|\d+(?:\.\d+)?", match[0])
    return " ".join(
        part if len(part) > 1 and re.search("[aeiouAEIOU]", part) else part.upper() for part in parts
    )


RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\w.])(?:\+?1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?![\w-])"), _telephone),
    (re.compile(r"(?<![\w.])\+\d{1,3}(?:[-. ]\(?\d{1,4}\)?){2,}(?![\w-])"), _telephone),
    (re.compile(r"(?<![\w.-])\d{3}-\d{4}(?![\w-])"), _telephone),
    (
        re.compile(r"(?<![\w.,'-])\d{1,3}(?:(?: \d{3}){2,}|(?:'\d{3})+| 000)(?![\w'])"),
        lambda m: re.sub("[ ']", "", m[0]),
    ),
    (re.compile(r"\b(100|1,?000)s(?=\sof\b)"), lambda m: "hundreds" if m[1] == "100" else "thousands"),
    (re.compile(r"(?<![\w.,])'?(?P<decade>1\d\d0|20\d0|[2-9]0)'?s\b"), _decade),
)
"""Telephone numbers come before groups of digits and dates, and decades before seconds, which look alike."""

LATER_RULES: tuple[Rule, ...] = (
    (
        re.compile(r"(?<=[Cc]all )(?:911|411|311|988)\b|(?<=[Dd]ial )(?:911|411|311|988)\b"),
        lambda m: digits(m[0]),
    ),
    (re.compile(r"(?<![\w.])\d{2,3}(?:\.\d{1,3}){3}(?![\w.])"), _address),
    (re.compile(r"\b[Vv]ersion\s[vV]?(\d+(?:\.\d+)*)"), lambda m: f"version {_dotted(m[1])}"),
    (
        re.compile(r"(?<!\w)(?:v(?:er\.?\s?)?\s?|V(?=\d+\.\d))(\d+(?:\.\d+)*)(?![\w])"),
        lambda m: f"version {_dotted(m[1])}",
    ),
    (re.compile(rf"\b({_SOFTWARE})\s(\d+(?:\.\d+)+)"), lambda m: f"{m[1]} {_dotted(m[2])}"),
    (re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}(?![\w])"), lambda m: _dotted(m[0])),
    (re.compile(r"(?<=[\d.])-(?=\d+-)|(?<=-\d)-(?=\d)|(?<=-\d\d)-(?=\d)"), " "),
    (re.compile(rf"({NUMBER})\s?x\s?(?={NUMBER})"), r"\1 by "),
    (re.compile(r"\b(\d[\d.,]*)[xX]\b"), r"\1 times"),
    *maths.RULES,
    (re.compile(r"(?<=\d\+)(\d+)(?:st|nd|rd|th)\b"), r"\1"),
    (re.compile(r"(?<![\w,.])(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b"), lambda m: ordinal(m[1])),
    (
        re.compile(r"(?<!\w)'(\d\d)\b"),
        lambda m: cardinal(m[1]) if m[1][0] != "0" else f"oh {cardinal(m[1][1])}",
    ),
    (re.compile(r"\b(720|1080|1440|2160)([pi])\b"), _screen),
    (re.compile(r"(?:#|\bNo\.?|\bno\.)\s?(?=\d|[A-Z]{1,4}-?\d)"), "number "),
    (re.compile(r"\b(?:pp|pgs)\.\s?(?=\d)"), "pages "),
    (re.compile(r"\bp\.\s?(?=\d)"), "page "),
    (re.compile(r"\bArt\.\s?(?=\d)"), "Article "),
    (re.compile(r"\b[Pp]ara\.\s?(?=\d)"), "paragraph "),
    (re.compile(r"§\s*"), "section "),
    (re.compile(r"(?<=[A-Za-z])-(?=\d)"), " "),
    (re.compile(r"(?<![\w)\]])[-−](?=\.?\d)"), "minus "),
    (re.compile(r"(?<![\w)\]+])\+(?=\.?\d)"), "plus "),
    (re.compile(r"(?<![\w)\]])±\s?(?=\.?\d)"), "plus or minus "),
    (re.compile(r"(?<=\d)\s?~\s?(?=\d)"), " to "),
    (re.compile(r"(?<=about )[~≈]\s?"), ""),
    (re.compile(r"(?<![\w)\]])[~≈]\s?(?=\.?\d)"), "about "),
    (re.compile(r"(?<=\d)\s-\s(?=\d)"), " minus "),
    (re.compile(r"(?<=\d)-(?=\d)|(?<=[A-Za-z])\.(?=\d)"), " "),
    (re.compile(r"(?<=\d)\+(?=\s[a-zA-Z]|[.,;!?]|$)"), " plus"),
    (re.compile(r"\b(?=\w*[A-Za-z])(?=\w*\d)[A-Za-z0-9]+(?:\.\d+)?\b"), _letters_and_digits),
    (re.compile(rf"(?<![\w.,])(1[1-8]\d\d){_COUNTED}"), lambda m: cardinal(m[1])),
    (re.compile(r"(?<![\d.,])(1[1-9]\d\d|20\d\d)(?![\d]|[.,]\d)"), lambda m: year(m[1])),
    (re.compile(rf"\b({_SINCE})\s(10\d\d)\b(?![.,]\d)"), lambda m: f"{m[1]} {year(m[2])}"),
    (re.compile(NUMBER), lambda m: number(m[0])),
    (re.compile(r"\d+"), lambda m: cardinal(m[0])),
)
