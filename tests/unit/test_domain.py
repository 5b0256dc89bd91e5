"""The domain types: what the form shows, and small derived values."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from podloom import errors
from podloom.domain import EpisodeRequest, Script, Segment, slug
from podloom.domain.progress import count_of


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
    ("said", "known"),
    [
        (count_of(1, "line"), "1 line"),
        (count_of(0, "line"), "0 lines"),
        (count_of(2, "entry", "entries"), "2 entries"),
        (count_of(1.4, "line"), "1 line"),
    ],
)
def test_a_count_goes_with_its_noun(said, known):
    assert said == known


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
    ("minutes", "chapters", "message"),
    [
        (1, 2, ""),
        (1, 3, "1 minutes have room for 1 to 2 chapters"),
        (60, 20, ""),
        (60, 3, "60 minutes have room for 4 to 20 chapters"),
        (180, 12, ""),
        (5, 21, "less than or equal to 20"),
        (0.5, 1, ""),
    ],
)
def test_chapters_fit_the_minutes(minutes, chapters, message):
    if message:
        with pytest.raises(ValidationError, match=message):
            EpisodeRequest(minutes=minutes, chapters=chapters)
    else:
        assert EpisodeRequest(minutes=minutes, chapters=chapters).chapters == chapters


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deadline", "written", "dated"),
    [
        ("", "", ""),
        (" 30 ", "30", "2026-11-21T12:30:00+00:00"),
        (1.5, "1.5", "2026-11-21T12:01:30+00:00"),
        (timedelta(hours=2), "120", "2026-11-21T14:00:00+00:00"),
        ("2026-11-21T18:00+09:00", "2026-11-21T18:00+09:00", "2026-11-21T09:00:00+00:00"),
        (NOON, "2026-11-21T12:00:00+00:00", "2026-11-21T12:00:00+00:00"),
    ],
)
def test_a_deadline_is_a_time_or_minutes_from_the_start(deadline, written, dated):
    request = EpisodeRequest(deadline=deadline)
    assert request.deadline == written
    assert request.dated(NOON).deadline == dated
    assert request.dated(NOON).dated(NOON + timedelta(days=1)).deadline == dated


@pytest.mark.parametrize(
    "deadline",
    ["soon", "0", "-5", "inf", "nan", "1e9", "2026-11-21", "2026-11-21T18:00", NOON.replace(tzinfo=None)],
)
def test_what_is_no_deadline_is_refused(deadline):
    with pytest.raises(ValidationError, match="a time with its zone"):
        EpisodeRequest(deadline=deadline)


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
    assert 0 < len(slug("\U00020000" * 90).encode()) <= 200


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
