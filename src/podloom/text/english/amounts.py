"""English money, percentages, measures, and spans from one amount to another."""

from __future__ import annotations

import re

from podloom.text.english.numbers import NUMBER, cardinal, number, quantity
from podloom.text.english.units import EXPRESSION, PER, UNIT, per, unit_words
from podloom.text.rules import Rule

_SIGN = r"(?:(?<![\w)\]])[-+±~≈]\s?)?"

_DOLLARS = {
    "$": "", "US$": "US ", "C$": "Canadian ", "CA$": "Canadian ", "A$": "Australian ", "AU$": "Australian ",
    "HK$": "Hong Kong ", "NZ$": "New Zealand ", "S$": "Singapore ", "NT$": "Taiwan ", "USD": "US ",
    "CAD": "Canadian ", "AUD": "Australian ", "HKD": "Hong Kong ", "NZD": "New Zealand ", "SGD": "Singapore ",
}  # fmt: skip
_MONEY: dict[str, tuple[str, str, str]] = {  # singular, plural, hundredths
    **{symbol: (f"{whose}dollar", f"{whose}dollars", "cent") for symbol, whose in _DOLLARS.items()},
    "€": ("euro", "euros", "cent"), "£": ("pound", "pounds", "penny"), "¥": ("yen", "yen", ""),
    "₩": ("won", "won", ""), "₹": ("rupee", "rupees", "paisa"), "₽": ("ruble", "rubles", "kopek"),
    "₿": ("bitcoin", "bitcoin", ""), "₺": ("lira", "lira", ""), "₪": ("shekel", "shekels", ""),
    "₦": ("naira", "naira", ""), "₱": ("peso", "pesos", ""), "₴": ("hryvnia", "hryvnias", ""),
    "R$": ("real", "reais", ""), "Rs.": ("rupee", "rupees", "paisa"), "Rs": ("rupee", "rupees", "paisa"),
    "EUR": ("euro", "euros", "cent"), "GBP": ("pound", "pounds", "penny"), "JPY": ("yen", "yen", ""),
    "KRW": ("won", "won", ""), "CNY": ("yuan", "yuan", ""), "RMB": ("yuan", "yuan", ""),
    "CHF": ("Swiss franc", "Swiss francs", "centime"), "INR": ("rupee", "rupees", "paisa"),
    "SEK": ("Swedish krona", "Swedish kronor", ""), "NOK": ("Norwegian krone", "Norwegian kroner", ""),
    "DKK": ("Danish krone", "Danish kroner", ""), "MXN": ("Mexican peso", "Mexican pesos", ""),
    "BRL": ("Brazilian real", "Brazilian reais", ""), "ZAR": ("rand", "rand", ""),
}  # fmt: skip
_SCALES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mm": "million",
    "mln": "million", "b": "billion", "B": "billion", "bn": "billion", "bln": "billion", "t": "trillion",
    "T": "trillion", "tn": "trillion", "trn": "trillion",
}  # fmt: skip
_SCALE_NAMES = "hundred|thousand|million|billion|trillion|lakh|crore"
_SCALE = rf"(?:(?P<gap>[\s-]?)(?P<scale>{_SCALE_NAMES}|bln|bn|mln|mn|trn|tn|[kKmMbBtT])\b)?"
_SYMBOL = "|".join(sorted(map(re.escape, _MONEY), key=len, reverse=True))
_CODE = "|".join(code for code in _MONEY if code.isalpha() and code.isupper())
_NO_NOUN = (
    "to|in|on|at|for|per|of|by|from|with|than|more|less|is|are|was|were|has|have|had|will|would|a|each|worth|if|he|"
    "she|it|they|we|you|that|which|who|between|above|below|over|under|away|long|wide|tall|deep|high|thick|as|into"
)
_NOUN_AFTER = re.compile(rf"\s(?!(?:{_NO_NOUN}|\w+ed)\b)[A-Za-z]")
_DETERMINER = re.compile(
    r"(?:\b(?:an?|another|the|this|that|its|his|her|their|our|my)|'s|\d-\w+,)\s$", re.IGNORECASE
)
_DESCRIBED = re.compile(
    r"\s(?:hurdles|race|relay|final|freestyle|butterfly|backstroke|breaststroke|sprint|dash|medley|battery|camera|"
    r"sensor|screen|display|monitor|node|process|chip|engine|winds?|gusts?|limit|zone|bag|bottle|drive|refresh|"
    r"charger|charging|angle|turn|view|rotation|lens|film|adapter)\b"
)
"""Nouns that an amount before them describes, whatever stands before the amount."""
_INCHES_WIDE = (
    "long|wide|tall|thick|deep|high|apart|across|in|of|above|below|by|to|from|at|on|more|less|and|or|per|each|"
    "longer|wider|shorter|taller|thicker|away|off|square|x"
)
_POINTS = {"N": "North", "S": "South", "E": "East", "W": "West"}
_NEAR = 60
"""Characters around an amount that tell what it describes."""
_ACROSS_BEFORE = re.compile(rf"{NUMBER}[\s-]?[A-Za-z″]{{1,3}} by $")
_ACROSS_AFTER = re.compile(rf"^ by {NUMBER}[\s-]?[A-Za-z″]{{1,3}}\b")
_MILLIONS_OF = (
    "people|users|customers|homes|households|barrels|tonnes|tons|jobs|workers|voters|viewers|copies|shares|"
    "Americans|refugees|children|women|men|passengers|views|downloads|vehicles|cars|units|doses|cases|visitors|"
    "tourists|listeners|players|students|acres|hectares|need|voted|watched|fled|died"
)


