"""Neighbouring numbers said in one breath: 두세 명, 이삼 주, 삼사월, 이삼십 대, 일이 위."""

from __future__ import annotations

import re

from podloom.text.korean.counter_words import COUNTER, RANKS, SPACED, native_limit
from podloom.text.korean.numbers import APPROXIMATE, digits, neighbours, sino
from podloom.text.korean.units import UNIT, UNITS
from podloom.text.rules import Rule

_COUNTER = rf"(?P<counter>{COUNTER}|{RANKS})"
_COUNTED = re.compile(COUNTER)
_SCALE = r"[십백천]?[만억조경]|[십백천]"
_MONTHS = {("5", "6"): "오뉴", ("9", "10"): "구시"}


def _pair(match: re.Match[str]) -> str:
    """Two numbers with ~ before what they count; others than neighbours stay for later rules."""
    first, last, counter = match["first"], match["last"], match["counter"] or ""
    unit = match.groupdict().get("unit")
    before, rest = match.string[: match.start()][-12:], counter + match.string[match.end() :]
    if (first, last) in APPROXIMATE and native_limit(counter, last, before, rest):
        return f"{APPROXIMATE[first, last]} {counter}"
    if counter.startswith("년") and len(first) > 2:
        return match[0]
    pair = (_MONTHS.get((first, last), "") if counter == "월" else "") or neighbours(first, last)
    if not pair:
        return match[0]
    if scale := match.groupdict().get("scale"):
        return pair + scale + (" " if _COUNTED.match(match.string, match.end()) else "")
    gap = " " if counter in SPACED or unit else match["gap"]
    return f"{pair}{gap}{UNITS[unit] if unit else counter}"


def _decades(match: re.Match[str]) -> str:
    """20·30대 is 이십 삼십 대, 2·30대 is 이삼십 대."""
    first, last = match["first"], match["last"]
    if len(first) > 1:
        return f"{sino(first)} {sino(last)} 대"
    pair = neighbours(first, last[0])
    return f"{pair}십 대" if pair else match[0]


def _generations(match: re.Match[str]) -> str:
    """2030세대: digit by digit, zero is 공; 2020 is a year."""
    return digits(match[0], zero="공") if match[0][0] < match[0][2] else match[0]


RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=[\d%])\s?(?:->|→)\s?(?=\d)"), "에서 "),
    (re.compile(r"(?<![\d.,/])([1-4])/4\s?(?=분기)"), lambda m: f"{sino(m[1])}사"),
    (re.compile(r"(?<!\d)[1-7]0[2-8]0(?=\s?(?:세대|남성|여성|남녀|직장인|청년|유권자))"), _generations),
    (re.compile(r"(?<!\d)[3-6]86(?=\s?세대)"), lambda m: digits(m[0])),
    (re.compile(r"(?<![\d.,·])(?P<first>[1-8]0?)[·,](?P<last>[2-9]0)대"), _decades),
    (
        re.compile(
            rf"(?<![\d.,~:/-])(?P<first>\d{{1,4}})\s?[~–]\s?(?P<last>\d{{1,4}})(?P<gap>\s?)"
            rf"(?:{_COUNTER}|(?P<unit>{UNIT})(?![A-Za-z0-9/^])|(?=%(?!p|포))|(?P<scale>{_SCALE}))"
        ),
        _pair,
    ),
    (
        re.compile(
            rf"(?<![\d.,·~:/-])(?<!\d, )(?P<first>\d)(?:-|[·,]\s?)(?P<last>\d0?)(?P<gap>\s?)"
            rf"(?!번지|호(?![선기])){_COUNTER}"
        ),
        _pair,
    ),
    (re.compile(rf"(?<=\d)·(?=\d+(?:·\d+)*(?:{COUNTER}|{RANKS}))"), ", "),
)
