"""Korean dates and times of day.

Numbers are written together with 년, 월 and 일, which name a point in time (한글 맞춤법 제43항 다만).
"""

from __future__ import annotations

import re

from podloom.text.korean.counter_words import COUNTER, RANKS
from podloom.text.korean.numbers import digits, native, sino
from podloom.text.rules import Rule

_EVENTS = (
    "운동|혁명|전쟁|사변|사건|사태|항쟁|민주화|쿠데타|정변|의거|선언|합의|봉기|광복|해방|테러|참사|계엄|내란|총선|"
    "대선|지방선거|재보[궐선]|보궐|조치|대책|공동선언|정상회담|정신|유공자|참전|기념|묘지|희생|추모"
)
_WELL_KNOWN = r"(?:3\.1(?=절)|6\.25|8\.15|5\.18|4\.19|12\.12|9\.11|10\.26|5\.16)"
_WEEKDAYS = "월화수목금토일"
_ROUND = (15, 16, 20, 24, 25, 30)
"""Denominators above twelve that fractions do have: 1/20 is no date by itself."""
_MONTH_NAMES = {6: "유월", 10: "시월"}
_HALVES = {"a": "오전", "p": "오후"}
_HALF = r"(?P<half>[aApP])\.?[mM]\b\.?"
_CLOCK = r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
_YEARS = r"(\d{1,3}(?:,\d{3})+|\d+)\s?년"
_M = r"(?:1[0-2]|0?[1-9])"
_D = r"(?:3[01]|[12]\d|0?[1-9])"
_MM = r"(?:1[0-2]|0[1-9])"
_DD = r"(?:3[01]|[12]\d|0[1-9])"


def _month_and_day(mark: str) -> str:
    return rf"(?P<month>{_M}){mark}(?P<day>{_D})"


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
    gap = " " if re.match(r"[A-Za-z\d]", match.string[match.end() :]) else ""
    return f"{sino(match['year'])}년 {month(match['month'])} {sino(str(int(match['day'])))}일{gap}"


def _spans(match: re.Match[str]) -> str:
    """삼일에서 오일, 천구백구십년에서 이천년."""
    first, last = (sino(str(int(match[group]))) for group in (1, 2))
    return f"{first}{match[3]}에서 {last}{match[3]}"


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
    """삼일절, 육이오, 십이륙: the day digit by digit."""
    first, last = match["month"], match["day"]
    whole = last in {"10", "20", "30"} or first == last == "12"
    day = sino(last) if whole else digits(last)
    return sino(first) + (f"{day[0]}륙" if last in {"16", "26"} else day)


def _month_day(match: re.Match[str]) -> str:
    return f"{month(match['month'])} {sino(str(int(match['day'])))}일"


def _bare_month_day(match: re.Match[str]) -> str:
    """2/29, 12/25: what is no likely fraction."""
    above, below = int(match["month"]), int(match["day"])
    likely = below <= 12 or (below in _ROUND and above <= 3)
    return match[0] if likely else _month_day(match)


