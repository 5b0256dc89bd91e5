"""The table of voices."""

import asyncio
import socket

import pytest

from podloom.cli.voices import _kind, _print
from podloom.domain import Voice
from podloom.serving.speech import SpeechService
from podloom.serving.threaded import ThreadedServer
from podloom.settings import Settings
from podloom.tts.tone import ToneEngine


@pytest.mark.parametrize(("columns", "named"), [("80", False), ("120", True)])
def test_ids_are_whole_in_every_terminal(podloom, monkeypatch, columns, named):
    monkeypatch.setenv("COLUMNS", columns)
    lines = podloom("voices", "--engine", "tone").out.splitlines()
    assert max(map(len, lines)) <= int(columns)
    rows = [line.split() for line in lines if line.startswith(" tone")]
    assert {row[1] for row in rows} == {"tone-low", "tone-high", "tone-middle", "tone-bright"}
    assert {row[-1] for row in rows} == {"1"}
    assert ("Low tone" in "".join(lines)) is ("w/min" in lines[0]) is named
    assert lines[-1] == "licence 1: none: a tone"


async def test_the_voices_of_a_speech_server_are_those_it_has(podloom, monkeypatch):
    service = SpeechService(ToneEngine(Settings()), Settings())
    listener = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("PODLOOM_SPEECH_BASE_URL", f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    with ThreadedServer(service.asgi, listener, "speech"):
        await service.load()
        listed = await asyncio.to_thread(
            podloom, "voices", "--engine", "openai", "--language", "en", "--json"
        )
    assert [voice["id"] for voice in listed.json["voices"]] == [
        "tone-low",
        "tone-high",
        "tone-middle",
        "tone-bright",
    ]


def test_a_server_that_is_not_set_up_has_no_voices(podloom):
    listed = podloom("voices", "--json").json
    assert "openai" not in {voice["engine"] for voice in listed["voices"]}
    assert "set PODLOOM_SPEECH_API_KEY" in listed["missing"]["openai"]


def test_licences_are_those_of_the_voices(capsys):
    listed = [
        Voice(engine="openai", id=f"v{number}", language="en", licence=licence)
        for number, licence in enumerate(["MIT", "CPML", "MIT", ""])
    ]
    _print(listed, {})
    _, *rows, first, second = capsys.readouterr().out.splitlines()
    assert [row.split()[1:] for row in rows] == [
        ["v0", "en", "1"],
        ["v1", "en", "2"],
        ["v2", "en", "1"],
        ["v3", "en"],
    ]
    assert (first, second) == ("licence 1: MIT", "licence 2: CPML")


@pytest.mark.parametrize(
    ("gender", "pitch_hz", "kind"),
    [
        ("unknown", None, ""),
        ("unknown", 110, "male?"),
        ("unknown", 162, ""),
        ("unknown", 210, "female?"),
        ("female", 110, "female"),
        ("neutral", None, "neutral"),
    ],
)
def test_what_nobody_told_is_guessed_from_the_pitch(gender, pitch_hz, kind):
    assert _kind(Voice(engine="coqui", id="p225", language="en", gender=gender, pitch_hz=pitch_hz)) == kind
