import lxml.html
import pytest

from podloom.domain import ChapterMark, SourceDocument
from podloom.publish.description import (
    EpisodeNotes,
    SourceLink,
    description_html,
    description_md,
    source_links,
)


def size(text):
    return len(text.encode())


def test_markdown_of_a_whole_episode(notes):
    assert description_md(notes) == (
        "# Trees \\& streets\n\n"
        "Trees cool streets. They need water.\n\n"
        "## Chapters\n\n"
        "- 00:00:00 Intro\n- 00:01:02 Shade \\& water\n- 01:02:05 What \\<b\\>next\\</b\\>?\n\n"
        "## Sources\n\n"
        "- [A \\[primer\\]](<https://example.org/a?b=1&c=2>)\n- own.md\n\n"
        "## Cast\n\n"
        "- Anna (host)\n- Ben (expert)\n\n"
        "Voices: tone, low, CC0-1.0; tone, high, CC0-1.0\n\n"
        "*The voices in this episode are synthetic, and its script was written with the help of AI.*\n"
    )


@pytest.mark.parametrize("write", [description_md, description_html])
@pytest.mark.parametrize(("language", "words"), [("en", "synthetic"), ("ko", "AI로 합성")])
def test_disclosure_is_in_the_episodes_language(notes, write, language, words):
    assert words in write(notes.model_copy(update={"language": language}))


@pytest.mark.parametrize("write", [description_md, description_html])
def test_disclosure_can_be_left_out(notes, write):
    assert "synthetic" not in write(notes.model_copy(update={"disclosure": False}))


@pytest.mark.parametrize("write", [description_md, description_html])
def test_a_draft_says_so_and_claims_no_writer(notes, write):
    text = write(notes.model_copy(update={"draft": True}))
    assert "Draft: " in text
    assert "help of AI" not in text


def test_an_episode_without_extras_has_no_empty_headings():
    notes = EpisodeNotes(title="T", summary="S.", language="en", disclosure=False)
    assert description_md(notes) == "# T\n\nS.\n"


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("1. First", "1\\. First"),
        ("- dash", "\\- dash"),
        ("2024 was hot", "2024 was hot"),
        ("-5 °C", "-5 °C"),
    ],
)
def test_a_summary_never_begins_a_list(summary, shown):
    notes = EpisodeNotes(title="T", summary=summary, language="en", disclosure=False)
    assert description_md(notes) == f"# T\n\n{shown}\n"


def test_html_has_timestamps_at_the_beginnings_of_lines(notes):
    assert "Chapters<br/>00:00:00 Intro<br/>00:01:02 Shade &amp; water<br/>" in description_html(notes)


def test_html_is_well_formed(notes):
    tree = lxml.html.fragment_fromstring(description_html(notes), create_parent="div")
    assert [node.tag for node in tree] == ["p", "p", "p", "ul", "p", "p"]


def test_html_links_only_what_is_on_the_web(notes):
    tree = lxml.html.fragment_fromstring(description_html(notes), create_parent="div")
    assert [link.get("href") for link in tree.iter("a")] == ["https://example.org/a?b=1&c=2"]


def test_html_keeps_the_labels_and_cuts_the_summary_after_a_sentence(notes):
    long = notes.model_copy(update={"summary": "나무는 거리를 식힌다. " * 400, "language": "ko"})
    text = description_html(long)
    assert size(text) <= 4000
    assert "식힌다.</p>" in text
    assert "AI로 합성" in text


def test_html_drops_whole_blocks(notes):
    many = tuple(ChapterMark(title="제목" * 20, start_s=i, end_s=i + 1) for i in range(60))
    text = description_html(notes.model_copy(update={"marks": many}))
    assert "00:00:00" not in text
    assert "Trees cool streets." in text


@pytest.mark.parametrize("summary", ["&" * 5000, "<p> " * 3000, "가" * 3000, ""])
@pytest.mark.parametrize("limit", [200, 1001, 4000])
def test_html_is_never_too_long(notes, summary, limit):
    assert size(description_html(notes.model_copy(update={"summary": summary}), limit)) <= limit


def test_html_of_nothing_but_escapes_still_has_a_summary(notes):
    assert description_html(notes.model_copy(update={"summary": "& " * 5000})).startswith("<p>&amp; &amp;")


@pytest.mark.parametrize(
    ("title", "origin", "link"),
    [
        ("Page", "https://example.org/a b", SourceLink(title="Page", url="https://example.org/a%20b")),
        ("", "https://example.org/", SourceLink(title="https://example.org/", url="https://example.org/")),
        ("Page", "http://me:secret@example.org/a", SourceLink(title="Page", url="http://example.org/a")),
        ("", "/home/someone/secret/notes.md", SourceLink(title="notes.md")),
        ("Notes", "text", SourceLink(title="Notes")),
        ("Bad", "javascript:alert(1)", SourceLink(title="Bad")),
    ],
)
def test_source_links(title, origin, link):
    document = SourceDocument(
        kind="text", origin=origin, title=title, language="en", text="x", sha256="0" * 64
    )
    assert source_links([document]) == (link,)
