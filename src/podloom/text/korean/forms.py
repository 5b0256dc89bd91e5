"""English forms in Korean text that are read as a whole: titles, references, ordinals, A4, Part II."""

from __future__ import annotations

import re

from podloom.text.korean.latin import LETTERS
from podloom.text.korean.numbers import ENGLISH, native, sino
from podloom.text.korean.units import UNITS
from podloom.text.rules import Rule

_ABBREVIATIONS = {
    "Dr": "닥터", "Mr": "미스터", "Mrs": "미시즈", "Ms": "미즈", "Prof": "프로페서", "St": "세인트",
    "Mt": "마운트", "Gen": "제너럴", "Capt": "캡틴", "Rev": "레버런드", "Jr": "주니어", "Sr": "시니어",
    "Inc": "인코퍼레이티드", "Corp": "코퍼레이션", "Co": "컴퍼니", "Ltd": "리미티드", "Univ": "유니버시티",
    "vs": "대", "etc": "등", "cf": "비교", "ca": "약", "approx": "약", "feat": "피처링", "ft": "피처링",
}  # fmt: skip
_AFTER_NAMES = ("Jr", "Sr", "Inc", "Corp", "Co", "Ltd", "Univ", "etc")
_PHRASES = (
    (r"e\.\s?g\.,?", "예를 들어"), (r"i\.\s?e\.,?", "즉"), (r"a\.k\.a\.?", "일명"), (r"et al\.", "등"),
    (r"Ph\.\s?D\.?", "피에이치디"), (r"w/o", "없이"),
)  # fmt: skip
_REFERENCES = {
    "Vol": "볼륨", "Ch": "챕터", "Chap": "챕터", "Fig": "그림", "Figs": "그림", "Eq": "식", "Sec": "섹션",
    "Ep": "에피소드", "Pt": "파트", "Art": "제",
}  # fmt: skip
_PER_UNITS = r"km|kg|mg|ml|kWh|MWh|GB|MB|MW|ha|[gmtLl]|m\^[23]"
_ORDINALS = ("퍼스트", "세컨드", "서드", "포스", "피프스", "식스스", "세븐스", "에이스", "나인스", "텐스")
ROMAN = {
    "II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12, "XIII": 13,
    "XIV": 14, "XV": 15, "XVI": 16, "I": 1, "V": 5, "X": 10,
}  # fmt: skip
_ROMAN = "|".join(sorted(filter(lambda numeral: len(numeral) > 1, ROMAN), key=len, reverse=True))
_NOT_LETTER = "(?![A-Za-z])"


def _abbreviation(match: re.Match[str]) -> str:
    """The stop goes, unless the text ends with it; a title stands apart from the name."""
    if not match.string[match.end() :].strip():
        return _ABBREVIATIONS[match[1]] + "."
    return _ABBREVIATIONS[match[1]] + (match[2] if match[1] in _AFTER_NAMES else " ")


def _pages(match: re.Match[str]) -> str:
    return sino(match[1]) + (f"에서 {sino(match[2])}" if match[2] else "") + " 쪽"


def _ordinal(match: re.Match[str]) -> str:
    """퍼스트 to 텐스, then 열한 번째."""
    value = int(match[1])
    if 1 <= value <= len(_ORDINALS):
        return _ORDINALS[value - 1]
    return f"{native(value) if 0 < value < 100 else sino(match[1])} 번째"


def _model(match: re.Match[str]) -> str:
    """A4 is 에이포, EV6 is 이브이 식스, H5N1 is 에이치파이브 엔원."""
    parts = re.findall(r"([A-Za-z]+)-?(\d?)", match[0])
    said = ("".join(LETTERS[char] for char in letters.upper()) for letters, _ in parts)
    gaps = (" " if len(letters) > 1 and digit else "" for letters, digit in parts)
    names = (ENGLISH[int(digit)] if digit else "" for _, digit in parts)
    return " ".join(map("".join, zip(said, gaps, names, strict=True)))


