"""Korean number words: Sino-Korean (일, 이, 삼) and native (하나, 둘, 셋).

Spaces between number words stand at every ten thousand (한글 맞춤법 제44항: 삼만 오천).
"""

from __future__ import annotations

DIGITS = "영일이삼사오육칠팔구"
_PLACES = ((1000, "천"), (100, "백"), (10, "십"))
_MYRIADS = ("", "만", "억", "조", "경")
_LONGEST_NAMED = 20
_ENGLISH = "제로 원 투 쓰리 포 파이브 식스 세븐 에이트 나인 텐 일레븐 트웰브 서틴 포틴 피프틴 식스틴"
ENGLISH = _ENGLISH.split()
"""Names of 0 to 16 in words taken over from English: 에이포, 파트 투."""

_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
APPROXIMATE = {
    ("1", "2"): "한두", ("2", "3"): "두세", ("3", "4"): "서너", ("4", "5"): "네다섯", ("5", "6"): "대여섯",
    ("6", "7"): "예닐곱", ("7", "8"): "일고여덟", ("8", "9"): "여덟아홉",
}  # fmt: skip
"""Neighbouring native numbers, said as one word."""


def neighbours(first: str, last: str) -> str:
    """Two whole numbers a step apart said as one: 이삼, 오륙십, 이삼백; "" for any other two."""
    rest = first[1:]
    if rest.strip("0") or rest != last[1:] or len(rest) > len(_PLACES) or first[0] == "0":
        return ""
    if int(last[0]) - int(first[0]) != 1 or (first[0] == "1" and rest):
        return ""
    # 한글 맞춤법 제52항: 오륙.
    pair = "오륙" if first[0] == "5" else digits(first[0] + last[0])
    return pair + ("", "십", "백", "천")[len(rest)]


def digits(text: str, *, zero: str = "영") -> str:
    """Each digit on its own; zero is 공 in telephone numbers."""
    return "".join(DIGITS[int(char)] if char != "0" else zero for char in text if char.isdigit())


def _below_myriad(number: int) -> str:
    words = ""
    for size, name in _PLACES:
        digit, number = divmod(number, size)
        words += ("" if digit == 1 else DIGITS[digit]) + name if digit else ""
    return words + (DIGITS[number] if number else "")


def sino(text: str) -> str:
    """Sino-Korean words of a whole number, with or without commas; "007" is read digit by digit."""
    plain = text.replace(",", "")
    if (plain.startswith("0") and len(plain) > 1) or len(plain) > _LONGEST_NAMED:
        return digits(plain, zero="공" if plain.startswith("0") else "영")
    number, parts = int(plain), []
    for myriad in _MYRIADS:
        number, part = divmod(number, 10_000)
        if part:
            # 만 alone, but 일억, 일조.
            words = "" if (part, myriad, number) == (1, "만", 0) else _below_myriad(part)
            parts.append(words + myriad)
    return " ".join(reversed(parts)) or DIGITS[0]


def number(text: str) -> str:
    """Words of a whole or decimal number: 3.14 is 삼 점 일사."""
    whole, _, fraction = text.partition(".")
    return f"{sino(whole or '0')} 점 {digits(fraction)}" if fraction else sino(whole)


def native(value: int) -> str:
    """Native words of 1 to 99 as they stand before a counter: 한, 두, 스무, 스물한."""
    tens, ones = divmod(value, 10)
    if (tens, ones) == (2, 0):
        return "스무"
    return _NATIVE_TENS[tens] + _NATIVE_ONES[ones]
