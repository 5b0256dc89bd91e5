"""Speakers as written on the command line."""

import pytest

from podloom.cli.speakers import parse_speakers
from podloom.errors import RequestError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Ann", [("Ann", "host", "")]),
        ("Ann=jf_alpha, Ben:guest=jm_kumo", [("Ann", "host", "jf_alpha"), ("Ben", "guest", "jm_kumo")]),
        ("=jm_kumo", [("", "host", "jm_kumo")]),
        (
            "Cy=jm_kumo:0.5,jf_alpha:0.5,Ann",
            [("Cy", "host", "jm_kumo:0.5,jf_alpha:0.5"), ("Ann", "host", "")],
        ),
    ],
)
def test_speakers(text, expected):
    assert [(s.name, s.role, s.voice) for s in parse_speakers(text)] == expected


def test_an_unknown_role_is_refused():
    with pytest.raises(RequestError, match="'singer'"):
        parse_speakers("Ann:singer")


def test_more_than_four_are_refused():
    with pytest.raises(RequestError, match="5 speakers were given; an episode has 4 at most"):
        parse_speakers("A,B,C,D,E")


@pytest.mark.parametrize(
    ("text", "tones"),
    [
        ("Ann=nova (warm, unhurried), Ben:guest=onyx", ["warm, unhurried", ""]),
        ("Ann (as if to a child),Ben(dry)", ["as if to a child", "dry"]),
    ],
)
def test_tones_are_in_brackets(text, tones):
    found = parse_speakers(text)
    assert [speaker.tone for speaker in found] == tones
    assert [speaker.name for speaker in found] == ["Ann", "Ben"]
