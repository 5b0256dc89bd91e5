import importlib.util
from pathlib import Path

import pytest

from podloom.errors import SourceError
from podloom.sources.pdf import parse_pdf

# Test modules are imported by path, so their neighbour is too.
SPEC = importlib.util.spec_from_file_location("pdf_maker", Path(__file__).with_name("pdf_maker.py"))
pdf_maker = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pdf_maker)
make_pdf, encrypt = pdf_maker.make_pdf, pdf_maker.encrypt

FULL = "The wind blew all night and the blades turned without a pause until it was"
PAGE = [FULL, "morning."]


def paragraphs(*pages: list[str]) -> list[str]:
    return parse_pdf(make_pdf(pages), "a.pdf").text.split("\n\n")


def test_lines_become_paragraphs():
    assert paragraphs([FULL, "morning.", FULL, "noon."]) == [f"{FULL} morning.", f"{FULL} noon."]


def test_a_sentence_may_run_over_the_page():
    assert paragraphs([FULL, FULL], ["evening."]) == [f"{FULL} {FULL} evening."]


def test_korean_text():
    text = "바람이 밤새 불어서 날개가 쉬지 않고 돌았습니다."
    assert paragraphs([text]) == [text]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["This is how the tur-", "bine works in wind"], "This is how the turbine works in wind"),
        (["A well-known wind is well-", "known to all"], "A well-known wind is well-known to all"),
        (["They built it in Rhein-", "Main last year"], "They built it in Rhein- Main last year"),
        (["The ﬁrst eﬃcient blade was", "of wood"], "The first efficient blade was of wood"),
    ],
)
def test_broken_words_are_made_whole(lines, expected):
    assert paragraphs(lines) == [expected]


def test_running_heads_and_page_numbers_go():
    pages = [
        ["Wind Report 2026", f"Chapter {n}", FULL, f"night number {n} of five.", f"Page {n} of 5"]
        for n in range(1, 6)
    ]
    text = parse_pdf(make_pdf(pages), "a.pdf").text
    assert "Wind Report" not in text
    assert "Page" not in text
    assert all(f"night number {n}" in text for n in range(1, 6))


def test_a_table_of_contents_goes():
    assert paragraphs(["1 Wind . . . . . . . 1", "2 Water ........... ii", FULL, "morning."]) == [
        f"{FULL} morning."
    ]


def test_headings_and_items_stand_alone():
    lines = ["1.2. The first night", FULL, FULL + ".", "2 The second night", "• one", "• two"]
    assert paragraphs(lines) == [
        "1.2. The first night",
        f"{FULL} {FULL}.",
        "2 The second night",
        "• one",
        "• two",
    ]


def test_a_heading_without_number_stands_alone():
    assert paragraphs(["The first night", FULL, "morning."]) == ["The first night", f"{FULL} morning."]


@pytest.mark.parametrize(
    ("metadata", "first", "title"),
    [
        ("The Wind", "Something", "The Wind"),
        ("Microsoft Word - wind.doc", "A good night", "A good night"),
        ("", "A good night", "A good night"),
        ("untitled", FULL + ".", ""),
    ],
)
def test_titles(metadata, first, title):
    assert parse_pdf(make_pdf([[first, *PAGE]], metadata), "a.pdf").title == title


def test_pages_without_text_are_told():
    assert parse_pdf(make_pdf([PAGE, [], PAGE]), "a.pdf").notes == (
        "1 of 3 pages of 'a.pdf' hold no text (pictures or scans)",
    )


def test_a_password_for_changes_does_not_matter():
    assert parse_pdf(encrypt(make_pdf([PAGE]), ""), "a.pdf").text == f"{FULL} morning."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (make_pdf([[], []]), r"'a.pdf' has 2 pages and no text.*OCR"),
        (make_pdf([]), r"'a.pdf' has no pages"),
        (encrypt(make_pdf([PAGE]), "secret"), r"'a.pdf' is encrypted"),
        (make_pdf([PAGE])[:300], r"'a.pdf' is damaged"),
        (b"%PDF-1.7 and nothing more", r"'a.pdf' is damaged"),
        (b"no PDF at all", r"'a.pdf' is damaged or no PDF"),
        (make_pdf([PAGE]).replace(b" Tj", b" Tj <zz"), r"'a.pdf' (is damaged|has 1 page and no text)"),
    ],
)
def test_what_cannot_be_read_says_why(content, message):
    with pytest.raises(SourceError, match=message):
        parse_pdf(content, "a.pdf")
