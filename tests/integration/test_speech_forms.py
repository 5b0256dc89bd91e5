"""In which form the openai engine asks for sound, and whether it says how a line is to be said."""

import json
from collections.abc import Iterator

import pytest

from fixtures.speech_server import RATE, SAMPLES, Answer, Server, mp3, speech_server, wav
from podloom.domain import Delivery, Voice
from podloom.errors import ProviderError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.openai import OpenAISpeechEngine

VOICE = Voice(engine="openai", id="nova", language="en")
MP3 = mp3()


@pytest.fixture
def server() -> Iterator[Server]:
    with speech_server() as server:
        yield server


def engine_of(server: Server, **speech: object) -> OpenAISpeechEngine:
    return OpenAISpeechEngine(Settings(speech=SpeechSettings(base_url=server.url, api_key="k", **speech)))


def refusal(error: object, status: int = 400) -> Answer:
    return Answer(status, json.dumps(error).encode(), "application/json")


@pytest.mark.parametrize(
    "no",
    [
        refusal({"error": {"message": "Unsupported format: wav"}}),
        refusal({"detail": [{"loc": ["body", "response_format"], "msg": "should be 'mp3'"}]}, 422),
        refusal({"error": {"message": "not this one", "param": "response_format"}}),
        Answer(400),
    ],
)
async def test_a_refused_form_is_followed_by_the_next_however_the_server_says_so(server, no):
    server.answers = [no, no, Answer(body=MP3, kind="audio/mpeg"), Answer(body=MP3, kind="audio/mpeg")]
    engine = engine_of(server)
    for _ in range(2):
        audio = await engine.synthesize("Hello there.", VOICE)
        assert audio.sample_rate == RATE
        assert audio.duration_s == pytest.approx(len(SAMPLES) / RATE, abs=0.2)
    await engine.close()
    assert [asked["response_format"] for asked in server.asked] == ["wav", "pcm", "mp3", "mp3"]


async def test_what_is_refused_in_every_form_is_told_as_at_first(server):
    server.answers = [refusal({"error": {"message": f"no {form}"}}) for form in ("wav", "codec", "format")]
    with pytest.raises(ProviderError, match="no wav"):
        await engine_of(server).synthesize("Hello there.", VOICE)
    assert len(server.asked) == 3


@pytest.mark.parametrize("form", ["wav", "pcm", "mp3"])
async def test_a_form_that_is_set_is_the_only_one(server, form):
    server.answers = [refusal({"error": {"message": "response_format is not supported"}})]
    with pytest.raises(ProviderError, match="not supported"):
        await engine_of(server, format=form).synthesize("Hello there.", VOICE)
    assert [asked["response_format"] for asked in server.asked] == [form]


@pytest.mark.parametrize(
    ("model", "wanted", "said"),
    [
        ("parler", "always", "Sound curious and interested."),
        ("parler", "auto", None),
        ("gpt-4o-mini-tts", "never", None),
    ],
)
async def test_whether_a_model_is_told_how_to_say_it_can_be_set(server, model, wanted, said):
    server.answers = [Answer(body=wav())]
    engine = engine_of(server, model=model, instructions=wanted)
    await engine.perform("Hello.", VOICE, Delivery(mood="curious"))
    await engine.close()
    assert server.asked[0].get("instructions") == said
