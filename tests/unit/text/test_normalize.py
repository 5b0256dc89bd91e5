"""Normalisation: a table of cases per language, and what holds for any text at all."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podloom.domain import Language
from podloom.text.normalize import normalize, respell

CASES = {
    language: [
        tuple(line.split("\t"))
        for line in (Path(__file__).parent / f"cases_{language}.tsv").read_text("utf-8").splitlines()
        if "\t" in line
    ]
    for language in ("en", "ko")
}
ADDRESS_AND_MATHS = set('/:@#_\\<>=&%~|*^`()[]{}"$+;')
_PIECES = """
$ 5 1,234 .5 1990s '90s 3/4 1/2 € % km m² - – — ... … . , : ; ( ) [ ] Dr. St. U.S. p.m. 3:30 9am v2.0 I II IV
Henry Chapter API APIs API's a.b e.g. i.e. etc. & @ # x@y.com http://a.b/c? www.a.com a-b it's ' " * ** _ ` >
< = + × ± ~ 2026-11-21 Nov 21 10-20 010-1234-5678 3시 50명 1번째 ₩ 만 원 이 가 AI Google α ñ ß æ Ж 中 ㅋㅋ ²
½ Ⅳ ① ٣ 😀 0 00 / 10^-3 ⁻³ 2x 3*4 1e6 4.5/5 St Main 2h 5m 90s B.1.1 Jan– Mon- Fri. x 5" 6'2" in. m/s² /hr
7.30pm 1'000 04/03/26 XX century MMXXIV IV.B Part V Q1'24 ISBN 978-3 747-400 401(k) ZIP 94107 1/4s FY24 +5%
12 Elm Dr. Ill. D- TX v. 8C 1:29.7 [ ^ ≈ -- £( 9am-noon °N c. pp. xii
"""
PIECES = st.sampled_from([*_PIECES.split(), *"\n\t\0\u0301\u200b\u00ad\ud800"])
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join))
ANY_TEXT = settings(
    deadline=None, max_examples=300, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize(("written", "spoken"), CASES["en"])
def test_english(written: str, spoken: str):
    assert normalize(written, "en") == spoken


@pytest.mark.parametrize(("written", "spoken"), CASES["ko"])
def test_korean(written: str, spoken: str):
    assert normalize(written, "ko") == spoken


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_table_is_large_and_without_doubles(language: str):
    written = [case[0] for case in CASES[language]]
    assert len(written) >= 300
    assert len(set(written)) == len(written)


def check_invariants(text: str, language: Language) -> None:
    spoken = normalize(text, language)
    assert not any(char.isdigit() or char.isdecimal() for char in spoken)
    assert not ADDRESS_AND_MATHS & set(spoken)
    assert not any(unicodedata.category(char)[0] in "CZ" and char != " " for char in spoken)
    assert normalize(spoken, language) == spoken
    if any(char.isalpha() or char.isdecimal() for char in text):
        assert any(char.isalpha() for char in spoken)
    if language == "ko":
        assert not any("LATIN" in unicodedata.name(char, "") for char in spoken)


@ANY_TEXT
@given(TEXTS)
def test_any_text_becomes_plain_english(text: str):
    check_invariants(text, "en")


@ANY_TEXT
@given(TEXTS)
def test_any_text_becomes_plain_korean(text: str):
    check_invariants(text, "ko")


@pytest.mark.parametrize(
    ("text", "language", "lexicon", "spoken"),
    [
        ("Ask Nguyen.", "en", {"Nguyen": "win"}, "Ask win."),
        ("Polish polish", "en", {"Polish": "Poh-lish", "polish": "pollish"}, "Poh-lish pollish"),
        ("ask NGUYEN", "en", {"Nguyen": "win"}, "ask win"),
        ("Nguyens", "en", {"Nguyen": "win"}, "Nguyens"),
        ("SQL server", "en", {"SQL": "sequel", "SQL server": "sequel server box"}, "sequel server box"),
        ("C++ is fun", "en", {"C++": "see plus"}, "see plus is fun"),
        ("Qwen은 좋다", "ko", {"Qwen": "큐웬"}, "큐웬은 좋다"),
        ("뉴럴은", "ko", {"뉴럴": "누럴"}, "누럴은"),
        ("plain", "en", {"": "never"}, "plain"),
    ],
)
def test_pronunciations(text: str, language: Language, lexicon: dict[str, str], spoken: str):
    assert normalize(text, language, pronunciations=lexicon) == spoken


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    "text",
    [
        "9" * 5000,
        "$" + "9" * 400 + " million",
        "9" * 5000 + "th",
        "1." * 2000,
        "1'" * 999,
        "11-213/4 km",
    ],
)
def test_numbers_of_any_length_are_read(text: str, language: Language):
    check_invariants(text, language)


def test_without_a_lexicon_nothing_is_respelled():
    assert respell("as it is", {}, "en") == "as it is"