RULES: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?<!\d)(?P<year>\d{4})(?P<s>[-./]) ?(?P<month>\d{1,2})(?P=s) ?(?P<day>\d{1,2})(?!\d)"
            r"(?:\.(?=\s*[가-힣(~]))?T?"
        ),
        _date,
    ),
    (
        re.compile(rf"(?<=일)\s?[~–-]\s?{_month_and_day('[.] ?')}(?!\d)(?:\.(?!\d))?"),
        lambda m: f"에서 {_month_day(m)}",
    ),
    (re.compile(rf"'(?P<year>\d\d)\. ?(?P<month>{_M})\. ?(?P<day>{_D})(?!\d)(?:\.(?=\s*[가-힣(~]))?"), _date),
    (re.compile(rf"(?<![\d./-])'?(?P<year>\d\d)\.(?P<month>{_MM})\.(?P<day>{_DD})(?![\d.])"), _date),
    (re.compile(rf"(?<![\d.])'?(?P<year>\d\d)\. (?P<month>{_M})\. (?P<day>{_D})(?![\d.])\.?"), _date),
    (re.compile(rf"(?<![\d·]){_month_and_day('·')}(?![\d·]|{COUNTER}|{RANKS})"), _anniversary),
    (re.compile(rf"(?<![\d.,]){_month_and_day('[.]')}(?![\d.,%])(?=\s?(?:{_EVENTS}))"), _anniversary),
    (
        re.compile(
            rf"(?:^|(?<=[\"'.,!?(] )|(?<=[\"'(]))(?={_WELL_KNOWN}(?:$|[^\w.,%]|[은는이가을를의과와에절]))"
            rf"{_month_and_day('[.]')}"
        ),
        _anniversary,
    ),
    (
        re.compile(rf"(?<![\d./]){_month_and_day('[/.]')}\s?\((?P<weekday>[{_WEEKDAYS}])\)"),
        lambda m: f"{_month_day(m)} {m['weekday']}요일",
    ),
    (re.compile(rf"(?<![\d./]){_month_and_day('/')}(?=\s?[~–-]\s?{_M}/{_D}(?![\d/]))"), _month_day),
    (re.compile(rf"(?<=일)(\s?[~–-]\s?){_month_and_day('/')}(?![\d/])"), lambda m: f"에서 {_month_day(m)}"),
    (
        re.compile(
            rf"(?<![\d./]){_month_and_day('/')}(?=\s?(?:까지|부터|기준|현재|마감|출시|발표|개봉|공개))"
        ),
        _month_day,
    ),
    (re.compile(rf"(?<![\d./,]){_month_and_day('/')}(?![\d/]|\.\d)"), _bare_month_day),
    (re.compile(rf"(?<=\d일)\s?\(([{_WEEKDAYS}])\)"), r" \1요일"),
    (re.compile(r"(?<!\d)(\d{1,4})\s?[~–-]\s?(\d{1,4})\s?(년)"), _spans),
    (re.compile(r"(?<=[년월일시분전후])\s?[~–]\s?"), "에서 "),
    (re.compile(r"(?<=\d[월일시분])\s?-\s?(?=오전|오후|익일|다음|\d{1,2}[월일시분])"), "에서 "),
    (re.compile(r"(?<!\d)'(\d\d)년"), lambda m: f"{sino(m[1])}년"),
    (re.compile(rf"{_YEARS}(?=\d)"), lambda m: f"{sino(m[1])}년 "),
    (re.compile(_YEARS), lambda m: f"{sino(m[1])}년"),
    (re.compile(r"((?:징역|금고) \S+년 )(\d{1,2})월"), lambda m: f"{m[1]}{sino(m[2])} 월"),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s?[~–-]\s?(?=\d{1,2}월)"), r"\1월에서 "),
    (re.compile(r"(?<![\d.,])(1[0-2]|0?[1-9])월(?=\d)"), lambda m: f"{month(m[1])} "),
    (re.compile(r"(?<![\d.,])(1[0-2]|0?[1-9])월"), lambda m: month(m[1])),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s?[~–-]\s?(\d{1,2})\s?(일)"), _spans),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s?일"), lambda m: f"{sino(str(int(m[1])))}일"),
    (
        re.compile(r"(?<=\d:[0-5]\d)\s?[-~–]\s?(?=(?:(?:오전|오후|익일|다음 ?날)\s?)*\d{1,2}(?::\d\d|시))"),
        "에서 ",
    ),
    (re.compile(rf"(?<![\d:]){_CLOCK}\s?{_HALF}"), _clock),
    (re.compile(rf"(?<![\d:]){_CLOCK}(?![\d:])Z?"), _clock),
    (re.compile(rf"(?<![\d:.])(?P<hour>1[0-2]|[1-9])\s?{_HALF}"), _half_hour),
    (re.compile(r"(?<![\d.,])0(?=\d\s?[시분초](?!리즈|기))"), ""),
    (re.compile(r"(?<=\d[시분초])(?=\d)"), " "),
)