def _measure(match: re.Match[str]) -> str:
    given, scale = match["number"], match["scale"] or ""
    plus = " plus" if match["plus"] else ""
    # A fraction is read later, when no part of a date or score can be taken for one.
    amount = given if "/" in given else quantity((match["sign"] or "").strip() + given)
    return f"{amount}{scale}{plus} {unit_words(match, one=_is_single(match))}"


def _is_single(match: re.Match[str]) -> bool:
    """Whether the unit of a measure is in the singular: of one, of less, and before the noun it describes."""
    fraction = re.fullmatch(r"(\d+)/(\d+)", match["number"])
    part = fraction is not None and int(fraction[1]) < int(fraction[2])
    alone = match["number"] == "1" and not match["scale"]
    if alone or part or match["gap"] == "-" or describes(match):
        return True
    following = match.string[match.end() : match.end() + _NEAR]
    return match["unit"] == "″" and re.match(rf"\s(?!(?:{_INCHES_WIDE})\b)[A-Za-z]", following) is not None


def describes(match: re.Match[str]) -> bool:
    """Whether the amount describes a noun: "a $5 million deal", "a $20-a-month plan"."""
    following = _ACROSS_AFTER.sub("", match.string[match.end() : match.end() + _NEAR])
    before = _ACROSS_BEFORE.sub("", match.string[max(0, match.start() - _NEAR) : match.start()])
    return bool(
        re.match(r"-[a-z]", following)
        or (_DETERMINER.search(before) and _NOUN_AFTER.match(following))
        or _DESCRIBED.match(following)
    )


def _money(match: re.Match[str]) -> str:
    one, many, _ = _MONEY[match["symbol"]]
    amount = match["number"].replace(",", "")
    upto = f" to {number(match['last'])}" if match["last"] else ""
    scale = _SCALES.get(match["scale"] or "", match["scale"])
    sign = "minus " if match["sign"] else ""
    below = f" per {per(match['per'])}" if match["per"] else ""
    if not scale and not upto and re.fullmatch(r"\d*\.\d\d", amount):
        return sign + _with_hundredths(match["symbol"], amount) + below
    unit = one if (amount == "1" and not scale and not upto) or describes(match) else many
    return f"{sign}{number(amount)}{upto}{f' {scale}' if scale else ''} {unit}{below}"


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


def _coin(code: str) -> str:
    return _MONEY[code][0].removeprefix("US ")


def _scaled(match: re.Match[str]) -> str:
    return f"{match['number']} {_SCALES[match['scale']]} "


def _from(match: re.Match[str]) -> str:
    """The first amount of a span; "10k" alone would be a name."""
    amount, scale = match[1], match[2].strip()
    clear = amount[0].isdigit() and scale in _SCALES and scale not in ("m", "b", "t", "mm")
    return f"{amount} {_SCALES[scale]} to " if clear else f"{amount}{match[2]} to "


