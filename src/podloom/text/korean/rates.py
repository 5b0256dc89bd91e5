"""Amounts per something, written with a stroke: 5,000원/월 is 월 오천 원, 3회/일 is 하루 삼 회."""

from __future__ import annotations

import re

from podloom.text.korean.counters import NUMBER
from podloom.text.korean.units import UNIT, UNITS
from podloom.text.rules import Rule

_PER = {
    "월": "월",
    "달": "한 달",
    "년": "연",
    "연": "연",
    "일": "하루",
    "주": "주",
    "인": "일인당",
    "명": "한 명당",
}
_COUNTED = r"(?:원|달러|유로|엔|위안|회|건|명|개|대|잔|병|톤|시간|분|알|정|포|캡슐|kcal|kWh)"
_PERIOD = r"월|달|년|연|일|주|인|명"
_END = r"(?![A-Za-z0-9^])(?=[^가-힣]|$|로|에|의|을|를|이|으로|씩)"
_AMOUNT = rf"{NUMBER}(?:\s?[십백천]?[만억조천])?(?:\s?{NUMBER}[십백천]?[만억조천]?)?\s?{_COUNTED}"


def _rate(match: re.Match[str]) -> str:
    per = match["per"]
    return f"{_PER.get(per) or UNITS.get(per, per) + '당'} {match['amount']}"


RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\d./])24/7(?![\d/])"), "24시간 연중무휴"),
    (re.compile(r"(?<=\d)m(?=\d\d(?![\d.A-Za-z]))"), "m "),
    (re.compile(r"(?<![\d.,])(\d{2,3})/(?=\d{2,3}\s?mmHg)"), r"\1에 "),
    (
        re.compile(
            rf"(?<![\d.,])(?P<amount>{_AMOUNT})\s?/\s?"
            rf"(?P<per>{_PERIOD}|시간|분|개|회|건|평|박|장|달러|배럴|톤|{UNIT}){_END}"
        ),
        _rate,
    ),
    (re.compile(rf"(?<![\d.,])(?P<amount>{NUMBER}\s?(?:{UNIT}))\s?/\s?(?P<per>{_PERIOD}){_END}"), _rate),
)
