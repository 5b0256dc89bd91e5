"""Korean dates and times of day.

Numbers are written together with 년, 월 and 일, which name a point in time (한글 맞춤법 제43항 다만).
"""

from __future__ import annotations

import re

from podloom.text.korean.numbers import digits, native, sino
from podloom.text.rules import Rule

_ANNIVERSARIES = {"12·12": "십이십이", "10·26": "십이륙", "5·16": "오일륙"}
_MONTH_NAMES = {6: "유월", 10: "시월"}
_HALVES = {"a": "오전", "p": "오후"}
_HALF = r"(?P<half>[aApP])\.?[mM]\b\.?"
_CLOCK = r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"


def month(value: str) -> str:
    """유월 and 시월 are irregular."""
    return _MONTH_NAMES.get(int(value), f"{sino(str(int(value)))}월")


def hour(value: str) -> str:
    """Native up to twelve, Sino-Korean on the 24-hour clock."""
    number = int(value)
    return f"{native(number) if 1 <= number <= 12 else sino(str(number))} 시"


def _date(match: re.Match[str]) -> str:
    if not (1 <= int(match["month"]) <= 12 and 1 <= int(match["day"]) <= 31):
        return match[0]
    gap = " " if match.string[match.end() : match.end() + 1].isalnum() else ""
    return f"{sino(match['year'])}년 {month(match['month'])} {sino(str(int(match['day'])))}일{gap}"


def _spans(match: re.Match[str]) -> str:
    """Neighbouring days and years are said as one number: 이삼일."""
    first, last = (sino(str(int(match[group]))) for group in (1, 2))
    near = int(match[2]) - int(match[1]) == 1 and int(match[2]) < 10
    return f"{first}{last}{match[3]}" if near else f"{first}{match[3]}에서 {last}{match[3]}"


def _clock(match: re.Match[str]) -> str:
    """15:30, 3:30 PM, 오후 3:30."""
    groups = match.groupdict()
    half = f"{_HALVES[groups['half'].lower()]} " if groups.get("half") else ""
    minute, second = int(match["minute"]), int(match["second"] or 0)
    minutes = f" {sino(str(minute))} 분" if minute or second else ""
    return half + hour(match["hour"]) + minutes + (f" {sino(str(second))} 초" if second else "")


def _half_hour(match: re.Match[str]) -> str:
    return f"{_HALVES[match['half'].lower()]} {hour(match['hour'])}"


def _anniversary(match: re.Match[str]) -> str:
    """삼일절, 육이오: digit by digit."""
    return _ANNIVERSARIES.get(match[0], digits(match[0]))


RULES: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?<!\d)(?P<year>\d{4})(?P<s>[-./]) ?(?P<month>\d{1,2})(?P=s) ?(?P<day>\d{1,2})(?!\d)"
            r"(?:\.(?=\s*[가-힣(]))?T?"
        ),
        _date,
    ),
    (re.compile(r"(?<![\d·])\d{1,2}·\d{1,2}(?![\d·])"), _anniversary),
    (re.compile(r"(?<!\d)(\d{1,4})\s?[~–-]\s?(\d{1,4})\s?(년)"), _spans),
    (re.compile(r"(?<=[년월일시분전후])\s?[~–]\s?"), "에서 "),
    (re.compile(r"(?<!\d)'(\d\d)년"), lambda m: f"{sino(m[1])}년"),
    (re.compile(r"(\d+)\s?년(?=\d)"), lambda m: f"{sino(m[1])}년 "),
    (re.compile(r"(\d+)\s?년"), lambda m: f"{sino(m[1])}년"),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s?[~–-]\s?(?=\d{1,2}월)"), r"\1월에서 "),
    (re.compile(r"(?<![\d.,])(1[0-2]|0?[1-9])월(?=\d)"), lambda m: f"{month(m[1])} "),
    (re.compile(r"(?<![\d.,])(1[0-2]|0?[1-9])월"), lambda m: month(m[1])),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s?[~–-]\s?(\d{1,2})\s?(일)"), _spans),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s?일"), lambda m: f"{sino(str(int(m[1])))}일"),
    (re.compile(rf"(?<![\d:]){_CLOCK}\s?{_HALF}"), _clock),
    (re.compile(rf"(?<![\d:]){_CLOCK}(?![\d:])Z?"), _clock),
    (re.compile(rf"(?<![\d:.])(?P<hour>1[0-2]|[1-9])\s?{_HALF}"), _half_hour),
    (re.compile(r"(?<=\d[시분초])(?=\d)"), " "),
)