def _on_the_globe(match: re.Match[str]) -> str:
    """Degrees, minutes and seconds, which look like feet and inches."""
    seconds = f" {match[3]} seconds" if match[3] else ""
    point = f" {_POINTS[match[4]]}" if match[4] else ""
    return f"{match[1]} degrees {match[2]} minutes{seconds}{point}"


def _inch_marks(match: re.Match[str]) -> str:
    """Double quotes behind a number are inches, unless they close a quotation."""
    parts = re.split(r"(\d?\")", match[0])
    quoting = False
    for at, part in enumerate(parts):
        if part.endswith('"') and (quoting or len(part) == 1):
            quoting = not quoting
        elif part.endswith('"'):
            parts[at] = f"{part[0]}″"
    return "".join(parts)


_FRACTION = r"(?:\d{1,3}[ -])?\d{1,3}/\d{1,4}"

_INCHES: tuple[Rule, ...] = (
    (re.compile(rf"(\d+)°\s?(\d{{1,2}})'\s?(?:({NUMBER})\")?\s?([NSEW])?(?!\w)"), _on_the_globe),
    (re.compile(r"(?<=\d°)\s?([NSEW])\b"), lambda m: f" {_POINTS[m[1]]}"),
    (re.compile(r'^.*\d".*$', re.DOTALL), _inch_marks),
    (re.compile(rf"(\d\s?(?:ft|feet|foot)\b[.,]?\s(?:{_FRACTION}|{NUMBER}))\s?(?:inches|in)\b"), r"\1″"),
    (re.compile(r"(?<=\d)\s?in\b\.?(?=\s?(?:[x×]|by)\s?\d)|(?<=\d)in\b\.?"), "″"),
    (re.compile(r"(?<=\d)-in\b(?!-)\.?"), "-″"),
    (re.compile(r"(?<=[\d+])\sin\.(?=\s[a-z(]|[,;)])"), "″"),
    (re.compile(r"(?<=\d)\sin(?=\.(?:$|\s[A-Z]))"), "″"),
    (re.compile(r"\b(\d{1,2})'\s?(\d{1,2})(?:[\"″]|\b)"), r"\1 foot \2"),
    (re.compile(r"(?<=\d)\s?c\.(?=\s[a-z]|\))"), " cp"),
    (re.compile(r"\b(\d)ft(\d{1,2})\b"), r"\1 foot \2"),
    (re.compile(r"\b(\d{1,3})'(?=\s(?:tall|long|wide|high|deep|by|x)\b)"), r"\1 ft"),
    (re.compile(r"(?<=[x×] )(\d{1,3})'(?!\w)"), r"\1 ft"),
)
"""Inches are brought to one sign, which is no quotation mark and no preposition; so are cups."""

_SPANS: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?<![\w.])((?:{_SYMBOL})?\s?{NUMBER})(\s?(?:{'|'.join(_SCALES)}|{UNIT})|\s(?:{_SCALE_NAMES}))"
            rf"\.?\s?[-–]\s?(?=(?:{_SYMBOL})?{NUMBER})"
        ),
        _from,
    ),
    (re.compile(rf"(?<![\w.])({NUMBER}\s?(?:{UNIT}))\s?[x×]\s?(?={NUMBER})"), r"\1 by "),
    (re.compile(rf"(?<![\w.])({NUMBER})\s?[x×]\s?(?={NUMBER}\s?(?:{UNIT})(?!\w))"), r"\1 by "),
)

_PRICES: tuple[Rule, ...] = (
    (re.compile(r"(?<!\w)[~≈]\s?(?=[$€£¥₩])"), "about "),
    (re.compile(r"(?<=\d)/(?=[$€£]\d)"), ", "),
    (re.compile(rf"([$€£¥])\(({NUMBER})\)"), r"-\1\2"),
    (
        re.compile(
            rf"(?P<sign>(?<![\w.])-)?(?<![A-Za-z])(?P<symbol>{_SYMBOL})\s?(?P<number>{NUMBER})"
            rf"(?:\s?(?:[-–—]|to)\s?(?P=symbol)?(?P<last>{NUMBER}))?{_SCALE}(?:/(?P<per>{PER})(?!\w))?"
        ),
        _money,
    ),
    (
        re.compile(
            rf"(?P<sign>(?<![\w.])-)?(?<![\w.])(?P<number>{NUMBER})(?:\s?[-–—]\s?(?P<last>{NUMBER}))?{_SCALE}"
            rf"\s?(?P<symbol>[€£¥₩₹₽]|\$(?!\s?\d)|(?:{_CODE})\b)(?:/(?P<per>{PER})(?!\w))?"
        ),
        _money,
    ),
    (re.compile(rf"({NUMBER})\s?¢"), r"\1 cents"),
    (re.compile(rf"\b({_CODE})/({_CODE})\b"), lambda m: f"{_coin(m[1])} {_coin(m[2])}"),
)

