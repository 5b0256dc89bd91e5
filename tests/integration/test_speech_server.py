"""The openai engine against a real HTTP server on the loopback interface."""

import asyncio
import json
from collections.abc import Iterator

import numpy as np
import pytest

from fixtures.speech_server import RATE, SAMPLES, Answer, Server, speech_server, streamed_wav, wav
from podloom.domain import Delivery, Voice
from podloom.errors import PodloomError, ProviderError, ProviderKeyError, SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import openai as engine_module
from podloom.tts.openai import MAX_CHARACTERS, OpenAISpeechEngine

KEY = "sk-secret-of-a-test"
VOICE = Voice(engine="openai", id="nova", language="en")


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    monkeypatch.setattr(engine_module, "BACKOFF_S", 0.001)
    with speech_server() as server:
        yield server


def settings(url: str, **speech: object) -> Settings:
    return Settings(
        speech=SpeechSettings(base_url=url, api_key=KEY, **{"max_retries": 2, "timeout_s": 10, **speech})
    )


async def speak(server: Server, text: str = "Hello there.", **speech: object):
    engine = OpenAISpeechEngine(settings(server.url, **speech))
    try:
        return await engine.synthesize(text, VOICE), engine
    finally:
        await engine.close()


REFUSED = json.dumps({"error": {"message": f"no such voice, said with {KEY}", "code": "invalid"}}).encode()
NO_WAV = json.dumps({"error": {"message": "response_format 'wav' is not supported"}}).encode()


@pytest.mark.parametrize(
    ("answers", "calls"),
    [
        pytest.param([Answer(body=wav())], 1, id="wav"),
        pytest.param([Answer(body=streamed_wav())], 1, id="streamed wav without a size"),
        pytest.param([Answer(body=SAMPLES.tobytes(), kind="audio/pcm")], 1, id="raw pcm"),
        pytest.param([Answer(429), Answer(body=wav())], 2, id="too many requests, then sound"),
        pytest.param([Answer(503), Answer(503), Answer(body=wav())], 3, id="busy twice, then sound"),
        pytest.param([Answer(body=wav()[:900], cut=500), Answer(body=wav())], 2, id="cut short, then sound"),
        pytest.param([Answer(400, NO_WAV, "application/json"), Answer(body=SAMPLES.tobytes(), kind="")], 2,
                     id="no wav, then pcm"),
    ],
)  # fmt: skip
async def test_sound_arrives(server, answers, calls):
    server.answers = answers
    audio, _ = await speak(server)
    assert audio.sample_rate == RATE
    np.testing.assert_allclose(audio.samples, SAMPLES / 32768, atol=1e-6)
    assert len(server.asked) == calls


@pytest.mark.parametrize(
    ("model", "delivery", "said"),
    [
        ("gpt-4o-mini-tts", Delivery(mood="curious"), "Sound curious and interested."),
        (
            "gpt-4o-mini-tts",
            Delivery(emphasis="strong", mood="serious"),
            "Stress the most important words clearly. Sound calm and serious.",
        ),
        (
            "gpt-4o-mini-tts",
            Delivery(tone="Warm and unhurried", mood="curious"),
            "Warm and unhurried. Sound curious and interested.",
        ),
        ("gpt-4o-mini-tts", Delivery(pause="long"), None),
        ("tts-1", Delivery(tone="Warm."), None),
        ("tts-1", Delivery(mood="curious"), None),
    ],
)
async def test_hints_are_said_to_models_that_listen(server, model, delivery, said):
    server.answers = [Answer(body=wav())]
    engine = OpenAISpeechEngine(settings(server.url, model=model))
    await engine.perform("Hello.", VOICE, delivery)
    await engine.close()
    assert server.asked[0].get("instructions") == said
    assert engine.direction(delivery) == (said or "")


@pytest.mark.parametrize(
    ("answers", "kind", "says", "calls"),
    [
        pytest.param([Answer(401)], ProviderKeyError, "PODLOOM_SPEECH_API_KEY", 1, id="wrong key"),
        pytest.param(
            [Answer(403)], ProviderKeyError, "PODLOOM_SPEECH_API_KEY", 1, id="key without the right"
        ),
        pytest.param([Answer(404)], ProviderError, "PODLOOM_SPEECH_MODEL", 1, id="no such model"),
        pytest.param(
            [Answer(400, REFUSED, "application/json")], ProviderError, "no such voice", 1, id="refused"
        ),
        pytest.param(
            [Answer(429)], ProviderError, "PODLOOM_SPEECH_REQUESTS_PER_MINUTE", 3, id="always too many"
        ),
        pytest.param([Answer(500)], ProviderError, "its side", 3, id="always failing"),
        pytest.param([Answer(body=b"")], SpeechError, "no sound", 1, id="empty body"),
        pytest.param([Answer(body=wav(SAMPLES[:0]))], SpeechError, "no sound", 1, id="wav without samples"),
        pytest.param(
            [Answer(body=b"<html>", kind="text/html")], SpeechError, "text/html", 1, id="a web page"
        ),
        pytest.param([Answer(body=wav()[:900], cut=9)], ProviderError, "broke off", 3, id="always cut"),
    ],
)
async def test_failure_names_what_to_do(server, answers, kind, says, calls):
    server.answers = answers
    with pytest.raises(PodloomError, match=says) as caught:
        await speak(server)
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)
    assert len(server.asked) == calls


