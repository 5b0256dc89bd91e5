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