_RATES: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?<=[a-z])/(?=(?:month|year|week|day|hour|minute|second|user|person|seat|kg|km|token|unit)s?\b)"
        ),
        " per ",
    ),
    (re.compile(r"(?<=[a-z]{2})/(s|sec|min|hr|h|mo|yr)\b"), lambda m: f" per {per(m[1])}"),
    (re.compile(rf"(?<=\bper )({UNIT})(?!\w)"), lambda m: per(m[1])),
    (re.compile(r"((?:dollar|euro|pound|cent)s?|pence)(?:/(?=[\da-z])|\s(?=pp\b))"), r"\1 per "),
    (re.compile(r"\bper pp\b\.?"), "per person"),
)

RULES: tuple[Rule, ...] = (
    *_INCHES,
    (re.compile(r"\b50[-/–]50\b"), "fifty fifty"),
    (re.compile(r"\b(\d+)-(in|to|on|and|by|for|of)-(?=\d)"), r"\1 \2 "),
    *_SPANS,
    (re.compile(r"(?<=\dx)[-–](?=\d)"), " to "),
    (re.compile(rf"(?<=[A-Za-z])/(?=\d+\s?(?:{UNIT})\b)"), ", "),
    *_PRICES,
    (
        re.compile(
            r"((?:\b(?:at|to|of|from|around|about|below|above|under|over|between|and|reached|hit|near)\s|-)\d{2,3})([CF])\b"
        ),
        r"\1°\2",
    ),
    (re.compile(r"(?<=\d)\s?([CF])\s?\((-?\d{1,3}(?:\.\d)?)\s?(?!\1)([CF])\b"), r"°\1 (\2°\3"),
    (re.compile(r"(?<=\d)\s?([CF])\s?/\s?(-?\d{1,3}(?:\.\d)?)\s?(?!\1)([CF])\b"), r"°\1 or \2°\3"),
    (re.compile(r"(?<![\w)])(-\d{1,3})\s([CF])\b"), r"\1°\2"),
    (re.compile(r"(?<=\d)\s?[–—](?=[$€£]?\d)|(?<=\d[%°])\s?[-–—]\s?(?=\d)|(?<=[a-zC%°])–(?=\d)"), " to "),
    (re.compile(r"(?<![\w-])(\d[\d,.]*)\s?-(\d[\d,.]*)(?![\w-]*-)(?=\b|%|°|x\b)"), r"\1 to \2"),
    (re.compile(r"(?<=\d)\s?%(?!\w)"), " percent"),
    (re.compile(r"(?<=\d)\s?‰"), " per mille"),
    (
        re.compile(
            r"\b(?P<number>\d+(?:\.\d+)?)(?P<scale>[kKMBT]|bn)\s(?=[a-z]{3,}s\b|people|lines of|req\b)"
        ),
        _scaled,
    ),
    (re.compile(rf"\b(?P<number>\d+(?:\.\d+)?)(?P<scale>m)\s(?=(?:[a-z]+\s)?(?:{_MILLIONS_OF})\b)"), _scaled),
    (re.compile(r"\b(?P<number>\d+(?:\.\d+)?)\s?(?P<scale>M|bn|bln|mln|tn|trn)\b(?!\w)"), _scaled),
    (
        re.compile(
            rf"(?P<sign>{_SIGN})(?<![\w.])(?<!\d/)(?<![A-Za-z]-)(?P<number>{_FRACTION}(?!\d|s\b)|{NUMBER})"
            rf"(?P<scale>\s(?:thousand|million|billion|trillion))?(?P<plus>\+?)(?P<gap>[\s-]?){EXPRESSION}"
        ),
        _measure,
    ),
    *_RATES,
    (re.compile(r"(?<=[A-Za-z]{2})/(?=\d)"), ", "),
)
