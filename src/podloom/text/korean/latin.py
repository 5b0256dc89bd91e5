"""Latin letters in Korean text: known words by table, initialisms by letter, other words by sound."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

from podloom.text.addresses import address_parts, address_rules
from podloom.text.korean.numbers import digits, sino
from podloom.text.korean.sounds import by_sound
from podloom.text.plain import UNDIVIDED
from podloom.text.rules import Rule

_LETTER_NAMES = (
    "에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 "
    "알 에스 티 유 브이 더블유 엑스 와이 제트"
)
LETTERS: dict[str, str] = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER_NAMES.split(), strict=True))
_MARKS = {
    ".": "닷", "/": "슬래시", "-": "하이픈", "_": "언더바", "@": "골뱅이", "~": "물결", "+": "플러스",
    ":": "콜론",
    "%": "퍼센트", "=": "이퀄", "&": "앤드",
}  # fmt: skip
_LONGEST_INITIALISM = 5
_TABLES = ("loanwords.tsv", "names.tsv")


@cache
def loanwords() -> dict[str, str]:
    """The tables of known words and names; see the heads of the files for how they are written."""
    tables = (files("podloom.text.korean").joinpath(name).read_text("utf-8") for name in _TABLES)
    lines = "\n".join(tables).splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("# "))


@cache
def _marked_names() -> re.Pattern[str]:
    """Names of the table that have digits or signs in them."""
    names = sorted((name for name in loanwords() if not name.isalpha()), key=len, reverse=True)
    return re.compile(
        rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z])(?!(?<=\w)\d)", re.IGNORECASE | re.ASCII
    )


def known_names(text: str) -> str:
    """`text` with names like C++, GPT-4 and Node.js in Hangul; 5G, but not 5g."""
    return _marked_names().sub(_marked_name, text)


def _marked_name(match: re.Match[str]) -> str:
    """A number after the name stands apart: C++17."""
    gap = " " if match.string[match.end() : match.end() + 1].isdigit() else ""
    return (_in_table(match[0]) or match[0]) + gap


def _in_table(word: str) -> str | None:
    """As written, then in small letters."""
    table = loanwords()
    return table.get(word) or table.get(word.lower())


def ascii_letters(text: str) -> str:
    """`text` with every Latin letter reduced to A to Z; é is e, ß is ss, ʃ is its name's first letter."""
    return "".join(char if char.isascii() or not _is_latin(char) else _ascii_letter(char) for char in text)


def _is_latin(char: str) -> bool:
    name = unicodedata.name(char, "")
    return "LATIN" in name or name.startswith("MODIFIER LETTER SMALL")


def _ascii_letter(char: str) -> str:
    if char in UNDIVIDED:
        return UNDIVIDED[char]
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if c.isascii() and c.isalpha())
    if base or not unicodedata.category(char).startswith("L"):
        return base
    names = re.findall(r"\b[A-Z]+\b", unicodedata.name(char).partition("LETTER")[2])
    letter = next((name for name in names if len(name) == 1), names[0] if names else "E")
    return letter[0] if "CAPITAL" in unicodedata.name(char) else letter[0].lower()


def spell(word: str) -> str:
    """Letter by letter, without spaces."""
    return "".join(LETTERS[letter] for letter in word.upper())


def word_in_hangul(word: str) -> str:
    """How a Latin word is said in Korean."""
    word = re.sub(r"'s?\b|'", "", word) or "s"
    known = _known(word)
    if known:
        return known
    if len(word) == 1:
        return spell(word)
    if word.isupper() and (len(word) <= _LONGEST_INITIALISM or not re.search("[AEIOUY]", word)):
        return spell(word)
    parts = re.findall(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]+(?=[A-Z][a-z])|[A-Z]+", word)
    if len(parts) > 1 and not word.isupper():
        return "".join(map(word_in_hangul, parts))
    return by_sound(word.lower()) if re.search("[aeiouy]", word.lower()) else spell(word)


def _known(word: str) -> str | None:
    """As the table has it, or without a plural s."""
    if known := _in_table(word):
        return known
    if word.endswith("s") and word[:-1].isupper() and len(word) > 2:
        return word_in_hangul(word[:-1])
    return _in_table(word[:-1].lower()) if word.lower().endswith("s") and len(word) > 3 else None


def spell_address(address: str) -> str:
    """An address: example.com/path is 이그잼플 닷 컴 슬래시 패스."""
    return " ".join(filter(None, map(_part, address_parts(address))))


def _part(part: str) -> str:
    if part.isdigit():
        return sino(part) if len(part) < 3 else digits(part)
    if not part.isalpha():
        return _MARKS.get(part, "")
    return word_in_hangul(part.upper() if len(part) < 3 else part) if part.isascii() else part


ADDRESSES: tuple[Rule, ...] = address_rules(spell_address, handle="골뱅이", hashtag="해시태그")

RULES: tuple[Rule, ...] = (
    (re.compile(r"\b(?:[A-Z]\.){2,}", re.ASCII), lambda m: spell(m[0].replace(".", ""))),
    (re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*"), lambda m: word_in_hangul(m[0])),
)  # fmt: skip