FIRST_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![A-Za-z])<(?=[^\s<>=])([^<>]{1,60})(?<![\s=])>"), r' "\1"'),
    (  # The byline of an agency: [서울=뉴시스] 홍길동 기자 =
        re.compile(
            r"[\[(]([가-힣·, ]{2,20})\s?=\s?([가-힣\d]{2,10})[\])]"
            r"(?:\s*([가-힣·, ]{2,40}(?:기자|특파원|통신원))\s*=)?\s*"
        ),
        lambda m: ", ".join(filter(None, m.groups())) + ", ",
    ),
    (re.compile(r"(?<![\w/])#(\d+)(?:번(?!째)|(?!\w))"), lambda m: f"{sino(m[1])} 번"),
    (re.compile(r"(?<![A-Za-z])[Nn]o\.\s?(\d+)번?"), lambda m: f"{sino(m[1])} 번"),
    (re.compile(r"(?<![\w.)])\.(?=\d)"), "0."),
    (re.compile(r"(?<=[mM]\^2)(?=[A-Z](?![A-Za-z]))"), " "),
    (re.compile(rf"(?<![A-Za-z\d])({_PER_UNITS})(?=당 )"), lambda m: UNITS[m[1]]),
)
"""These come before addresses: "#2번" is no hashtag. Nor is <파묘> a comparison, it is a title."""

RULES: tuple[Rule, ...] = (
    *(
        (re.compile(rf"(?<![A-Za-z.]){phrase}{_NOT_LETTER}\s*(?=\S)"), f"{word} ")
        for phrase, word in _PHRASES
    ),
    (re.compile(rf"(?<![A-Za-z.])({'|'.join(_ABBREVIATIONS)})\.(?![A-Za-z.])(\s*)"), _abbreviation),
    (re.compile(r"(?<![A-Za-z.])pp?\.\s?(\d{1,4})(?:\s?[-–~]\s?(\d{1,4}))?(?![\d.]*\d)"), _pages),
    (
        re.compile(rf"(?<![A-Za-z.])({'|'.join(_REFERENCES)})\.\s?(?=\d)"),
        lambda m: f"{_REFERENCES[m[1]]} ",
    ),
    (re.compile(rf"(?<![A-Za-z\d.,])(\d{{1,3}})(?:st|nd|rd|th){_NOT_LETTER}"), _ordinal),
    (
        re.compile(r"(?:^|(?<=[.?!] ))([IVX])(?=\. ?[가-힣])|(?<=진도 )([IVX])(?![A-Za-z])"),
        lambda m: sino(str(ROMAN[m[1] or m[2]])),
    ),
    (re.compile(rf"(?<=[A-Za-z])\s(?:{_ROMAN})(?![A-Za-z])"), lambda m: f" {ENGLISH[ROMAN[m[0].strip()]]}"),
    (re.compile(rf"(?<![A-Za-z])({_ROMAN})(?![A-Za-z])"), lambda m: sino(str(ROMAN[m[1]]))),
    (
        re.compile(r"(?<![A-Za-z])D\s?([-+])\s?(?=\d{1,4}(?![\d.,]*\d|[A-Za-z]))"),
        lambda m: f"디 {'마이너스' if m[1] == '-' else '플러스'} ",
    ),
    (
        re.compile(
            r"(?<![A-Za-z\d.-])(?![vV]\d)(?:(?:[A-Z]{2,3}|[A-Za-z])-?[1-9])+[A-Z]{0,2}(?![A-Za-z\d]|-\d|[.,]\d)"
        ),
        _model,
    ),
    (
        re.compile(r"(?<![A-Za-z\d.,$€£¥₩-])([2-9])([DK])(?![A-Za-z\d/])"),
        lambda m: ENGLISH[int(m[1])] + LETTERS[m[2]],
    ),
    (
        re.compile(r"(?<=\d)([A-Z])(?=석|동|호|형|블록|구역|열|타입| 타입)"),
        lambda m: f" {LETTERS[m[1]]}",
    ),
    (re.compile(r"(?<![A-Za-z])([A-Za-z])-(?=[가-힣])"), lambda m: LETTERS[m[1].upper()]),
)
