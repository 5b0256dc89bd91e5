"""English times of day and durations."""

from __future__ import annotations

import re

from podloom.text.abbreviations import GO_ON_WITH_A_TIME
from podloom.text.english.amounts import describes
from podloom.text.english.numbers import cardinal, number
from podloom.text.rules import Rule

_HALF_DAY = r"(?P<half>[ap]\.?\s?m\b\.?|[AP]\.?\s?M\b\.?)"
_PARTS = {
    "y": "year", "mo": "month", "w": "week", "d": "day", "h": "hour", "m": "minute", "s": "second",
}  # fmt: skip
_ORDER = "ywdhms"
_PART = r"\d+(?:\.\d+)?\s?(?:days?|d|hours?|hrs?|h|mins?|m|secs?|s)"
_TIMED = (
    "timer|ad|ads|clip|clips|video|videos|delay|timeout|interval|intervals|rest|exposure|spot|spots|countdown|"
    "plank|sprint|sprints|limit|window|cooldown|loop|trailer|teaser|commercial|commercials|pause|break"
)


def _clock(match: re.Match[str]) -> str:
    """Hours and minutes; ratios and scores ("3:1") do not come here, as minutes have two digits."""
    hour, minute = int(match["hour"]), int(match["minute"])
    half = _half(match)
    spoken = cardinal(str(hour))
    if match["second"] and _lasts(match):
        return _lasting(match)
    if int(match["second"] or 0) and not minute:
        spoken += " hours" if hour != 1 else " hour"
    elif minute:
        spoken += f" oh {cardinal(str(minute))}" if minute < 10 else f" {cardinal(str(minute))}"
    elif not half:
        spoken += " hundred" if hour > 12 else " o'clock" if hour else " hundred"
    if int(match["second"] or 0):
        spoken += f" and {cardinal(str(int(match['second'])))} seconds"
    return spoken + half


def _lasts(match: re.Match[str]) -> bool:
    """Whether 2:01:09 is a duration: a short hour that nothing makes a time of day."""
    before = match.string[max(0, match.start() - 10) : match.start()]
    timed = re.search(r"\b(?:at|by|until|till|from|since|before|after)\s$", before, re.IGNORECASE)
    return len(match["hour"]) == 1 and not match["half"] and not timed


def _lasting(match: re.Match[str]) -> str:
    *parts, last = [
        _span(str(int(amount)), unit, one=False)
        for unit, amount in zip("hms", match.group("hour", "minute", "second"), strict=True)
        if int(amount)
    ] or ["zero hours"]
    return f"{' '.join(parts)} and {last}" if parts else last


def _lap(match: re.Match[str]) -> str:
    minutes, seconds = match["minutes"], match["seconds"]
    oh = "oh " if seconds[0] == "0" else ""
    return f"{cardinal(minutes)} {oh}{number(seconds.removeprefix('0'))}"


def _hour(match: re.Match[str]) -> str:
    return cardinal(str(int(match["hour"]))) + _half(match)


def _half(match: re.Match[str]) -> str:
    """The letters of a half day, with the full stop of "p.m." kept where a sentence ends."""
    if not match["half"]:
        return ""
    following = match.string[match.end() :].lstrip("\"')")
    after = re.match(r"\s+([A-Z]\w*)", following[:40])
    ends = match["half"].endswith(".") and (not following or (after and after[1] not in GO_ON_WITH_A_TIME))
    return f" {match['half'][0].upper()} M" + ("." if ends else "")


def _military(match: re.Match[str]) -> str:
    """0600 hours; with minutes both pairs are numbers."""
    hour, minute = match["hour"], match["minute"]
    spoken = f"oh {cardinal(hour[1])}" if hour[0] == "0" else cardinal(hour)
    return f"{spoken} {'hundred' if minute == '00' else cardinal(minute)}"


