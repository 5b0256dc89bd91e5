"""The table of voices."""

import asyncio
import socket

import pytest

from podloom.serving.speech import SpeechService
from podloom.serving.threaded import ThreadedServer
from podloom.settings import Settings
from podloom.tts.tone import ToneEngine


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
