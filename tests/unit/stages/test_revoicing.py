"""The request behind an edited script."""

import json

import pytest

from podloom.errors import RequestError
from podloom.stages.revoicing import revoice_request


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.json"
    path.write_text("{}", "utf-8")
    return path


def write_manifest(script, content):
    script.with_name("episode.json").write_text(content, "utf-8")


def test_it_is_as_the_episode_was_asked_for_without_sources_and_with_the_scripts_title(script):
    asked = {"sources": ["a.md"], "title": "Old", "podcast": "Show", "formats": ["mp3", "opus"], "newer": 1}
    write_manifest(script, json.dumps({"request": asked}))
    request = revoice_request(str(script), engine="tone")
    assert request.model_dump(exclude_defaults=True) == {
        "podcast": "Show",
        "formats": ("mp3", "opus"),
        "engine": "tone",
        "script": str(script),
    }


def test_it_stays_where_it_was_put_and_its_deadline_is_over(script):
    write_manifest(script, json.dumps({"request": {"out": "out", "deadline": "30"}}))
    assert revoice_request(str(script)).out == str(script.parent.parent)
    assert revoice_request(str(script), out="new").out == "new"
    assert revoice_request(str(script)).deadline == ""


def test_a_script_alone_has_the_defaults(script):
    assert revoice_request(str(script)).podcast == "Podloom"


@pytest.mark.parametrize("content", ["no json", "[]", "{}"])
def test_a_manifest_that_cannot_be_used_is_named(script, content):
    write_manifest(script, content)
    with pytest.raises(RequestError, match=r"episode\.json"):
        revoice_request(str(script))


def test_a_missing_script_and_a_change_that_does_not_fit_are_named(script, tmp_path):
    with pytest.raises(RequestError, match="no script"):
        revoice_request(str(tmp_path / "none.json"))
    with pytest.raises(RequestError, match="minutes"):
        revoice_request(str(script), minutes=-1)
