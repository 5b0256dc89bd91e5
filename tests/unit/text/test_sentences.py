"""Sentences and their pieces, in both languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podloom.text.sentences import split_long, split_sentences

ENGLISH = [
    "One.| Two!| Three?",
    "Dr. Smith met Mr. Jones.| They spoke.",
    "J. R. R. Tolkien wrote it.| It sold well.",
    "It cost 3.5 dollars.| Yes.",
    "He came at 9 p.m.| She left.",
    "The U.S. Army came.| It stayed.",
    "He lives in the U.S.| She does not.",
    "Cats, dogs, etc.| We like them.",
    "Fruit, e.g. apples, i.e. the round ones.",
    "It has apples, pears, etc. and more.",
    "See No. 5 first.| No.| Five is enough.",
    '"Really?" she asked.| "Yes."| He left.',
    "\u201cStop!\u201d he cried.| \u201cNow.\u201d",
    "He paused… and went on.| Well…| The end.",
    "Wait... what?",
    "Go to example.com now.| Then rest.",
    "Plan B.| Then we win.",
    "Smith et al.| They agree.",
    "Acme Inc.| It grew.",
    "(It rained.)| We stayed.",
    "What?!| No!!",
    "1. First point.| 2. Second point.",
    "no capitals. none at all.",
    "Line one\nstill one.| Two.",
]
KOREAN = [
    "안녕하세요.| 반갑습니다.| 네!",
    "정말요?| 그래요.",
    "기온은 3.5도였다.| 추웠다.",
    "2026. 11. 21. 발표했다.| 끝.",
    "1. 제목을 쓴다.| 2. 본문을 쓴다.",
    "했다.|그리고 갔다.",
    '"안녕하세요."라고 말했다.| 끝.',
    '"정말요?" 하고 물었다.| 네.',
    '"갑니다."| 그가 떠났다.',
    "음… 그래요…| 네.",
    "J. K. 롤링이 썼다.| 좋다.",
    "A vs. B를 본다.| 끝.",
    "openai.com에서 봤다.| 끝.",
    "마침표가 없다",
]


def parts(marked: str) -> list[str]:
    return [" ".join(part.split()) for part in marked.split("|")]


@pytest.mark.parametrize("marked", ENGLISH)
def test_english(marked: str):
    assert split_sentences(marked.replace("|", ""), "en") == parts(marked)


@pytest.mark.parametrize("marked", KOREAN)
def test_korean(marked: str):
    assert split_sentences(marked.replace("|", ""), "ko") == parts(marked)


def test_an_empty_line_ends_a_sentence():
    assert split_sentences("A title\n\nThe text.", "en") == ["A title", "The text."]


@pytest.mark.parametrize("text", ["", " \n\n ", "\t"])
def test_nothing_has_no_sentences(text: str):
    assert split_sentences(text, "en") == []


@pytest.mark.parametrize(
    ("sentence", "max_chars", "pieces"),
    [
        ("short", 10, ["short"]),
        ("one two, three four", 12, ["one two,", "three four"]),
        ("one two; three, four", 14, ["one two;", "three, four"]),
        ("we ran home because it rained", 20, ["we ran home", "because it rained"]),
        ("비가 왔지만 우리는 밖에 나갔다", 12, ["비가 왔지만", "우리는 밖에 나갔다"]),
        ("alpha beta gamma delta", 12, ["alpha beta", "gamma delta"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("it costs 1,000,000 now", 12, ["it costs", "1,000,000", "now"]),
        ("", 5, []),
    ],
)
def test_long_sentences_are_cut_at_the_best_place(sentence: str, max_chars: int, pieces: list[str]):
    assert split_long(sentence, max_chars) == pieces


def test_a_piece_has_at_least_one_character():
    with pytest.raises(ValueError, match="max_chars is 0"):
        split_long("text", 0)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.text(alphabet="ab ,;.!?…가나다 \n", max_size=120), st.integers(1, 40))
def test_no_letter_is_lost(text: str, max_chars: int):
    pieces = split_long(text, max_chars)
    assert all(0 < len(piece) <= max_chars for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.text(max_size=200), st.sampled_from(["en", "ko"]))
def test_sentences_keep_every_character_but_white_space(text: str, language):
    assert "".join("".join(split_sentences(text, language)).split()) == "".join(text.split())
