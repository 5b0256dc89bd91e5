"""What `podloom doctor` finds out about the speech servers in the settings."""

import socket

import pytest

from fixtures.coqui_folders import put_vctk
from fixtures.speech_server import speech_server as foreign_server
from podloom.serving.speech import SpeechService
from podloom.serving.threaded import ThreadedServer
from podloom.settings import Settings, SpeechSettings
from podloom.stages.health import _choice, extras, speech_server
from podloom.tts.tone import ToneEngine


@pytest.fixture
def service():
    service = SpeechService(ToneEngine(Settings(speech=SpeechSettings(local_concurrency=4))), Settings())
    listener = socket.create_server(("127.0.0.1", 0))
    with ThreadedServer(service.asgi, listener, "speech"):
        yield service, f"http://127.0.0.1:{listener.getsockname()[1]}"


async def test_a_server_of_ours_tells_how_busy_it_is(service):
    ours, url = service
    loading = await speech_server(f"{url}/v1")
    assert (loading.state, "is loading" in loading.found) == ("bad", True)
    await ours.load()
    ready = await speech_server(f"{url}/v1")
    assert ready.state == "ok"
    assert "is ready: tone-1, 0 of 4 voices at work, 0 lines waiting" in ready.found
    ours.desk.drain()
    assert "is draining" in (await speech_server(f"{url}/v1/")).found


async def test_somebody_elses_server_only_answers():
    with foreign_server() as server:
        found = await speech_server(server.url)
    assert (found.state, "not Podloom's" in found.found) == ("ok", True)


async def test_nobody_there_is_a_problem_without_the_addresses_secrets():
    found = await speech_server("http://me:secret@127.0.0.1:9/v1")
    assert (found.state, found.found) == ("bad", "127.0.0.1:9 does not answer (ConnectError)")


def test_a_damaged_coqui_model_leaves_the_choice_to_the_others(tts_home):
    (put_vctk(tts_home) / "config.json").write_text("{")
    choice = _choice(Settings(speech=SpeechSettings(base_url="http://127.0.0.1:9/v1")))
    assert (choice.state, choice.found) == ("ok", "openai: PODLOOM_SPEECH_BASE_URL is set")


def test_every_extra_is_looked_for_by_what_it_is_there_for():
    named = {"kokoro": "onnxruntime", "av": "av", "stt": "faster-whisper", "coqui": "coqui-tts"}
    assert extras().items() >= (named | {"piper": "piper-tts", "otel": "opentelemetry-sdk"}).items()
