import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podloom.domain import SourceDocument, count_words
from podloom.text.passages import is_heading, passages


def document(text: str, language: str = "en") -> SourceDocument:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return SourceDocument(kind="text", origin="text", title="T", language=language, text=text, sha256=sha256)


def paragraph(words: int, name: str = "w") -> str:
    return " ".join(f"{name}{n}" for n in range(words - 1)) + " end."


def test_a_short_document_is_one_passage():
    found = passages([document("One two three.\n\nFour five.")], 100)
    assert [(p.document, p.index, p.text, p.words) for p in found] == [
        (0, 0, "One two three.\n\nFour five.", 5)
    ]


def test_passages_end_with_paragraphs_and_are_of_similar_length():
    text = "\n\n".join(paragraph(20, f"p{n}x") for n in range(11))
    assert [p.words for p in passages([document(text)], 100)] == [80, 80, 60]


def test_the_index_runs_through_all_documents():
    found = passages([document(paragraph(8) + "\n\n" + paragraph(8)), document(paragraph(5))], 10)
    assert [(p.document, p.index) for p in found] == [(0, 0), (0, 1), (1, 2)]


def test_a_heading_goes_with_what_follows():
    text = "\n\n".join([paragraph(9), "A new part", paragraph(6)])
    assert [p.text.split("\n\n")[0] for p in passages([document(text)], 12)] == [paragraph(9), "A new part"]


def test_a_long_paragraph_is_split_at_sentences():
    text = " ".join(["The blades turn all day long."] * 4)
    assert [(p.words, p.text[-5:]) for p in passages([document(text)], 13)] == [(12, "long."), (12, "long.")]


def test_a_long_sentence_is_split_at_words():
    assert [p.words for p in passages([document(paragraph(25))], 10)] == [10, 10, 5]


@pytest.mark.parametrize("text", ["風が強い日だった。" * 30, "風" * 200])
def test_a_text_without_spaces_is_split_too(text):
    found = passages([document(text, "ja")], 20)
    assert "".join(p.text for p in found).replace(" ", "").replace("\n\n", "") == text
    assert max(p.words for p in found) <= 20


def test_korean_sentences_are_kept_whole():
    text = "바람이 강했습니다. " * 10
    assert all(p.text.endswith("강했습니다.") for p in passages([document(text, "ko")], 6))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("hi", "यह एक छोटा वाक्य है। "),
        ("ar", "هذه جملة قصيرة جدا. "),
        ("ur", "یہ ایک چھوٹا جملہ ہے۔ "),
        ("en", "this is all in small letters. "),
    ],
)
def test_sentences_without_capitals_are_kept_whole(language: str, sentence: str):
    found = passages([document(sentence * 10, language)], 2 * len(sentence.split()))
    assert {p.text for p in found} == {f"{sentence}{sentence}".strip()}


def test_no_words_at_all_is_a_programming_error():
    with pytest.raises(ValueError, match="must be positive, not 0"):
        passages([document("One.")], 0)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("A new part", True),
        ("It ends.", False),
        ("한 걸음 더", True),
        ("यह अंत है।", False),
        (paragraph(13)[:-1], False),
    ],
)
def test_headings_are_short_and_open(text, heading):
    assert is_heading(text) is heading


@given(
    st.lists(st.lists(st.sampled_from(["one", "two.", "셋", "넷.", "Five?"]), min_size=1, max_size=40)),
    st.integers(1, 30),
)
def test_nothing_is_lost_and_the_limit_holds(paragraphs, max_words):
    text = "\n\n".join(" ".join(words) for words in paragraphs)
    found = passages([document(text)], max_words)
    assert " ".join(p.text for p in found).split() == text.split()
    assert all(0 < p.words == count_words(p.text) <= max_words for p in found)
