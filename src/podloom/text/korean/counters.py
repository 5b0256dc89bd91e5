"""Korean numbers before counters and ranks, and numbers with 만, 억, 조 written out.

A space stands before the counter (한글 맞춤법 제43항), except where the number names a rank or date
(이십일세기, 삼학년).
"""

from __future__ import annotations

import re

from podloom.text.korean.counter_words import COUNTER, NATIVE_LIMITS, WORD_END, native_limit, old_form
from podloom.text.korean.numbers import native, number, sino
from podloom.text.rules import Rule

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_BEFORE = 12
"""Characters before a number that tell what is counted."""
_LARGEST_NATIVE_SPAN = 19
"""아홉에서 열 명, but 십에서 이십 명."""
_ONLY_BEFORE_COUNTERS = ("한", "두", "세", "네", "스무")
_SCALE = r"(?:[십백천]?(?:[만억]|조(?!각|사|건|합)|경(?!기|로|우))|[백천])"
_MIXED = rf"{NUMBER}\s?{_SCALE}(?:\s?{NUMBER}\s?{_SCALE})*(?:\s?\d[\d,]*(?![\d.,]*\d|\s?[년월일시분]))?"
_AFTER_RATIO = r"(?=[^가-힣\d.,]|[.,](?!\d)|$|(?:로|으로|의|이|가|은|는|을|를|에|인|비율|정도|까지|승|패|무))"
_AGE = r"\((?P<age>\d{1,2})(?:세)?(?:[·, ]+(?P<sex>[남여])(?:성|자)?)?\)"


def _counted(match: re.Match[str]) -> str:
    """A number and its counter."""
    value, counter = match["number"], match["counter"] or match["apart"]
    if value == "1" and counter == "번째":
        return "첫 번째"
    return f"{count(value, counter, match)} {counter}"


def count(value: str, counter: str, match: re.Match[str]) -> str:
    """The words of `value` before `counter`, with which `match` ends."""
    if not value.isdigit() or value.startswith("0") or len(value) > 2:
        return number(value)
    before = match.string[max(0, match.start() - _BEFORE) : match.start()]
    limit = native_limit(counter, value, before, counter + match.string[match.end() :])
    if int(value) > limit:
        return number(value)
    return old_form(int(value), counter) or native(int(value))


def _range(match: re.Match[str]) -> str:
    """아홉에서 열 명, 세 명에서 다섯 명, 십에서 이십 명."""
    first, last, counter = match["first"], match["last"], match["counter"]
    if counter not in ("시", "살", "번째", "시간") and (
        counter not in NATIVE_LIMITS or len(last) > 2 or int(last) > _LARGEST_NATIVE_SPAN
    ):
        return f"{number(first)}에서 {number(last)} {counter}"
    begin, end = count(first, counter, match), count(last, counter, match)
    # 한, 두, 세, 네 and 스무 stand before a counter only.
    gap = f" {counter}" if begin.endswith(_ONLY_BEFORE_COUNTERS) else ""
    return f"{begin}{gap}에서 {end} {counter}"


def mixed(text: str) -> str:
    """Words of 3만 5천, 1조 2천억, 3.5억."""
    pieces = re.findall(rf"({NUMBER})\s?({_SCALE})?", text)
    words = ""
    for value, scale in pieces:
        head = "" if value == "1" and scale in ("백", "천", "만", "십만", "백만", "천만") else number(value)
        words += head + scale + (" " if scale and scale[-1] in "만억조경" else "")
    return words.strip()


def _mixed(match: re.Match[str]) -> str:
    unit = match["counter"] or ""
    return mixed(match["number"]) + (f" {unit}" if unit else match["gap"])


def _aged(match: re.Match[str]) -> str:
    """김모(45·여) 씨 is 사십오세 여성 김모 씨."""
    sex = f" {match['sex']}성" if match["sex"] else ""
    return f"{match['age']}세{sex} {match['name']}{match['gap']}씨"


RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?<![가-힣A-Z])(?P<name>[A-Z]|[가-힣]{{1,4}})(?P<gap>\s?)씨\s?{_AGE}"), _aged),
    (re.compile(rf"(?<![가-힣A-Z])(?P<name>[A-Z]|[가-힣]{{2,4}})\s?{_AGE}(?P<gap>\s?)씨"), _aged),
    (re.compile(r"(?<![가-힣])중2(?=병)"), "중이"),
    (re.compile(r"(\d+)\s?분의\s?(\d+)"), lambda m: f"{sino(m[1])}분의 {sino(m[2])}"),
    (
        re.compile(rf"(?<![\d.,])({NUMBER})\s?대\s?({NUMBER}){_AFTER_RATIO}"),
        lambda m: f"{number(m[1])} 대 {number(m[2])}",
    ),
    (re.compile(r"제\s?(\d+)(?:\s(?=[가-힣]))?"), lambda m: f"제{sino(m[1])}"),
    (re.compile(rf"(?P<number>{_MIXED})(?P<gap>\s?)(?P<counter>{COUNTER})?"), _mixed),
    (re.compile(rf"(?<![\d.,])(?P<first>\d+)\s?에서 (?P<last>\d+)\s?(?P<counter>{COUNTER})"), _range),
    (
        re.compile(rf"(?P<number>{NUMBER})(?:(?P<counter>{COUNTER})|\s(?P<apart>{COUNTER}){WORD_END})"),
        _counted,
    ),
)
