import re

import lxml.html
import pytest

from podloom.publish.page import player_page

FILES = {"mp3": "my episode#1.mp3", "cover": "cover.jpg", "vtt": "episode.vtt", "manifest": "episode.json"}
ROWS = (("Anna", 0.5, 60, "Trees cool streets. They need water."), ("Ben", 62.4, 90, "Why?"))
EVIL = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture
def page(notes, make_transcript):
    text = player_page(
        notes,
        make_transcript(*ROWS),
        podcast="Paper Cast",
        files=FILES,
        duration_s=4000,
        published_at="2026-11-21T06:00:00Z",
    )
    return lxml.html.fromstring(text)


def test_the_page_speaks_the_episodes_language(page):
    assert page.get("lang") == "en"


def test_it_plays_the_file_beside_it(page):
    assert page.xpath("//audio/source/@src") == ["my%20episode%231.mp3"]


def test_chapters_carry_their_times(page):
    assert page.xpath("//*[@data-chapter]/@data-chapter") == ["0.0", "62.4", "3725.9"]


def test_every_sentence_carries_its_time(page):
    lines = page.xpath("//*[@data-line]")
    assert [(line.get("data-line"), line.text) for line in lines] == [
        ("0.5", "Trees cool streets."),
        ("32.8", "They need water."),
        ("62.4", "Why?"),
    ]


def test_the_transcript_has_the_chapters_as_headings(page):
    assert page.xpath("//h3/text()") == ["Intro", "Shade & water"]


def test_downloads_are_the_files_for_people(page):
    assert page.xpath("//a[@download]/@href") == ["my%20episode%231.mp3", "episode.vtt"]


def test_every_button_has_a_name(page):
    buttons = page.xpath("//button")
    assert all((button.get("aria-label") or button.text_content()).strip() for button in buttons)


def test_without_scripts_there_is_nothing_that_does_nothing(page):
    assert ".controls { display: none; }" in page.xpath("string(//head/noscript)")
    left = page.xpath("//button[not(ancestor::*[contains(@class, 'controls')])]")
    assert left
    assert all(button.get("disabled") is not None for button in left)


def test_a_screen_reader_finds_its_way(page):
    assert len(page.xpath("//main")) == len(page.xpath("//h1")) == 1
    assert page.xpath("//audio/@aria-label")


def test_it_says_that_voices_are_synthetic(page):
    assert "synthetic" in page.xpath("//p[@class='meta']/text()")[-1]


def test_nothing_is_requested_from_elsewhere(page):
    loaded = page.xpath("//@src | //link/@href")
    assert [url for url in loaded if re.match(r"(https?:)?//", url)] == []


def test_titles_cannot_inject(notes, make_transcript):
    evil = notes.model_copy(update={"title": EVIL, "summary": EVIL})
    rows = [(EVIL, 0, 1, EVIL)]
    text = player_page(evil, make_transcript(*rows), podcast=EVIL, files={"mp3": EVIL}, duration_s=1)
    tree = lxml.html.fromstring(text)
    assert len(tree.xpath("//script")) == 1
    assert tree.xpath("//img | //@onerror") == []


def test_korean_draft(notes, make_transcript):
    korean = notes.model_copy(update={"language": "ko", "draft": True})
    text = player_page(korean, make_transcript(language="ko"), podcast="책", files={}, duration_s=90)
    assert '<html lang="ko">' in text
    assert "초안: " in text
    assert "2분" in text


def test_a_page_without_chapters_has_no_headings_for_them(notes, make_transcript):
    bare = notes.model_copy(update={"marks": (), "speakers": (), "sources": (), "disclosure": False})
    tree = lxml.html.fromstring(
        player_page(bare, make_transcript(*ROWS), podcast="P", files={}, duration_s=9)
    )
    assert tree.xpath("//h2/text()") == ["Transcript"]
