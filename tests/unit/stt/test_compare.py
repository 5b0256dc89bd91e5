import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podloom.stt.compare import character_error_rate, edit_distance, plain, word_error_rate


@pytest.mark.parametrize(
    ("written", "heard", "rate"),
    [
        ("The wind turned.", "the WIND turned", 0.0),
        ("one two three four", "one three four", 0.25),
        ("one two three four", "one too three four five", 0.5),
        ("one", "two three four", 3.0),
        ("", "", 0.0),
        ("...", "something", 1.0),
        ("something", "", 1.0),
        ("I don’t owe 1,250 - really", "I don't owe 1250, really!", 0.0),
        ("snake_case", "snake case", 0.0),
    ],
)
def test_word_error_rate(written, heard, rate):
    assert word_error_rate(written, heard) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("written", "heard", "rate"),
    [
        ("나눠 보겠습니다.", "나눠보겠습니다", 0.0),
        ("호수와 그 이유", "호소와 그 이유", 1 / 6),
        ("바람", "\u1107\u1161\u1105\u1161\u11b7", 0.0),
    ],
)
def test_character_error_rate(written, heard, rate):
    assert character_error_rate(written, heard) == pytest.approx(rate)


def test_the_caller_says_how_numbers_are_written():
    def in_words(text: str) -> str:
        return text.replace("42", "forty two")

    assert word_error_rate("It is 42.", "It is forty two.", in_words) == 0.0
    assert plain("It is 42.", in_words) == "it is forty two"


WORDS = st.lists(st.sampled_from("abc"), max_size=12)


@given(WORDS.filter(bool), WORDS)
def test_rates_agree_with_jiwer(written, heard):
    expected = jiwer.wer(" ".join(written), " ".join(heard)) if heard else 1.0
    assert word_error_rate(" ".join(written), " ".join(heard)) == pytest.approx(expected)


@given(WORDS, WORDS)
def test_the_distance_is_symmetric(first, second):
    assert edit_distance(first, second) == edit_distance(second, first)
