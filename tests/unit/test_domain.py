"""The domain types: what the form shows, and small derived values."""

import pickle

import pytest
from pydantic import ValidationError

from podloom import errors
from podloom.domain import EpisodeRequest, Script, Segment, slug


def test_every_field_of_the_form_is_explained_and_has_a_default():
    schema = EpisodeRequest.model_json_schema()
    positions = []
    for name, field in schema["properties"].items():
        assert field["title"], name
        assert len(field["description"]) > 10, name
        assert "default" in field, name
        positions.append(field["position"])
    assert positions == list(range(len(positions)))
    assert "required" not in schema


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 0},
        {"minutes": 1000},
        {"language": "xx"},
        {"formats": ()},
        {"speakers": ({},) * 5},
        {"x": 1},
    ],
)
def test_a_request_out_of_bounds_is_refused(fields):
    with pytest.raises(ValidationError):
        EpisodeRequest(**fields)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("How Cities Use Trees!", "how-cities-use-trees"),
        ("동네 책방의 하루", "동네-책방의-하루"),
        ("  ///  ", "episode"),
        ("../../etc/passwd", "etc-passwd"),
        ("a_b", "a-b"),
    ],
)
def test_slug(title, expected):
    assert slug(title) == expected


def test_a_long_slug_is_cut():
    assert len(slug("word " * 100)) <= 80


def test_a_script_lists_its_segments_in_order():
    lines = [Segment(chapter=c, index=i, speaker="A", text=f"{c}{i}") for c in (0, 1) for i in (0, 1)]
    chapters = [
        {"index": c, "title": str(c), "segments": [s for s in lines if s.chapter == c]} for c in (0, 1)
    ]
    script = Script(title="t", summary="s", language="en", draft=False, chapters=chapters)
    assert script.segments == tuple(lines)
    assert lines[3].label == "chapter 2, line 2"


@pytest.mark.parametrize("name", errors.__all__)
def test_errors_pickle_and_have_an_exit_code(name):
    error = getattr(errors, name)("what, why, what to do")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == "what, why, what to do"
    assert error.exit_code > 0
    assert f"{name} " in (errors.__doc__ or "")
