"""The speech server as a process, asked by OpenAI's own SDK and by our engine."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import numpy as np
import openai
import pytest

from fixtures.speech_server import Answer, speech_server, wav
from fixtures.speech_servers import speech_process
from podloom import EpisodeRequest, SpeakerRequest
from podloom.domain import Delivery
from podloom.errors import ProviderError, ProviderKeyError, SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import openai_servers
from podloom.tts.casting import cast
from podloom.tts.engine import speak
from podloom.tts.openai import OpenAISpeechEngine
from podloom.tts.tone import ToneEngine
from podloom.tts.wave import read_audio

KEY = "sesame"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with speech_process(
        tmp_path_factory.mktemp("speech"), PODLOOM_SPEECHSERVER_API_KEY=KEY, PODLOOM_HOME="/nonexistent"
    ) as running:
        yield running


def engine(url, key=KEY, **speech):
    return OpenAISpeechEngine(Settings(speech=SpeechSettings(base_url=url, api_key=key, **speech)))


@pytest.fixture
async def known(server):
    """The engine of a worker, after it has met the server."""
    built = engine(server.url)
    await built.load()
    yield built
    await built.close()


def test_openais_sdk_speaks_and_reads_errors(server):
    with openai.OpenAI(base_url=server.url, api_key=KEY, max_retries=0) as client:
        sound = client.audio.speech.create(
            model="tts-1", voice="tone-high", input="It is 5 o'clock.", response_format="wav"
        )
        assert read_audio(sound.content).duration_s == pytest.approx(4 * 60 / 150, abs=0.05)
        assert client.models.list().data[0].id == "tone-1"
        with pytest.raises(openai.BadRequestError) as caught:
            client.audio.speech.create(model="tts-1", voice="nova", input="Hello.")
        assert caught.value.param == "voice"
        with pytest.raises(openai.AuthenticationError):
            client.with_options(api_key="wrong").models.list()


def test_a_wrong_key_is_said_before_anything_is_made(server):
    with pytest.raises(ProviderKeyError, match="PODLOOM_SPEECH_API_KEY"):
        asyncio.run(engine(server.url, key="wrong").load())


async def test_its_voices_are_cast_as_they_are(known):
    here = ToneEngine(Settings())
    assert [v.id for v in known.voices("ko")] == [v.id for v in here.voices("ko")]
    assert {v.engine for v in known.voices()} == {"openai"}
    asked = EpisodeRequest(sources=("-",), speakers=(SpeakerRequest(name="Ann", voice="High tone"),))
    ann, other = cast(asked, known)
    assert (ann.voice.id, ann.voice.pitch_hz) == ("tone-high", 220.0)
    assert other.voice.id != "tone-high"


async def test_the_sound_is_what_the_engine_makes_here(known):
    here = ToneEngine(Settings())
    voice = known.voices("en")[0]
    for seed in (0, 5):
        there = await speak(known, "The same words.", voice, Delivery(), seed=seed)
        own = await here.synthesize("The same words.", voice, seed=seed)
        np.testing.assert_allclose(there.samples, own.samples, atol=1e-4)
    assert (known.version, known.seeded, known.direction(Delivery(mood="cheerful"))) == ("tone-1", True, "")


async def test_what_cannot_be_spoken_is_an_error_of_the_line(known):
    with pytest.raises(SpeechError, match="cannot speak it"):
        await known.synthesize("...", known.voices("en")[0])


async def test_a_server_that_is_not_ours_is_told_nothing():
    with speech_server() as foreign:
        foreign.answers = [Answer(body=wav())]
        built = engine(foreign.url)
        await built.load()
        await built.synthesize("Hello.", built.voices("en")[0])
        await built.close()
    assert not [name for name in foreign.headers[-1] if name.startswith("x-podloom")]


@pytest.fixture
def two(monkeypatch):
    """Two servers that stand in for one another."""
    monkeypatch.setattr(openai_servers, "FIRST_REST_S", 0.001)
    with speech_server() as one, speech_server() as other:
        yield one, other


@pytest.mark.parametrize("failing", [Answer(503), Answer(429), Answer(500)])
async def test_when_one_server_fails_the_other_speaks(two, failing):
    one, other = two
    one.answers, other.answers = [failing], [Answer(body=wav())]
    built = engine(f"{one.url}, {other.url}", max_retries=1)
    for _ in range(4):
        await built.synthesize("Hello.", built.voices("en")[0])
    assert len(other.asked) == 4
    await built.close()


async def test_a_dead_server_is_gone_round():
    with speech_server() as alive:
        alive.answers = [Answer(body=wav())]
        built = engine(f"http://127.0.0.1:9/v1,{alive.url}", max_retries=0)
        await built.load()
        for _ in range(3):
            await built.synthesize("Hello.", built.voices("en")[0])
        await built.close()
    assert len(alive.asked) == 3


async def test_calls_at_once_are_shared_evenly(two):
    for server in two:
        server.answers = [Answer(hang=True)]
    built = engine(",".join(server.url for server in two), max_retries=0)
    calls = [asyncio.create_task(built.synthesize("Hello.", built.voices("en")[0])) for _ in range(4)]
    async with asyncio.timeout(10):
        while sum(len(server.asked) for server in two) < 4:  # noqa: ASYNC110 - in another thread
            await asyncio.sleep(0.005)
    assert [len(server.asked) for server in two] == [2, 2]
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await built.close()


async def test_when_all_fail_the_error_is_the_last_ones(two):
    for server in two:
        server.answers = [Answer(503)]
    built = engine(",".join(server.url for server in two), max_retries=1)
    with pytest.raises(ProviderError, match="503"):
        await built.synthesize("Hello.", built.voices("en")[0])
    assert sum(len(server.asked) for server in two) == 4
    await built.close()


GATED = """
import asyncio, os
from podloom.cli import main
from podloom.tts.tone import ToneEngine
at_once = ToneEngine.synthesize
async def gated(self, text, voice, *, seed=0):
    print("speaking", flush=True)
    while not os.path.exists(os.environ["GATE"]):
        await asyncio.sleep(0.01)
    return await at_once(self, text, voice, seed=seed)
