"""Korean money, percentages, measures, ranges, fractions, versions and telephone numbers."""

from __future__ import annotations

import re

from podloom.text.korean.counters import NUMBER, mixed
from podloom.text.korean.numbers import digits, number, sino
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

UNITS: dict[str, str] = {
    "km": "킬로미터", "m": "미터", "cm": "센티미터", "mm": "밀리미터", "µm": "마이크로미터",
    "μm": "마이크로미터", "nm": "나노미터", "kg": "킬로그램", "g": "그램", "mg": "밀리그램", "t": "톤",
    "L": "리터", "l": "리터", "ml": "밀리리터", "mL": "밀리리터", "ha": "헥타르", "mi": "마일", "ft": "피트",
    "lb": "파운드", "lbs": "파운드", "oz": "온스", "in": "인치", "km^2": "제곱킬로미터", "m^2": "제곱미터",
    "cm^2": "제곱센티미터", "m^3": "세제곱미터", "cm^3": "세제곱센티미터", "kB": "킬로바이트",
    "KB": "킬로바이트", "MB": "메가바이트", "GB": "기가바이트", "TB": "테라바이트", "PB": "페타바이트",
    "kbps": "킬로비피에스", "Mbps": "메가비피에스", "Gbps": "기가비피에스", "Hz": "헤르츠",
    "kHz": "킬로헤르츠", "MHz": "메가헤르츠", "GHz": "기가헤르츠", "W": "와트", "kW": "킬로와트",
    "MW": "메가와트", "GW": "기가와트", "kWh": "킬로와트시", "MWh": "메가와트시", "GWh": "기가와트시",
    "TWh": "테라와트시", "V": "볼트", "kV": "킬로볼트", "mA": "밀리암페어", "mAh": "밀리암페어시",
    "A": "암페어", "cal": "칼로리", "kcal": "킬로칼로리", "J": "줄", "kJ": "킬로줄", "Pa": "파스칼",
    "hPa": "헥토파스칼", "dB": "데시벨", "ppm": "피피엠", "ppb": "피피비", "px": "픽셀", "ms": "밀리초",
    "µs": "마이크로초", "μs": "마이크로초", "ns": "나노초", "s": "초", "sec": "초", "min": "분", "h": "시간",
    "hr": "시간", "fps": "프레임", "rpm": "알피엠", "bpm": "비피엠", "pt": "포인트", "bp": "베이시스포인트",
    "bps": "베이시스포인트", "°": "도", "GiB": "기비바이트", "MiB": "메비바이트",
}  # fmt: skip
_PER = {"s": "초", "sec": "초", "min": "분", "h": "시간", "hr": "시간", "day": "일"}
_SPEEDS = {"km/h": "시속", "kph": "시속", "m/s": "초속", "km/s": "초속", "mph": "시속"}
_SPEED_UNITS = {"km/h": "킬로미터", "kph": "킬로미터", "m/s": "미터", "km/s": "킬로미터", "mph": "마일"}
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_SPEED = "|".join(sorted(map(re.escape, _SPEEDS), key=len, reverse=True))
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
    per = match["per"]
    return f"{_PER[per]}당 {words}" if per in _PER else f"{UNITS[per]}당 {words}" if per else words


def _percent(match: re.Match[str]) -> str:
    return f"{_sign(match['sign'])}{number(match[2])} 퍼센트"


def _sign(sign: str | None) -> str:
    return {"-": "마이너스 ", "+": "플러스 ", "±": "플러스마이너스 ", "~": "약 ", "≈": "약 "}.get(
        sign or "", ""
    )


def _telephone(match: re.Match[str]) -> str:
    groups = [digits(group, zero="공") for group in re.findall(r"\d+", match[0])]
    return ("플러스 " if match[0].startswith("+") else "") + ", ".join(groups)


def _dotted(version: str) -> str:
    return " 점 ".join(map(sino, version.split(".")))


def _fraction(match: re.Match[str]) -> str:
    whole = f"{sino(match['whole'])}와 " if match["whole"] else ""
    return f"{whole}{sino(match['below'])}분의 {sino(match['above'])}"


FIRST_RULES: tuple[Rule, ...] = (
    (
        re.compile(r"(?<![\w.])(?:\+\d{1,3}[- ])?\(?0?\d{1,3}\)?[-. ]\d{3,4}[-. ]\d{4}(?![\w-])", re.ASCII),
        _telephone,
    ),
    (
        re.compile(r"(?<![\w.-])(?:(?:1[5-9]\d\d|0\d{2,3})-\d{4}|0\d{1,2}-1\d\d)(?![\w-])", re.ASCII),
        _telephone,
    ),
    (re.compile(r"(?<!\d)(?:112|119|114|120)(?=에 | 신고|로 (?:전화|신고)| 구급)"), _telephone),
)
"""Telephone numbers come before dates and ranges, which look alike."""

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
    (re.compile(rf"{_NOT_BEFORE}-({NUMBER})(?=\s?도(?!\w*시))"), r"영하 \1"),
    (
        re.compile(
            r"(?<=\d)\s?[~–—]\s?(?=[$€£₩]?\d)|(?<=\d[%°])\s?[~–—-]\s?(?=\d)"
            r"|(?<=[A-Za-z가-힣%])\s?[~–]\s?(?=\d)"
        ),
        "에서 ",
    ),
    (
        re.compile(rf"(?<![\d-])({NUMBER})-({NUMBER})(?=\s?(?:%|[가-힣]))(?!\s?(?:로|승|패|으로))"),
        r"\1에서 \2",
    ),
    (
        re.compile(
            r"(?<![\d.,:-])(\d+)(?:\s?:\s?|-)(\d+)(?![\d:-])(?=\s?(?:로|승|패|의 |비율|으로|$|[ .,]))"
        ),
        lambda m: f"{sino(m[1])} 대 {sino(m[2])}",
    ),
    (re.compile(rf"{_SIGNED}({NUMBER})\s?%\s?(?:p|포인트|P)(?![A-Za-z])"), lambda m: _percent(m) + "포인트"),
    (re.compile(rf"{_SIGNED}({NUMBER})\s?%"), _percent),
    (re.compile(rf"({NUMBER})\s?‰"), lambda m: f"{number(m[1])} 퍼밀"),
    (
        re.compile(rf"{_NOT_BEFORE}({NUMBER})\s?({_SPEED})(?![A-Za-z])"),
        lambda m: f"{_SPEEDS[m[2]]} {number(m[1])} {_SPEED_UNITS[m[2]]}",
    ),
    (
        re.compile(
            rf"{_SIGNED}(?<![\d.,A-Za-z])(?P<number>{_WITH_SCALES})\s?(?P<unit>{_UNIT})"
            rf"(?:/(?P<per>{_UNIT}|day))?(?![A-Za-z0-9^])"
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
    (re.compile(r"(?:#|No\.\s?|no\.\s?|№\s?)(\d+)(?:번)?"), lambda m: f"{sino(m[1])} 번"),
    (
        re.compile(
            r"(?<![\d/.,])(?:(?P<whole>\d{1,3})\s)?(?P<above>\d{1,3})\s?/\s?(?P<below>[1-9]\d{0,2})"
            r"(?![\d/]|\.\d)"
        ),
        _fraction,
    ),
    (re.compile(rf"(?<![\w)\]])(?<!\d\s)([-±~≈+])\s?(?=\.?{NUMBER})"), lambda m: _sign(m[1])),
)