def _duration(match: re.Match[str]) -> str:
    """Hours, minutes and seconds in falling order; "m" behind or before them is no meter."""
    parts = re.findall(r"(\d+(?:\.\d+)?)\s?([a-z]+)", match[0])
    ranks = [_ORDER.index(unit[0]) for _, unit in parts]
    if ranks != sorted(set(ranks)):
        return match[0]
    return " ".join(_span(amount, unit[0], one=describes(match)) for amount, unit in parts)


def _span(amount: str, unit: str, *, one: bool) -> str:
    return f"{number(amount)} {_PARTS[unit]}{'' if one or amount == '1' else 's'}"


def _before(match: re.Match[str]) -> str:
    return _span(match["amount"], match["unit"], one=False)


def _seconds(match: re.Match[str]) -> str:
    one = describes(match) or re.match(rf"\s(?:{_TIMED})\b", match.string[match.end() :]) is not None
    return _span(match["amount"], "s", one=one)


FIRST_RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?<![\w.:$]){_PART}(?:[, ]?\s?{_PART}){{1,3}}(?!\w)"), _duration),
    (
        re.compile(
            r"(?<![\w.$])(?P<amount>\d+)(?P<unit>[ywdhms]|mo)(?=\s(?:ago|later|earlier|left|remaining|old)\b)"
        ),
        _before,
    ),
    (re.compile(r"(?<=[Pp]rep |[Cc]ook |[Bb]ake )(?P<amount>\d+)(?P<unit>m)\b"), _before),
    (re.compile(rf"(?<![\w.$'])(?P<amount>[1-9]0)s(?=\s(?:{_TIMED})\b)"), _seconds),
    (
        re.compile(
            r"(?:(?<=every )|(?<=for )|(?<=after )|(?<=within )|(?<=[~<>≈]))(?P<amount>[1-9]0)s\b"
            r"(?!\s[a-z]{3,}s\b)"
        ),
        _seconds,
    ),
)
"""Before decades and meters, which look alike."""

RULES: tuple[Rule, ...] = (
    (re.compile(r"\b(\d{1,2})h([0-5]\d)\b"), r"\1:\2"),
    (re.compile(rf"(?<![\d.,])(\d{{1,2}})\.([0-5]\d)(?=\s?{_HALF_DAY})"), r"\1:\2"),
    (re.compile(r"(?<=\d:\d\d)\s?(?:hrs|h)\b"), ""),
    (
        re.compile(r"\b(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)(?=\s(?:hours|hrs|UTC|GMT|EST|local)\b)"),
        _military,
    ),
    (re.compile(r"\b(GMT|UTC)\s?([+-])\s?0?(\d{1,2}):00\b"), r"\1\2\3"),
    (re.compile(r"\b(GMT|UTC)\s?\+\s?0?(?=\d)"), r"\1 plus "),
    (re.compile(r"\b(GMT|UTC)\s?-\s?0?(?=\d)"), r"\1 minus "),
    (re.compile(rf"(?<=[A-Za-z]{{2}})/(?=\d{{1,2}}(?::\d\d)?\s?{_HALF_DAY})"), ", "),
    (re.compile(r"(?i:(?<=[ap]m)|(?<=[ap]\.m\.))\s?[-–—]\s?(?=\d|noon|midnight)"), " to "),
    (re.compile(rf"\b(\d{{1,2}}(?::\d\d)?)\s?[-–—]\s?(?=\d{{1,2}}(?::\d\d)?\s?{_HALF_DAY})"), r"\1 to "),
    (re.compile(r"\b(\d{1,2}:\d\d)\s?[-–—]\s?(?=\d{1,2}:\d\d)"), r"\1 to "),
    (re.compile(r"(?<![\w:.,])(?P<minutes>\d\d?):(?P<seconds>[0-5]\d\.\d+)(?![\d:])"), _lap),
    (
        re.compile(
            rf"\b(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d+)?)?Z?"
            rf"(?:\s?{_HALF_DAY})?(?![\d:]|,\d{{3}})"
        ),
        _clock,
    ),
    (re.compile(rf"\b(?P<hour>1[0-2]|0?[1-9])\s?{_HALF_DAY}"), _hour),
)