ToneEngine.synthesize = gated
main()
"""
"""A speech server whose voices wait for a file."""


def test_sigterm_lets_what_is_spoken_end_and_stops(tmp_path):
    """One voice: the second call waits, and is sent elsewhere."""
    gate = tmp_path / "gate"
    with (
        ThreadPoolExecutor(2) as threads,
        speech_process(
            tmp_path / "speech", program=GATED, GATE=str(gate), PODLOOM_SPEECH_LOCAL_CONCURRENCY="1"
        ) as server,
    ):
        body = {"model": "tone", "input": "Hello.", "voice": "tone-low", "response_format": "wav"}
        say = partial(httpx.post, f"{server.url}/audio/speech", json=body, timeout=60)
        spoken = threads.submit(say)
        assert server.process.stdout.readline() == "speaking\n"
        waiting = threads.submit(say)
        while httpx.get(f"{server.url.removesuffix('/v1')}/health").json()["waiting"] != 1:
            pass
        server.process.send_signal(signal.SIGTERM)
        assert waiting.result().status_code == 503
        gate.touch()
        assert spoken.result().status_code == 200
        assert server.process.wait(20) == 0
    assert server.spoken().total() == 1


def test_an_engine_that_cannot_be_used_ends_the_command(tmp_path, podloom, monkeypatch):
    monkeypatch.setenv("PODLOOM_SPEECH_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("PODLOOM_SPEECH_MAX_RETRIES", "0")
    assert podloom("speech-server", "--engine", "nobody").code == 4
    ran = podloom("speech-server", "--engine", "openai", "--port", "0")
    assert (ran.code, "cannot be reached" in ran.err) == (7, True)


def test_a_port_that_is_taken_is_named(server, podloom):
    port = server.url.rpartition(":")[2].partition("/")[0]
    ran = podloom("speech-server", "--engine", "tone", "--port", port)
    assert (ran.code, f"port {port}" in ran.err) == (2, True)
