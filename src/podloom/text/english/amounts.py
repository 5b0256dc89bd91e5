"""English money, percentages and measures."""

from __future__ import annotations

import re

from podloom.text.english.numbers import cardinal, number, quantity
from podloom.text.rules import Rule

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_SIGN = r"(?:(?<![\w)\]])[-+±~≈]\s?)?"

_MONEY: dict[str, tuple[str, str, str]] = {  # singular, plural, hundredths
    "$": ("dollar", "dollars", "cent"), "US$": ("US dollar", "US dollars", "cent"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent"),
    "CA$": ("Canadian dollar", "Canadian dollars", "cent"),
    "A$": ("Australian dollar", "Australian dollars", "cent"),
    "AU$": ("Australian dollar", "Australian dollars", "cent"),
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", "cent"),
    "NZ$": ("New Zealand dollar", "New Zealand dollars", "cent"),
    "S$": ("Singapore dollar", "Singapore dollars", "cent"),
    "€": ("euro", "euros", "cent"), "£": ("pound", "pounds", "penny"), "¥": ("yen", "yen", ""),
    "₩": ("won", "won", ""), "₹": ("rupee", "rupees", "paisa"), "₽": ("ruble", "rubles", "kopek"),
    "₿": ("bitcoin", "bitcoin", ""),
    "USD": ("US dollar", "US dollars", "cent"), "EUR": ("euro", "euros", "cent"),
    "GBP": ("pound", "pounds", "penny"), "JPY": ("yen", "yen", ""), "KRW": ("won", "won", ""),
    "CNY": ("yuan", "yuan", ""), "RMB": ("yuan", "yuan", ""),
    "CHF": ("Swiss franc", "Swiss francs", "centime"),
    "INR": ("rupee", "rupees", "paisa"), "CAD": ("Canadian dollar", "Canadian dollars", "cent"),
    "AUD": ("Australian dollar", "Australian dollars", "cent"),
}  # fmt: skip
_SCALES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mm": "million",
    "b": "billion", "B": "billion", "bn": "billion", "t": "trillion", "T": "trillion", "tn": "trillion",
}  # fmt: skip
_SCALE = r"(?:(?P<gap>[\s-]?)(?P<scale>hundred|thousand|million|billion|trillion|bn|mn|tn|[kKmMbBtT])\b)?"
_SYMBOL = "|".join(sorted(map(re.escape, _MONEY), key=len, reverse=True))

