"""Roman numerals in English: parts of works, rulers, centuries and years."""

from __future__ import annotations

import re

from podloom.text.english.numbers import cardinal, ordinal, year
from podloom.text.rules import Rule

_TITLES = (
    "Chapter|Part|Volume|Book|Act|Scene|Section|Article|Appendix|Phase|Stage|Type|Level|Class|Title|"
    "Episode|World War|Super Bowl|Apollo|Final Fantasy|Rocky|Mark|Grade|Tier|Schedule|Figure|Table|"
    "Gemini|Saturn|Mission|Psalm|Vatican|Division|Group|Annex|Canto|Option|Category|Amendment|Star Trek|"
    "Star Wars|Age of Empires|Civilization"
)
_SHORT_TITLES = {
    "Vol": "volume", "Vols": "volumes", "Ch": "chapter", "Pt": "part", "Sec": "section", "Art": "article",
    "Fig": "figure", "Bk": "book",
}  # fmt: skip
_RULERS = (
    "Henry|Louis|Elizabeth|Charles|George|Edward|Richard|William|James|John Paul|Benedict|Pius|Leo|"
    "Francis|Napoleon|Philip|Philippe|Catherine|Ivan|Nicholas|Alexander|Frederick|Gregory|Innocent|"
    "Ramses|Ramesses|Ptolemy|Mary|Felipe|Juan Carlos|Carlos|Otto|Wilhelm|Friedrich|Peter|Paul|Urban|"
    "Clement|Boniface|Alfonso|Haakon|Harald|Margrethe|Gustav|Christian|Xerxes|Darius|Cleopatra|Mehmed|"
    "Suleiman|Selim|Murad|Rama|Leopold|Albert|Ferdinand|Franz Joseph|Franz|Maximilian|Rudolf|"
    "Umberto|Victor Emmanuel|Sixtus|Julius|Celestine|Robert|Harold|Constantine|Theodosius|"
    "Justinian|Basil|Casimir|Sigismund|Pedro|Amenhotep|Thutmose|Seti|Antiochus|Abdullah|"
    "Mohammed|Faisal|Haile Selassie|Olav|Pope [A-Z][a-z]+|King [A-Z][a-z]+|"
    "Queen [A-Z][a-z]+|Emperor [A-Z][a-z]+|Tsar [A-Z][a-z]+|Czar [A-Z][a-z]+"
)
_TENS = r"(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_ROMAN = rf"(?=[IVXLC])(?:C{{1,3}}(?=[XVIL])|CD|D)?{_TENS}(?<=[IVX])"
_LONG = rf"M{{1,2}}(?:CM|CD|D?C{{0,3}}){_TENS}"
_FIRST_PERSON = (
    r"(?!(?<=\bI)(?:'|\s(?:am|have|do|don't|think|know|mean|guess|suppose|believe|love|like|want|need|wish|hope|feel|"
    r"see|say|wrote|read|never|always|also|just|really|still)\b))"
)
"""Behind a numeral I that is none."""
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_YEARS = range(1000, 2100)


def roman(numeral: str) -> int:
    """Value of a well-formed Roman numeral."""
    values = [_VALUES[letter] for letter in numeral.upper()]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def _named(match: re.Match[str]) -> str:
    """The numeral behind the name of what it counts."""
    return f"{match['title']} {cardinal(str(roman(match['numeral'])))}"


def _year(match: re.Match[str]) -> str:
    value = roman(match[0])
    return year(str(value)) if value in _YEARS else match[0]


def _section(match: re.Match[str]) -> str:
    """IV.B: a part of a part."""
    return f"{match['title'] or ''}{cardinal(str(roman(match['numeral'])))} {match['part']}"


def _pages(match: re.Match[str]) -> str:
    last = f" to {cardinal(str(roman(match['last'])))}" if match["last"] else ""
    return f"{'pages' if last else 'page'} {cardinal(str(roman(match['first'])))}{last}"


_SMALL = r"(?:x{0,3}(?:ix|iv|v?i{0,3}))(?<=[ivx])\b"

RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?P<title>\b(?:{_TITLES}|[Ss]ection)\s)?(?<![\w.])(?P<numeral>(?(title){_ROMAN}|(?=[IVX]{{2}}){_ROMAN}))"
            r"\.(?P<part>[A-Z\d])\b(?!\.)"
        ),
        _section,
    ),
    (
        re.compile(rf"\b({'|'.join(_SHORT_TITLES)})\.\s(?P<numeral>{_ROMAN})\b{_FIRST_PERSON}"),
        lambda m: f"{_SHORT_TITLES[m[1]]} {cardinal(str(roman(m['numeral'])))}",
    ),
    (re.compile(rf"\b(?P<title>{_TITLES})\s(?P<numeral>{_ROMAN})\b{_FIRST_PERSON}"), _named),
    (
        re.compile(rf"\b({_RULERS})\s(?P<numeral>{_ROMAN})\b{_FIRST_PERSON}"),
        lambda m: f"{m[1]} the {ordinal(str(roman(m['numeral'])))}",
    ),
    (
        re.compile(rf"\b([A-Z][a-z]+)\s(?P<numeral>{_ROMAN})(?=\sof\s[A-Z])"),
        lambda m: f"{m[1]} the {ordinal(str(roman(m['numeral'])))}",
    ),
    (
        re.compile(
            rf"\b(?P<numeral>{_ROMAN})(?:th|st|nd|rd)\b|\b(?P<century>{_ROMAN})(?=(?:th)?[\s-][Cc]entur)"
        ),
        lambda m: ordinal(str(roman(m["numeral"] or m["century"]))),
    ),
    (
        re.compile(r"(?<=[a-z])\s(II|III|VII|VIII|XII|XIII|XIV|XVI)\b"),
        lambda m: f" {cardinal(str(roman(m[1])))}",
    ),
    (re.compile(rf"\b(?=[MDCLXVI]{{5}}){_LONG}\b"), _year),
    (re.compile(rf"\b(?:pp?\.\s?|[Pp]ages?\s)(?P<first>{_SMALL})(?:\s?[-–]\s?(?P<last>{_SMALL}))?"), _pages),
    (re.compile(r"(?<!\w)\((i{1,3}|iv|vi{0,3}|ix)\)"), lambda m: f"({cardinal(str(roman(m[1])))})"),
)
