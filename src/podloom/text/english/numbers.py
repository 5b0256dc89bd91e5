"""Number words of American English: no "and" after hundred, no commas."""

from __future__ import annotations

import re

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LONGEST_NAMED = 15
"""Numbers of more digits are read digit by digit: nobody follows the name of a longer one."""


def _words(number: int, form: str) -> str:
    from num2words import num2words  # noqa: PLC0415  (a hundred modules, needed only where there are numbers)

    words = str(num2words(number, to=form))
    return re.sub(r"\s+", " ", words.replace(",", " ").replace(" and ", " ")).strip()


def digits(text: str) -> str:
    """Each digit on its own; everything else is a gap."""
    return " ".join(DIGITS[int(char)] for char in text if char.isdigit())


def cardinal(text: str) -> str:
    """Words of a whole number written in digits, with or without commas; "007" is read digit by digit."""
    plain = text.replace(",", "")
    if (plain.startswith("0") and len(plain) > 1) or len(plain) > _LONGEST_NAMED:
        return digits(plain)
    return _words(int(plain), "cardinal")


def ordinal(text: str) -> str:
    """Words of a rank: 21 is "twenty-first"; numbers too long for a name stay cardinal."""
    plain = text.replace(",", "")
    return _words(int(plain), "ordinal") if len(plain) <= _LONGEST_NAMED else digits(plain)


def number(text: str) -> str:
    """Words of a whole or decimal number: "12.50" is "twelve point five zero"."""
    whole, _, fraction = text.partition(".")
    if not fraction:
        return cardinal(whole)
    return " ".join((cardinal(whole) if whole else "", "point", digits(fraction))).strip()


def year(text: str) -> str:
    """Words of a year: "nineteen ninety-nine", "two thousand five", "nineteen oh five"."""
    return _words(int(text), "year").replace("oh-", "oh ")


def plural(words: str) -> str:
    """Several of a number: "nineteen nineties", "two thousands", "sixes"."""
    return words[:-1] + "ies" if words.endswith("y") else words + ("es" if words.endswith("six") else "s")


def quantity(text: str) -> str:
    """A number that may carry a sign."""
    signs = {"-": "minus ", "+": "plus ", "±": "plus or minus ", "~": "about ", "≈": "about "}
    return signs.get(text[:1], "") + number(text.lstrip("+-±~≈"))