UNITS: dict[str, tuple[str, str]] = {
    "km": ("kilometer", "s"), "m": ("meter", "s"), "cm": ("centimeter", "s"), "mm": ("millimeter", "s"),
    "µm": ("micrometer", "s"), "μm": ("micrometer", "s"), "nm": ("nanometer", "s"), "mi": ("mile", "s"),
    "ft": ("foot", "feet"), "yd": ("yard", "s"), "kg": ("kilogram", "s"), "g": ("gram", "s"),
    "mg": ("milligram", "s"), "µg": ("microgram", "s"), "μg": ("microgram", "s"), "lb": ("pound", "s"),
    "lbs": ("pound", "s"), "oz": ("ounce", "s"), "L": ("liter", "s"), "l": ("liter", "s"),
    "ml": ("milliliter", "s"), "mL": ("milliliter", "s"), "ha": ("hectare", "s"), "gal": ("gallon", "s"),
    "kph": ("kilometer per hour", "kilometers per hour"), "mph": ("mile per hour", "miles per hour"),
    "mpg": ("mile per gallon", "miles per gallon"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "fps": ("frame per second", "frames per second"), "bpm": ("beat per minute", "beats per minute"),
    "bps": ("basis point", "s"), "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "kB": ("kilobyte", "s"), "KB": ("kilobyte", "s"), "MB": ("megabyte", "s"),
    "GB": ("gigabyte", "s"), "TB": ("terabyte", "s"), "PB": ("petabyte", "s"), "KiB": ("kibibyte", "s"),
    "MiB": ("mebibyte", "s"), "GiB": ("gibibyte", "s"), "Mb": ("megabit", "s"), "Gb": ("gigabit", "s"),
    "Hz": ("hertz", ""), "kHz": ("kilohertz", ""), "MHz": ("megahertz", ""), "GHz": ("gigahertz", ""),
    "W": ("watt", "s"), "kW": ("kilowatt", "s"), "MW": ("megawatt", "s"), "GW": ("gigawatt", "s"),
    "TW": ("terawatt", "s"), "Wh": ("watt-hour", "s"), "kWh": ("kilowatt-hour", "s"),
    "MWh": ("megawatt-hour", "s"), "GWh": ("gigawatt-hour", "s"), "TWh": ("terawatt-hour", "s"),
    "V": ("volt", "s"), "kV": ("kilovolt", "s"), "mV": ("millivolt", "s"), "mA": ("milliamp", "s"),
    "mAh": ("milliamp-hour", "s"), "kJ": ("kilojoule", "s"), "J": ("joule", "s"), "N": ("newton", "s"),
    "cal": ("calorie", "s"), "kcal": ("kilocalorie", "s"), "Pa": ("pascal", "s"), "hPa": ("hectopascal", "s"),
    "kPa": ("kilopascal", "s"), "psi": ("P S I", ""), "dB": ("decibel", "s"), "ppm": ("part per million",
    "parts per million"), "ppb": ("part per billion", "parts per billion"), "px": ("pixel", "s"),
    "dpi": ("dot per inch", "dots per inch"), "ms": ("millisecond", "s"), "µs": ("microsecond", "s"),
    "μs": ("microsecond", "s"), "ns": ("nanosecond", "s"), "s": ("second", "s"), "sec": ("second", "s"),
    "secs": ("second", "s"), "min": ("minute", "s"), "mins": ("minute", "s"), "h": ("hour", "s"),
    "hr": ("hour", "s"), "hrs": ("hour", "s"), "yr": ("year", "s"), "yrs": ("year", "s"),
    "°C": ("degree Celsius",
    "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "s"),
    "km^2": ("square kilometer", "s"), "m^2": ("square meter", "s"), "cm^2": ("square centimeter", "s"),
    "mm^2": ("square millimeter", "s"), "ft^2": ("square foot", "square feet"),
    "sq ft": ("square foot", "square feet"),
    "sq km": ("square kilometer", "s"), "sq m": ("square meter", "s"), "m^3": ("cubic meter", "s"),
    "cm^3": ("cubic centimeter", "s"), "km^3": ("cubic kilometer", "s"), "bp": ("basis point", "s"),
    "pp": ("percentage point", "s"), "Gt": ("gigaton", "s"), "Mt": ("megaton", "s"),
}  # fmt: skip
"""Symbol to its singular and to the ending, or the whole, of its plural."""

_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_NOUN_AFTER = (
    r"\s(?!(?:to|and|or|in|on|at|for|per|of|by|from|with|than|more|less|is|was|a|each|worth|if)\b)[a-z]"
)


def _plural(unit: str) -> str:
    singular, ending = UNITS[unit]
    return ending if len(ending) > 1 else singular + ending


def _measure(match: re.Match[str]) -> str:
    one = match["number"] == "1" or match["gap"] == "-" or _describes(match)
    unit = UNITS[match["unit"]][0] if one else _plural(match["unit"])
    per = f" per {UNITS[match['per']][0]}" if match["per"] else ""
    return f"{quantity((match['sign'] or '').strip() + match['number'])} {unit}{per}"


def _describes(match: re.Match[str]) -> bool:
    """Whether the amount describes a noun: "a $5 million deal", "a $20-a-month plan"."""
    following = match.string[match.end() :]
    before = match.string[: match.start()]
    return bool(
        re.match(r"-[a-z]", following)
        or (re.search(r"\b(?:an?|another)\s$", before, re.IGNORECASE) and re.match(_NOUN_AFTER, following))
    )


def _money(match: re.Match[str]) -> str:
    one, many, _ = _MONEY[match["symbol"]]
    amount = match["number"].replace(",", "")
    upto = f" to {number(match['last'])}" if match["last"] else ""
    scale = _SCALES.get(match["scale"] or "", match["scale"])
    sign = "minus " if match["sign"] else ""
    if not scale and not upto and re.fullmatch(r"\d*\.\d\d", amount):
        return sign + _with_hundredths(match["symbol"], amount)
    unit = one if (amount == "1" and not scale and not upto) or _describes(match) else many
    return f"{sign}{number(amount)}{upto}{f' {scale}' if scale else ''} {unit}"


def _with_hundredths(symbol: str, amount: str) -> str:
    """Dollars and cents; a currency without hundredths keeps its decimals."""
    one, many, part = _MONEY[symbol]
    whole, _, rest = amount.partition(".")
    if not part:
        return f"{number(amount)} {many}"
    parts = "pence" if part == "penny" else f"{part}s"
    small = f"{cardinal(str(int(rest)))} {part if int(rest) == 1 else parts}" if int(rest) else ""
    large = f"{cardinal(str(int(whole)))} {one if int(whole) == 1 else many}" if int(whole or 0) else ""
    return " and ".join(filter(None, (large, small))) or f"zero {many}"


def _scaled(match: re.Match[str]) -> str:
    return f"{match['number']} {_SCALES[match['scale']]} "


RULES: tuple[Rule, ...] = (
    (re.compile(r"\b50[-/–]50\b"), "fifty fifty"),
    (re.compile(r"\b(\d+)-(in|to|on)-(?=\d)"), r"\1 \2 "),
    (re.compile(r"(?<!\w)[~≈]\s?(?=[$€£¥₩])"), "about "),
    (
        re.compile(
            rf"(?P<sign>(?<![\w.])-)?(?<![A-Za-z])(?P<symbol>{_SYMBOL})\s?(?P<number>{NUMBER})"
            rf"(?:\s?(?:[-–—]|to)\s?(?P=symbol)?(?P<last>{NUMBER}))?{_SCALE}"
        ),
        _money,
    ),
    (
        re.compile(
            rf"(?P<sign>(?<![\w.])-)?(?<![\w.])(?P<number>{NUMBER})(?:\s?[-–—]\s?(?P<last>{NUMBER}))?{_SCALE}"
            rf"\s?(?P<symbol>[€£¥₩₹₽]|(?:USD|EUR|GBP|JPY|KRW|CNY|RMB|CHF|INR|CAD|AUD)\b)"
        ),
        _money,
    ),
    (re.compile(rf"({NUMBER})\s?¢"), r"\1 cents"),
    (
        re.compile(
            r"(?<=[a-z])/(?=(?:month|year|week|day|hour|minute|second|user|person|seat|kg|km|token|unit)s?\b)"
        ),
        " per ",
    ),
    (re.compile(r"(?<=\d)\s?[–—](?=[$€£]?\d)|(?<=\d[%°])\s?[-–—]\s?(?=\d)|(?<=[a-zC%°])–(?=\d)"), " to "),
    (re.compile(r"(?<![\w-])(\d[\d,.]*)\s?-(\d[\d,.]*)(?![\w-]*-)(?=\b|%|°|x\b)"), r"\1 to \2"),
    (re.compile(r"(?<=\d)\s?%(?!\w)"), " percent"),
    (re.compile(r"(?<=\d)\s?‰"), " per mille"),
    (re.compile(r"\b(\d{1,2})'\s?(\d{1,2})(?:\"|\b)"), r"\1 foot \2"),
    (
        re.compile(r"\b(?P<number>\d+(?:\.\d+)?)(?P<scale>[kKMB]|bn)\s(?=[a-z]{3,}s\b|people|lines of)"),
        _scaled,
    ),
    (re.compile(r"\b(?P<number>\d+(?:\.\d+)?)\s?(?P<scale>M|bn|tn)\b(?!\w)"), _scaled),
    (
        re.compile(
            rf"(?P<sign>{_SIGN})(?<![\w.])(?P<number>{NUMBER})(?P<gap>[\s-]?)(?P<unit>{_UNIT})"
            rf"(?:/(?P<per>{_UNIT}))?(?![\w^'])"
        ),
        _measure,
    ),
)
