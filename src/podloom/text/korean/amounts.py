"""Korean money, percentages, measures, ranges, fractions and versions."""

from __future__ import annotations

import re

from podloom.text.korean.counter_words import COUNTER
from podloom.text.korean.counters import NUMBER, mixed
from podloom.text.korean.hangul import with_particle
from podloom.text.korean.numbers import digits, number, sino
from podloom.text.korean.units import UNIT, UNITS
from podloom.text.rules import Rule

_MONEY: dict[str, tuple[str, str]] = {
    "US$": ("달러", "센트"), "C$": ("캐나다 달러", "센트"), "A$": ("호주 달러", "센트"),
    "HK$": ("홍콩 달러", "센트"), "$": ("달러", "센트"), "€": ("유로", "센트"), "£": ("파운드", "펜스"),
    "¥": ("엔", ""), "₩": ("원", ""), "₹": ("루피", ""), "USD": ("달러", "센트"), "EUR": ("유로", "센트"),
    "GBP": ("파운드", "펜스"), "JPY": ("엔", ""), "KRW": ("원", ""), "CNY": ("위안", ""),
}  # fmt: skip
_SYMBOL = "|".join(sorted(map(re.escape, _MONEY), key=len, reverse=True))
_ENGLISH_SCALES = {"thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "b": 10**9,
                   "bn": 10**9, "trillion": 10**12}  # fmt: skip
_LONGEST_SCALED = 9
_SCALES = r"(?:\s?(?P<scale>thousand|million|billion|trillion|bn|[kKmMbB])(?![A-Za-z]))?"
_KOREAN_SCALES = r"(?:\s?[십백천]?[만억조]|\s?[백천])"
_WITH_SCALES = rf"{NUMBER}(?:{_KOREAN_SCALES})?(?:\s?{NUMBER}{_KOREAN_SCALES})*"

_PER = {"s": "초", "sec": "초", "min": "분", "h": "시간", "hr": "시간", "day": "일"}
_SPEEDS = {"km/h": "시속", "kph": "시속", "m/s": "초속", "km/s": "초속", "mph": "시속"}
_SPEED_UNITS = {"km/h": "킬로미터", "kph": "킬로미터", "m/s": "미터", "km/s": "킬로미터", "mph": "마일"}
_SPEED = "|".join(sorted(map(re.escape, _SPEEDS), key=len, reverse=True))
_AFTER_RATIO = r"(?:로|승|패|무|의 |비율|으로|경쟁|희석|비로|$|[ .,)])"
_COUNTED = re.compile(COUNTER)
_SOFTWARE = "(?:Python|파이썬|Node\\.js|Ubuntu|우분투|iOS|macOS|Java|자바|CUDA|PHP|React|Prefect)"
_SIGNED = r"(?P<sign>(?<![\w)\]])[-+±~≈])?"
_NOT_BEFORE = r"(?<![\d.,A-Za-z])"


def _money(match: re.Match[str]) -> str:
    unit, part = _MONEY[match["symbol"]]
    amount = match["number"].replace(",", "")
    sign = "마이너스 " if match["sign"] else ""
    if match.groupdict().get("scale") and len(amount) <= _LONGEST_SCALED:
        scaled = round(float(amount) * _ENGLISH_SCALES[match["scale"].lower()])
        return f"{sign}{sino(str(scaled))} {unit}"
    whole, _, rest = amount.partition(".")
    if part and re.fullmatch(r"\d\d", rest):
        small = f"{sino(str(int(rest)))} {part}" if int(rest) else ""
        large = f"{sino(whole)} {unit}" if int(whole) or not small else ""
        return sign + " ".join(filter(None, (large, small)))
    return f"{sign}{mixed(amount)} {unit}"


def _temperature(match: re.Match[str]) -> str:
    """영하 오 도, 섭씨 이십 도; the scale is said once."""
    said = re.search(r"(?:섭씨|화씨|영하|영상|기온은?)\s*$", match.string[: match.start()])
    below = "영하 " if match["sign"] and not said else ""
    scale = "" if said or below else {"C": "섭씨 ", "F": "화씨 "}[match["scale"]]
    return f"{below}{scale}{number(match['number'])} 도"


def _measure(match: re.Match[str]) -> str:
    words = f"{_sign(match['sign'])}{mixed(match['number'])} {UNITS[match['unit']]}"
    per = match["per"] and (_PER.get(match["per"]) or UNITS[match["per"]])
    if match["square"]:
        return f"{words} 매 {per} 제곱{match['particle'] or ''}"
    words = f"{per}당 {words}" if per else words
    return with_particle(words, match["particle"]) if match["particle"] else words


def _percent(match: re.Match[str]) -> str:
    return f"{_sign(match['sign'])}{number(match[2])} 퍼센트"


