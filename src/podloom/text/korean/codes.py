"""Numbers read digit by digit, and what a hyphen between numbers means: telephones, addresses, scores."""

from __future__ import annotations

import re

from podloom.text.korean.counter_words import COUNTER
from podloom.text.korean.counters import NUMBER
from podloom.text.korean.numbers import digits, sino
from podloom.text.rules import Rule

_LEAST_DIGITS = 9
"""Of a number in groups that is read digit by digit; 2026-11-21 has eight."""
_YEARS = range(1900, 2101)
_SCORE = re.compile(
    r"\s?(?:로|으로|승|패|무(?!료)|스코어|완승|완패|압승|대승|대패|신승|역전|꺾|눌|이[겼기긴]|제압|동점|접전"
    r"|앞[서선섰]|뒤[지진졌]|리드|마무리)"
)
_HOUSE = re.compile(r"\s?(?:번지|호(?![선기])|번(?!째)|반(?![가-힣]))")
_PLACE = re.compile(r"(?:[가-힣]{2}(?:동|길|읍|면|대로|[가-힣](?<!으)로)|표|그림|사진|예제|문제|부록) ?$")
_COUNTED = re.compile(r"\s?[%가-힣A-Za-z°]")


def telephone(match: re.Match[str]) -> str:
    """Digit by digit with a pause between groups; zero is 공."""
    groups = [digits(group, zero="공") for group in re.findall(r"\d+", match[0])]
    return ("플러스 " if match[0].startswith("+") else "") + ", ".join(groups)


def _groups(match: re.Match[str]) -> str:
    return telephone(match) if sum(map(str.isdigit, match[0])) >= _LEAST_DIGITS else match[0]


def _hyphen(match: re.Match[str]) -> str:
    """A house number, score or range by its neighbours, else by its size."""
    first, last = match[1], match[2]
    before, after = match.string[: match.start()][-8:], match.string[match.end() :]
    if not (first.isdigit() and last.isdigit()):
        return f"{first}에서 {last}"
    score = _SCORE.match(after)
    if _HOUSE.match(after) or (_PLACE.search(before) and not score):
        return f"{sino(first)} 다시 {sino(last)}"
    years = int(first) in _YEARS and int(last) in _YEARS
    if not score and (years or (_COUNTED.match(after) and int(first) < int(last))):
        return f"{first}에서 {last}"
    versus = score or len(first) == len(last) < 3
    return f"{sino(first)} {'대' if versus else '다시'} {sino(last)}"


def _local(match: re.Match[str]) -> str:
    """555-1234 without an area code, but no span of years."""
    years = all(int(part) in _YEARS for part in match[0].split("-"))
    return match[0] if years else telephone(match)


TELEPHONES: tuple[Rule, ...] = (
    (
        re.compile(rf"((?:번호|코드|계좌)[은는]?\s?:?\s)(\d[\d-]{{3,}}\d)(?![\d.,]*\d|\s?(?:{COUNTER}))"),
        lambda m: m[1] + telephone(m),
    ),
    (
        re.compile(r"(?<![A-Za-z])([A-Z]{2})\s?(\d{3,4})\s?(?=편)"),
        lambda m: f"{m[1]} {digits(m[2], zero='공')}",
    ),
    (
        re.compile(r"(?<![\w.])(?:\+\d{1,3}[- ])?\(?0?\d{1,3}\)?[-. ]\d{3,4}[-. ]\d{4}(?![\w-])", re.ASCII),
        telephone,
    ),
    (re.compile(r"(?<![\w.(])\(?0\d{1,2}\)\s?\d{3,4}-\d{4}(?![\w-])", re.ASCII), telephone),
    (
        re.compile(r"(?<![\w.-])(?:(?:1[5-9]\d\d|0\d{2,3})-\d{4}|0\d{1,2}-1\d\d)(?![\w-])", re.ASCII),
        _local,
    ),
    (
        re.compile(
            r"(?<!\d)(?:112|119|114|120)(?=에 |로 (?:전화|신고)|\s?(?:신고|구급|구조|소방|안전|상황실|특수))"
        ),
        telephone,
    ),
    (re.compile(r"(?<![\w.-])\d{6}-[1-8]\d{6}(?![\w-])", re.ASCII), telephone),
    (re.compile(r"(?<![\w.-])\d{1,7}(?:-\d{1,7}){2,4}(?![\w-])", re.ASCII), _groups),
    (re.compile(r"(?<![\w.-])\d{4}(?: \d{4}){3}(?![\w-])", re.ASCII), telephone),
    (
        re.compile(
            rf"(?<![\w.,-])\d{{3,4}}-\d{{4}}(?![\w-])(?!\s?(?:{COUNTER}|[%°A-Za-z백천만억조년월일호]))",
            re.ASCII,
        ),
        _local,
    ),
)
"""These come before dates and ranges, which look alike."""

HYPHENS: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d)\s?[-–]\s?(?=\d+(?:\s?[-+×÷*]\s?\d+){0,8}\s?=)"), " 빼기 "),
    (
        re.compile(r"(?<!\d)(\d{4})\s?[-/~–]\s?(\d\d(?:\d\d)?)\s?(?=시즌)"),
        lambda m: f"{sino(m[1])} {sino(m[2])} ",
    ),
    (re.compile(rf"(?<![\d.,:A-Za-z-])({NUMBER})-({NUMBER})(?![\d:-]|[.,]\d)"), _hyphen),
)
