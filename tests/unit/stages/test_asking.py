"""A request from loose values, and as it is stored."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from podloom.domain import EpisodeRequest
from podloom.errors import RequestError
from podloom.stages.asking import as_request, settled


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"minutes": -1}, "minutes: Input should be greater than or equal to 0.5, not -1"),
        ({"minutes": 1, "chapters": 9}, "chapters: 1 minutes have room for 1 to 2 chapters"),
        ({"speakers": [{"role": "singer"}]}, "speakers.0.role: "),
        ({"deadline": "soon"}, "deadline: give a time with its zone"),
    ],
)
def test_a_value_that_does_not_fit_is_named(fields, message):
    with pytest.raises(RequestError) as refusal:
        as_request(fields)
    assert str(refusal.value).startswith(message)


def test_what_is_stored_means_the_same_in_another_folder_and_later(tmp_path, monkeypatch):
    (tmp_path / "notes.md").write_text("text", "utf-8")
    monkeypatch.chdir(tmp_path)
    texts = ("https://example.org/notes.md", "A text of its own.", "missing.md")
    asked = EpisodeRequest(sources=("notes.md", *texts), cover="~/cover.png", deadline="5")
    stored = settled(asked, datetime(2026, 1, 1, tzinfo=UTC))
    assert stored.sources == (str(tmp_path / "notes.md"), *texts)
    assert (stored.out, stored.intro) == (str(tmp_path / "out"), "")
    assert stored.cover == str(Path.home() / "cover.png")
    assert stored.deadline == "2026-01-01T00:05:00+00:00"
    monkeypatch.chdir("/")
    assert settled(stored) == stored
