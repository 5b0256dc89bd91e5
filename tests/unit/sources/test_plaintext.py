import pytest

from podloom.sources.plaintext import parse_plain, title_from_name, title_from_text


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("wrapped at about\nhere, as mail programs do,\nand it goes on", [
            "wrapped at about here, as mail programs do, and it goes on"
        ]),
        ("A list:\n- first\n- second\n1. third", ["A list:", "- first", "- second", "1. third"]),
        ("x " * 70 + "end.\n" + "y " * 70 + "end.", ["x " * 70 + "end.", "y " * 70 + "end."]),
        ("the first paragraph is wrapped here and\nends.\nThe second begins right below it and is long", [
            "the first paragraph is wrapped here and ends.",
            "The second begins right below it and is long",
        ]),
        ("Heading\n=======\nText\n* * *\nmore", ["Heading", "Text", "more"]),
        ("One line of it.\nAnother line.", ["One line of it.", "Another line."]),
        ("At the mill\nThe wind turned it all\nnight.", ["At the mill", "The wind turned it all night."]),
        ("it is a well-\nknown thing", ["it is a well-known thing"]),
        ("in\u00advisible\u200b signs and ﬁne ligatures\x0c", ["invisible signs and fine ligatures"]),
        ("ㅎ\u1112\u1161\u11ab글", ["ㅎ한글"]),
        ("   \n\n  ", []),
    ],
)  # fmt: skip
def test_paragraphs(text, paragraphs):
    assert parse_plain(text).text.split("\n\n") == (paragraphs or [""])


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Wind and water\n\nThe rest of it.", "Wind and water"),
        ("This is a sentence.\n\nThe rest of it.", ""),
        ("only one paragraph here", ""),
    ],
)
def test_the_title_is_a_first_line_that_looks_like_one(text, title):
    assert parse_plain(text).title == title


def test_titles_from_names_and_texts():
    assert title_from_name("/tmp/the_wind-report  2.final.txt") == "the wind report 2.final"
    assert title_from_text("Short line.\n\nMore") == "Short line"
    assert title_from_text("one two three four five six seven eight nine, ten, eleven twelve thirteen") == (
        "one two three four five six seven eight nine, ten…"
    )
    assert title_from_text("風" * 200) == "風" * 80 + "…"
