"""English dates; where an all-digit date is ambiguous, the month comes first."""

from __future__ import annotations

import re

from podloom.text.english.numbers import DIGITS, cardinal, ordinal, year
from podloom.text.rules import Rule

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_LAST = r"(?:\s?[-–]\s?(?P<last>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?)?"
_YEAR = r"(?P<year>1\d{3}|20\d{2})"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"
_PIVOT = 50
"""Two-digit years below it are of this century."""
SHORT_NAMES: dict[str, str] = {
    short: next(name for name in (*MONTHS, *_WEEKDAYS) if name.startswith(short)) for short in _SHORT.split()
}
"""Months and weekdays as they are abbreviated."""
_UNCLEAR = ("Jan", "Mar", "Jun", "Jul", "Mon", "Wed", "Sat", "Sun")
"""Names or words as well."""
_SHORT_NAME = "|".join(sorted(SHORT_NAMES, key=len, reverse=True))
_NAMED = rf"(?:{'|'.join((*MONTHS, *_WEEKDAYS))}|{_SHORT_NAME})"
_LINK = r"\s?(?:\b(?:to|through|thru|until|and|or)\b|[-–&/,])\s?"
_PREPOSITION = (
    r"\b(?P<preposition>on|every|each|next|last|this|since|in|by|of|from|until|till|late|early|mid|closed|"
    r"open)[ -]"
)
_LEADS_TO_NAME = re.compile(rf"(?:(?i:{_PREPOSITION})|{_NAMED}\.?{_LINK})$")
_NEIGHBOUR = re.compile(rf"{_LINK}{_NAMED}\b")


def _short_name(match: re.Match[str]) -> str:
    """The whole of an abbreviated month or weekday, if it is one; its stop where a sentence ends."""
    before = match.string[max(0, match.start() - 20) : match.start()]
    after = match.string[match.end() : match.end() + 20]
    word, stop = match["word"], match["stop"]
    found = _LEADS_TO_NAME.search(before)
    leads = found is not None and (stop or not found["preposition"])
    goes_on = re.match(r",?\s\d|\s[a-z]" if stop else r",?\s\d", after)
    if word in _UNCLEAR and not (leads or goes_on or _NEIGHBOUR.match(after)):
        return match[0]
    ends = stop and (not after.strip("\"')") or re.match(rf"\s(?!{_NAMED}\b)[A-Z]", after))
    return SHORT_NAMES[word] + ("." if ends else "")


def _month(match: re.Match[str]) -> str:
    return next(name for name in MONTHS if name.startswith(match["month"][:3]))


def _days(match: re.Match[str]) -> str:
    last = f" to {ordinal(match['last'])}" if match["last"] else ""
    return ordinal(match["day"]) + last


def _comma_year(match: re.Match[str]) -> str:
    return f", {year(match['year'])}" if match["year"] else ""


def _month_day(match: re.Match[str]) -> str:
    return f"{_month(match)} {_days(match)}{_comma_year(match)}"


def _day_month(match: re.Match[str]) -> str:
    return f"the {_days(match)} of {_month(match)}{_comma_year(match)}"


def _month_year(match: re.Match[str]) -> str:
    return f"{_month(match)} {year(match['year'])}"


def _iso(match: re.Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    spoken = f"{MONTHS[month - 1]} {ordinal(match['day'])}{_comma_year(match)}"
    return spoken + (" at " if match["time"] else "")


def _numbers(match: re.Match[str]) -> str:
    """A date in digits with its year last; between full stops the day always comes first."""
    month, day, given = int(match["first"]), int(match["second"]), match["year"]
    shares = month + day + int(given) == 100 and match["first"][0] != "0"
    if month > 12 or match["s"] == ".":
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31) or (len(given) == 2 and shares):
        return match[0]
    century = "" if len(given) == 4 else "20" if int(given) < _PIVOT else "19"
    return f"{MONTHS[month - 1]} {ordinal(str(day))}, {year(century + given)}"


def _slashed_month(match: re.Match[str]) -> str:
    return f"{MONTHS[int(match['month']) - 1]} {year(match['year'])}"


def _to_short_year(match: re.Match[str]) -> str:
    """2024-25 and 1914-18 are spans; 2024-03 is a month."""
    first, last = int(match["year"]), int(match["last"])
    if last <= first % 100 != 99:
        is_month = 1 <= last <= 12 and match["s"] == "-"
        return f"{MONTHS[last - 1]} {year(match['year'])}" if is_month else match[0]
    spoken = "two thousand" if last == 0 else cardinal(match["last"]) if last > 9 else f"oh {DIGITS[last]}"
    return f"{year(match['year'])} to {spoken}"


RULES: tuple[Rule, ...] = (
    (re.compile(rf"\b(\d{{1,2}})-({_NAMED})-(\d{{4}})\b"), r"\1 \2 \3"),
    (re.compile(rf"(\d(?:st|nd|rd|th)?|\b{_NAMED}\.?)\s?[–-]\s?(?={_NAMED}\b)"), r"\1 to "),
    (re.compile(r"(/\d{2,4})\s?[-–]\s?(?=\d\d?/\d\d?/\d)"), r"\1 to "),
    (re.compile(r"(?<=\d)\s?[–-]\s?(?=(?:present|today|now)\b)"), " to "),
    (re.compile(rf"\b(?P<word>{_SHORT_NAME})\b(?P<stop>\.?)"), _short_name),
    (
        re.compile(
            rf"\b{_YEAR}(?P<s>[-/.])(?P<month>\d{{1,2}})(?P=s)(?P<day>\d{{1,2}})(?:(?P<time>T)(?=\d)|(?!\d))"
        ),
        _iso,
    ),
    (
        re.compile(
            rf"(?<![\w/.-])(?P<first>\d{{1,2}})(?P<s>[/.-])(?P<second>\d{{1,2}})(?P=s){_YEAR}(?![\d/-])"
        ),
        _numbers,
    ),
    (
        re.compile(r"(?<![\w/.])(?P<first>\d{1,2})(?P<s>/)(?P<second>\d{1,2})/(?P<year>\d\d)(?![\w/])"),
        _numbers,
    ),
    (re.compile(r"(?<![\w/.])(?P<month>0?[1-9]|1[0-2])/(?P<year>19\d\d|20\d\d)(?![\d/])"), _slashed_month),
    (re.compile(rf"(?<![\w/.-]){_YEAR}(?P<s>[-/–])(?P<last>\d\d)(?![\w/-])"), _to_short_year),
    (
        re.compile(
            r"\b(?P<on>[Oo]n|[Uu]ntil|[Tt]hrough|[Ss]ince)\s(?!9/11\b)"
            r"(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?![\w/]|\sof\b)"
        ),
        lambda m: f"{m['on']} {MONTHS[int(m['month']) - 1]} {ordinal(m['day'])}",
    ),
    (re.compile(r"\bM[-–]F\b"), "Monday to Friday"),
    (re.compile(r"\bc\.\s?(?=\d{3,4}\b)"), "circa "),
    (re.compile(rf"\b{_MONTH}\s{_DAY}\b{_LAST}(?:,?\s{_YEAR}\b)?(?![\d:])"), _month_day),
    (re.compile(rf"\b(?:the\s)?{_DAY}{_LAST}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR}\b)?"), _day_month),
    (re.compile(rf"\b{_MONTH},?\s{_YEAR}\b"), _month_year),
)