async def heard(server: Server, text: str = "Hello there."):
    engine = OpenAISpeechEngine(settings(server.url))
    try:
        return [part async for part in engine.stream(text, VOICE, Delivery())], engine
    finally:
        await engine.close()


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([Answer(body=SAMPLES.tobytes(), kind="audio/pcm")], id="raw pcm"),
        pytest.param([Answer(body=streamed_wav())], id="a server that only makes wav"),
        pytest.param([Answer(503), Answer(body=SAMPLES.tobytes(), kind="audio/pcm")], id="busy at first"),
    ],
)
async def test_a_stream_is_asked_for_as_pcm(server, answers):
    server.answers = answers
    parts, _ = await heard(server)
    np.testing.assert_allclose(np.concatenate([part.samples for part in parts]), SAMPLES / 32768, atol=1e-6)
    assert server.asked[-1]["response_format"] == "pcm"


@pytest.mark.parametrize(
    ("answer", "kind", "says", "may_pass"),
    [
        (Answer(401), ProviderKeyError, "PODLOOM_SPEECH_API_KEY", False),
        (Answer(404), ProviderError, "PODLOOM_SPEECH_MODEL", False),
        (Answer(500), ProviderError, "its side", True),
        (Answer(body=SAMPLES.tobytes(), kind="audio/pcm", cut=9), ProviderError, "broke off", True),
        (Answer(body=b""), SpeechError, "no sound", False),
    ],
)
async def test_a_stream_that_fails_says_why_and_whether_it_may_pass(server, answer, kind, says, may_pass):
    server.answers = [answer]
    with pytest.raises(PodloomError, match=says) as caught:
        await heard(server)
    assert type(caught.value) is kind
    assert caught.value.retryable is may_pass
    assert KEY not in str(caught.value)


async def test_a_stream_of_nothing_is_refused(server):
    with pytest.raises(SpeechError, match="no sound"):
        await heard(server, " ")
    assert not server.asked


async def test_silence_of_the_server_ends_at_the_time_limit(server):
    server.answers = [Answer(hang=True)]
    with pytest.raises(ProviderError, match="PODLOOM_SPEECH_TIMEOUT_S"):
        await speak(server, timeout_s=0.2, max_retries=0)


async def test_nobody_at_the_address():
    with pytest.raises(ProviderError, match="PODLOOM_SPEECH_BASE_URL"):
        await OpenAISpeechEngine(settings("http://127.0.0.1:9/v1", max_retries=0)).load()


@pytest.mark.parametrize(("status", "accepted"), [(200, True), (404, True), (403, True), (401, False)])
async def test_load_finds_a_wrong_key_and_forgives_servers_without_a_list(server, status, accepted):
    server.models_status = status
    engine = OpenAISpeechEngine(settings(server.url))
    if accepted:
        await engine.load()
        await engine.load()
    else:
        with pytest.raises(ProviderKeyError):
            await engine.load()
    await engine.close()


async def test_what_is_asked_for(server):
    server.answers = [Answer(body=wav())]
    await speak(server, "Hello there.", model="my-model")
    assert server.asked == [
        {"input": "Hello there.", "model": "my-model", "voice": "nova", "response_format": "wav",
         "authorization": f"Bearer {KEY}"}
    ]  # fmt: skip


async def test_long_text_is_several_calls_and_one_clip(server):
    server.answers = [Answer(body=wav())]
    text = "This is a sentence of forty-two characters. " * 60
    audio, _ = await speak(server, text)
    assert all(len(asked["input"]) <= MAX_CHARACTERS for asked in server.asked)
    assert " ".join(asked["input"] for asked in server.asked) == text.strip()
    assert len(audio.samples) == len(server.asked) * len(SAMPLES)


async def test_rate_limit_leaves_a_tenth(server):
    server.answers = [Answer(body=wav())]
    engine = OpenAISpeechEngine(settings(server.url, requests_per_minute=100))
    await engine.synthesize("One.", VOICE)
    limiter = engine._connections[asyncio.get_running_loop()].limiter
    assert limiter.max_rate / limiter.time_period * 60 == pytest.approx(90)
    assert limiter.max_rate <= 10
    await engine.close()


def test_each_event_loop_has_its_own_connection(server):
    server.answers = [Answer(body=wav())]
    engine = OpenAISpeechEngine(settings(server.url))

    async def once() -> int:
        audio = await engine.synthesize("Hello.", VOICE)
        await engine.close()
        return len(audio.samples)

    assert [asyncio.run(once()) for _ in range(2)] == [len(SAMPLES)] * 2


async def test_openai_without_a_key_is_refused_before_any_call(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ProviderKeyError, match="OPENAI_API_KEY"):
        await OpenAISpeechEngine(Settings()).load()


async def test_empty_text_is_refused_before_any_call(server):
    with pytest.raises(SpeechError, match="empty"):
        await speak(server, "  ")
    assert not server.asked


def test_voices_are_the_servers_own_if_it_names_some():
    engine = OpenAISpeechEngine(settings("http://localhost/v1", voices=("af_bella", "nova")))
    assert [(v.id, v.language, v.gender) for v in engine.voices("ko")] == [
        ("af_bella", "ko", "unknown"),
        ("nova", "ko", "female"),
    ]


def test_old_models_do_not_offer_new_voices():
    engine = OpenAISpeechEngine(settings("http://localhost/v1", model="tts-1"))
    assert "marin" not in {voice.id for voice in engine.voices("en")}


def test_version_tells_servers_apart_and_holds_no_secret():
    engine = OpenAISpeechEngine(settings("http://me:secret@host:8880/v1?token=secret"))
    assert engine.version == "gpt-4o-mini-tts@host:8880/v1"
