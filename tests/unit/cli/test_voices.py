"""Finding the voice that a sample is asked of."""

import pytest

from podloom.cli.voices import _pick
from podloom.domain import Voice
from podloom.errors import VoiceError

LISTED = [
    Voice(engine="kokoro", id="jm_kumo", label="Kumo", language="en"),
    Voice(engine="piper", id="libritts/p12", label="libritts/p12", language="en"),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("jm_kumo", "jm_kumo"),
        ("KUMO", "jm_kumo"),
        ("kokoro/jm_kumo", "jm_kumo"),
        ("libritts/p12", "libritts/p12"),
        ("piper/libritts/p12", "libritts/p12"),
    ],
)
def test_by_id_or_name_with_or_without_its_engine(wanted, found):
    assert _pick(LISTED, wanted).id == found


def test_nobody_is_an_error():
    with pytest.raises(VoiceError, match="'Nemo'"):
        _pick(LISTED, "Nemo")


@pytest.mark.parametrize(("columns", "named"), [("80", False), ("120", True)])
def test_ids_are_whole_in_every_terminal(podloom, monkeypatch, columns, named):
    monkeypatch.setenv("COLUMNS", columns)
    lines = podloom("voices", "--engine", "tone").out.splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert {line.split()[1] for line in lines if " 1" in line} == {
        "tone-low",
        "tone-high",
        "tone-middle",
        "tone-bright",
    }
    assert ("Low tone" in "".join(lines)) is named
    assert lines[-1] == "licence of tone: none: a tone"
