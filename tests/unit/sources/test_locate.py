from pathlib import Path

import pytest

from podloom.errors import SourceError
from podloom.sources.locate import locate

SENTENCE = "The wind turned the blades all night."


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.md").write_text("# Notes")
    (tmp_path / "my notes").write_text("Notes")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("https://example.org/a?b=c#d", "address"),
        ("  HTTP://localhost:8000\n", "address"),
        ("notes.md", "file"),
        (" ./notes.md ", "file"),
        ("my notes", "file"),
        (".", "file"),
        (SENTENCE, "text"),
        (f"https://example.org says: {SENTENCE}", "text"),
        (f"{SENTENCE}\n\nMore is in /usr/share/doc/notes.md", "text"),
        (SENTENCE * 40 + " and it is in report.pdf", "text"),
        ("We wrote one of two reports and/or a summary.", "text"),
        ("바람이 밤새 날개를 돌렸다고 합니다.", "text"),
        ("風が一晩中羽根を回した。", "text"),
        ("x" * 5000 + " is a very long word", "text"),
        ("a text with\0a zero byte in it", "text"),
    ],
)
def test_what_a_source_is(source, kind):
    assert locate(source).kind == kind


@pytest.mark.parametrize(
    "source",
    [
        "missing.txt",
        "My long talk about wind.pdf",
        "talk.mp3",
        "/no/such/file",
        "./anything at all in here",
        "~/nothing here",
        "docs/readme",
        "C:\\texts\\wind",
        "~nobody-of-this-name/x",
        "보고서.pdf",
    ],
)
def test_a_path_of_no_file_is_not_taken_as_text(source):
    with pytest.raises(SourceError, match="no such file: ") as caught:
        locate(source)
    assert repr(source) in str(caught.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "a source is empty"),
        (" \n ", "a source is empty"),
        ("ftp://example.org/a.txt", "is a ftp address; only http and https"),
        ("http://127.0.0.1:99999/x", "is no valid address"),
        ("http://[::1/x", "is no valid address"),
        ("https://:80/x", "is no valid address"),
        ("file:///etc/hosts", "only http and https"),
        ("Wind and water", "too short for a text"),
        ("www.example.org/wind", "for a web page write 'https://www.example.org/wind'"),
        ("https://a.example/1\nhttps://a.example/2", "'https://a.example/1' and 1 more came as one source"),
        ("notes.md\nnotes.md", "give each by itself"),
    ],
)
def test_what_is_no_source(source, message):
    with pytest.raises(SourceError, match=message):
        locate(source)


def test_the_home_folder_is_expanded(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    assert locate("~/notes.md").path == Path(folder, "notes.md")
