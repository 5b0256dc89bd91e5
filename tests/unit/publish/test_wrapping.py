import pytest
from hypothesis import given
from hypothesis import strategies as st

from podloom.publish.wrapping import columns, cut_bytes, plain, wrap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \n\t b ", "a b"),
        ("a\x00b\x07c\x9d", "abc"),
        ("a\u2028b\x0bc\x85d", "a b c d"),
        ("a\ufffe\uffff", "a"),
        ("가 나", "가 나"),
    ],
)
def test_plain(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("책방", 4), ("e\u0301", 1), ("a\u200db", 2), ("Ａ", 2)]
)
def test_columns(text, width):
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, []),
        ("short", 10, ["short"]),
        ("He came, he saw and he left.", 22, ["He came,", "he saw and he left."]),
        ("It rained. Then the sun came out.", 24, ["It rained.", "Then the sun came out."]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("abce\u0301f", 4, ["abce\u0301", "f"]),
    ],
)
def test_wrap(text, width, lines):
    assert wrap(text, width) == lines


@given(st.text(), st.integers(min_value=8, max_value=70))
def test_wrapped_lines_keep_all_characters(text, width):
    assert "".join(wrap(text, width, columns)).replace(" ", "") == plain(text).replace(" ", "")


@given(st.text(alphabet='abc ,.!가나"&'), st.integers(min_value=2, max_value=40))
def test_wrapped_lines_fit(text, width):
    assert all(columns(line) <= width for line in wrap(text, width, columns))


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("One. Two.", 9, "One. Two."),
        ("One. Two.", 8, "One."),
        ("One two three", 10, "One two…"),
        ("Dr. Kim speaks. She goes.", 16, "Dr. Kim speaks."),
        ("abcdef", 3, "abc"),
        ("책방", 4, "책"),
        ("책방", 2, ""),
        ("책방", -1, ""),
    ],
)
def test_cut_bytes(text, limit, cut):
    assert cut_bytes(text, limit) == cut


@given(st.text(), st.integers(min_value=0, max_value=60))
def test_cut_bytes_is_never_longer(text, limit):
    assert len(cut_bytes(text, limit).encode()) <= limit
