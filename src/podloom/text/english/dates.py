"""English dates and times of day; where an all-digit date is ambiguous, the month comes first."""

from __future__ import annotations

import re

from podloom.text.english.numbers import cardinal, ordinal, year
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
_WEEKDAYS = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_NAMED = rf"{_WEEKDAYS}|{'|'.join(MONTHS)}"
_ABBREVIATED_DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
    "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_HALF_DAY = r"(?P<half>[ap]\.?\s?m\b\.?|[AP]\.?\s?M\b\.?)"


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


def _slashed(match: re.Match[str]) -> str:
    month, day = int(match["first"]), int(match["second"])
    if month > 12:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{MONTHS[month - 1]} {ordinal(str(day))}, {year(match['year'])}"


def _clock(match: re.Match[str]) -> str:
    """Hours and minutes; ratios and scores ("3:1") do not come here, as minutes have two digits."""
    hour, minute = int(match["hour"]), int(match["minute"])
    half = _half(match)
    spoken = cardinal(str(hour))
    if int(match["second"] or 0) and not minute:
        spoken += " hours" if hour != 1 else " hour"
    elif minute:
        spoken += f" oh {cardinal(str(minute))}" if minute < 10 else f" {cardinal(str(minute))}"
    elif not half:
        spoken += " hundred" if hour > 12 else " o'clock" if hour else " hundred"
    if int(match["second"] or 0):
        spoken += f" and {cardinal(str(int(match['second'])))} seconds"
    return spoken + half


def _hour(match: re.Match[str]) -> str:
    return cardinal(str(int(match["hour"]))) + _half(match)


def _half(match: re.Match[str]) -> str:
    """The letters of a half day, with the full stop of "p.m." kept where a sentence ends."""
    if not match["half"]:
        return ""
    following = match.string[match.end() :].lstrip("\"')")
    ends = match["half"].endswith(".") and (not following or re.match(r"\s+[A-Z]", following))
    return f" {match['half'][0].upper()} M" + ("." if ends else "")


RULES: tuple[Rule, ...] = (
    (re.compile(rf"\b({_NAMED})\s?[–-]\s?(?={_NAMED})"), r"\1 to "),
    (
        re.compile(r"\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.?(?=,? \d| to |, [A-Z])"),
        lambda m: _ABBREVIATED_DAYS[m[1]],
    ),
    (
        re.compile(
            rf"\b{_YEAR}(?P<s>[-/.])(?P<month>\d{{1,2}})(?P=s)(?P<day>\d{{1,2}})(?:(?P<time>T)(?=\d)|(?!\d))"
        ),
        _iso,
    ),
    (
        re.compile(rf"(?<![\d/.])(?P<first>\d{{1,2}})(?P<s>[/.])(?P<second>\d{{1,2}})(?P=s){_YEAR}(?![\d/])"),
        _slashed,
    ),
    (re.compile(rf"\b{_MONTH}\s{_DAY}\b{_LAST}(?:,?\s{_YEAR}\b)?(?![\d:])"), _month_day),
    (re.compile(rf"\b(?:the\s)?{_DAY}{_LAST}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR}\b)?"), _day_month),
    (re.compile(rf"\b{_MONTH},?\s{_YEAR}\b"), _month_year),
    (re.compile(r"(?<=[ap]m)\s?[-–—]\s?(?=\d)", re.IGNORECASE), " to "),
    (re.compile(rf"\b(\d{{1,2}}(?::\d\d)?)\s?[-–—]\s?(?=\d{{1,2}}(?::\d\d)?\s?{_HALF_DAY})"), r"\1 to "),
    (re.compile(r"\b(\d{1,2}:\d\d)\s?[-–—]\s?(?=\d{1,2}:\d\d)"), r"\1 to "),
    (
        re.compile(
            rf"\b(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d+)?)?Z?"
            rf"(?:\s?{_HALF_DAY})?(?![\d:]|,\d{{3}})"
        ),
        _clock,
    ),
    (re.compile(rf"\b(?P<hour>1[0-2]|0?[1-9])\s?{_HALF_DAY}"), _hour),
)