def _sign(sign: str | None) -> str:
    return {"-": "마이너스 ", "+": "플러스 ", "±": "플러스마이너스 ", "~": "약 ", "≈": "약 "}.get(
        sign or "", ""
    )


def _dotted(version: str) -> str:
    return " 점 ".join(map(sino, version.split(".")))


def _fraction(match: re.Match[str]) -> str:
    """이분의 일, 일과 이분의 일; a space before what is counted."""
    whole = with_particle(sino(match["whole"]), "와") + " " if match["whole"] else ""
    gap = " " if _COUNTED.match(match.string, match.end()) else ""
    return f"{whole}{sino(match['below'])}분의 {sino(match['above'])}{gap}"


RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?P<sign>{_NOT_BEFORE}-)?(?<![A-Za-z])(?P<symbol>{_SYMBOL})\s?(?P<number>{NUMBER})(?![\d.,]*\d){_SCALES}(?!\s?[십백천만억조])"
        ),
        _money,
    ),
    (re.compile(rf"(?P<sign>-)?(?P<symbol>{_SYMBOL})\s?(?P<number>{_WITH_SCALES})"), _money),
    (
        re.compile(
            rf"(?P<sign>{_NOT_BEFORE}-)?(?<![\d.,])(?P<number>{NUMBER})\s?(?P<symbol>[€£¥₩]|(?:USD|EUR|GBP|JPY|KRW|CNY)(?![A-Za-z]))"
        ),
        _money,
    ),
    (
        re.compile(
            rf"(?P<sign>{_NOT_BEFORE}-)?(?<![\d.,])(?P<number>{NUMBER})\s?°(?P<scale>[CF])(?![A-Za-z])"
        ),
        _temperature,
    ),
    (re.compile(rf"{_NOT_BEFORE}(?<![가-힣])-({NUMBER})(?=\s?도(?!\w*시|루|움))"), r"영하 \1"),
    (
        re.compile(
            r"(?<=\d)\s?[~–—]\s?(?=[$€£₩]?\d)|(?<=\d[%°])\s?[~–—-]\s?(?=\d)"
            r"|(?<=[A-Za-z가-힣%])\s?[~–]\s?(?=\d)"
        ),
        "에서 ",
    ),
    (
        re.compile(rf"(?<![\d.,:-])({NUMBER})\s?:\s?({NUMBER})(?![\d:-]|[.,]\d)(?=\s?{_AFTER_RATIO})"),
        lambda m: f"{number(m[1])} 대 {number(m[2])}",
    ),
    (re.compile(rf"{_SIGNED}({NUMBER})\s?%\s?(?:p|포인트|P)(?![A-Za-z])"), lambda m: _percent(m) + "포인트"),
    (re.compile(rf"{_SIGNED}({NUMBER})\s?%"), _percent),
    (re.compile(rf"({NUMBER})\s?‰"), lambda m: f"{number(m[1])} 퍼밀"),
    (
        re.compile(rf"{_NOT_BEFORE}({NUMBER})\s?({_SPEED})(?![A-Za-z^])"),
        lambda m: f"{_SPEEDS[m[2]]} {number(m[1])} {_SPEED_UNITS[m[2]]}",
    ),
    (
        re.compile(
            rf"{_SIGNED}(?<![\d.,A-Za-z])(?<![A-Za-z]-)(?P<number>{_WITH_SCALES})\s?(?P<unit>{UNIT})"
            rf"(?:/(?P<per>{UNIT}|day)(?P<square>\^2)?)?(?![A-Za-z0-9^])"
            r"(?:(?P<particle>[은는이가을를과와]|으?로)(?![가-힣]))?"
        ),
        _measure,
    ),
    (
        re.compile(r"(?<![A-Za-z0-9])[vV](?:er)?\.?\s?(\d+(?:\.\d+)*)(?![A-Za-z0-9])"),
        lambda m: f"버전 {_dotted(m[1])}",
    ),
    (re.compile(r"(?<=버전 )(\d+(?:\.\d+)+)"), lambda m: _dotted(m[1])),
    (re.compile(rf"({_SOFTWARE}\s?)(\d+(?:\.\d+)+)"), lambda m: m[1] + _dotted(m[2])),
    (
        re.compile(r"(?<![\d.])\d{2,3}(?:\.\d{1,3}){3}(?![\d.])"),
        lambda m: " 점 ".join(digits(p) for p in m[0].split(".")),
    ),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?!\d)"), lambda m: _dotted(m[0])),
    (
        re.compile(
            r"(?<![\d/.,])(?:(?P<whole>\d{1,3})\s)?(?P<above>\d{1,3})\s?/\s?(?P<below>[1-9]\d{0,2})"
            r"(?![\d/]|\.\d)"
        ),
        _fraction,
    ),
    (re.compile(rf"(?<![\w)\]])(?<!\d\s)([-±~≈+])\s?(?=\.?{NUMBER})"), lambda m: _sign(m[1])),
)
