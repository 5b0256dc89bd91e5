"""The speech server's answers, as a client on the other side of HTTP sees them."""

import io

import numpy as np
import pytest
import soundfile

from fixtures.speech_calls import say
from podloom.domain import Delivery
from podloom.serving.speech_order import delivery_of
from podloom.tts.engine import Audio
from podloom.tts.tone import ToneEngine
from podloom.tts.wave import read_audio


class Streaming(ToneEngine):
    """Says every line twice."""

    async def stream(self, text, voice, delivery, *, seed=0):
        for _ in range(2):
            yield await self.synthesize(text, voice, seed=seed)


@pytest.mark.parametrize(
    ("form", "kind"),
    [("wav", "audio/wav"), ("flac", "audio/flac"), ("mp3", "audio/mpeg"), ("opus", "audio/ogg")],
)
async def test_every_format_holds_the_same_sound(started, form, kind):
    _, client = await started()
    answer = await say(client, response_format=form)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    samples, rate = soundfile.read(io.BytesIO(answer.content))
    assert len(samples) / rate == pytest.approx(4 * 60 / 150, abs=0.06)
    assert float(np.abs(samples).max()) == pytest.approx(0.35, abs=0.05)


async def test_pcm_is_24_khz_whatever_the_engine_has(started):
    class At16(ToneEngine):
        async def synthesize(self, text, voice, *, seed=0):
            return Audio(np.full(16_000, 0.5, np.float32), 16_000)

    _, client = await started(At16)
    answer = await say(client, response_format="pcm")
    assert len(answer.content) == 2 * 24_000
    assert read_audio(answer.content, answer.headers["content-type"]).sample_rate == 24_000


async def test_a_streaming_engine_is_sent_as_it_speaks(started):
    _, client = await started(Streaming)
    whole = (await say(client, response_format="flac")).content
    for form in ("wav", "pcm"):
        streamed = await say(client, response_format=form)
        assert "content-length" not in streamed.headers
        audio = read_audio(streamed.content, streamed.headers["content-type"])
        np.testing.assert_allclose(audio.samples, soundfile.read(io.BytesIO(whole))[0], atol=1e-4)


async def test_speed_changes_the_length_and_not_the_pitch(started):
    pytest.importorskip("av")
    _, client = await started()
    spoken = [read_audio((await say(client, speed=speed)).content) for speed in (1, 2)]
    assert spoken[1].duration_s == pytest.approx(spoken[0].duration_s / 2, rel=0.1)
    peaks = [np.abs(np.fft.rfft(a.samples)).argmax() / a.duration_s for a in spoken]
    assert peaks[1] == pytest.approx(peaks[0], rel=0.03)


async def test_text_is_normalised_in_the_language_of_the_text(started):
    _, client = await started()
    spelled = await say(client, input="Twenty-four.")
    assert (await say(client, input="24.")).content == spelled.content
    korean = [await say(client, input=text) for text in ("24개입니다.", "스물네 개입니다.")]
    assert korean[0].content == korean[1].content


@pytest.mark.parametrize(
    ("changes", "status", "param", "says"),
    [
        ({"model": "whisper"}, 404, "model", "'tone-1'"),
        ({"voice": "tone-lo"}, 400, "voice", "did you mean 'tone-low'"),
        ({"voice": "nobody"}, 400, "voice", "tone-high"),
        ({"voice": None}, 400, "voice", "string"),
        ({"input": " \n"}, 400, "input", "some text"),
        ({"input": "a" * 5000}, 400, "input", "5000 characters; at most 4096"),
        ({"response_format": "aac"}, 400, "response_format", "wav"),
        ({"speed": 9}, 400, "speed", "4"),
        ({"input": "..."}, 422, "input", "nothing to speak"),
    ],
)
async def test_what_cannot_be_done_is_refused_as_openai_does(started, changes, status, param, says):
    _, client = await started()
    answer = await say(client, **changes)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["type"]) == (status, param, "invalid_request_error")
    assert says in error["message"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("priority", "now"),
        ("position", "nan"),
        ("position", "first"),
        ("deadline", "inf"),
        ("seed", "-1"),
        ("language", "fr"),
    ],
)
async def test_headers_that_mean_nothing_are_refused(started, header, value):
    _, client = await started()
    answer = await say(client, headers={f"x-podloom-{header}": value})
    assert answer.status_code == 400
    assert f"x-podloom-{header} is '{value}'" in answer.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"'])
async def test_a_body_that_is_no_object_is_refused(started, body):
    _, client = await started()
    answer = await client.post("/v1/audio/speech", content=body)
    assert answer.status_code == 400


async def test_a_body_without_end_is_not_read(started):
    _, client = await started(max_characters=10)
    answer = await client.post("/v1/audio/speech", content=b" " * 100_000)
    assert answer.status_code == 413


async def test_a_voice_may_be_an_object_or_its_label(started):
    _, client = await started()
    by_id = await say(client)
    for voice in ({"id": "tone-low"}, "low tone"):
        assert (await say(client, voice=voice)).content == by_id.content


async def test_only_callers_with_the_key_are_served(started):
    _, client = await started(api_key="sesame")
    for path in ("/v1/models", "/v1/audio/voices"):
        assert (await client.get(path)).status_code == 401
    assert (await say(client)).json()["error"]["code"] == "invalid_api_key"
    assert (await say(client, headers={"authorization": "Bearer sesame"})).status_code == 200
    for path in ("/health", "/live", "/metrics"):
        assert (await client.get(path)).status_code == 200


async def test_it_tells_its_models_and_voices(started):
    service, client = await started()
    models = (await client.get("/v1/models")).json()["data"]
    assert [model["id"] for model in models][:2] == ["tone-1", "tone"]
    offer = (await client.get("/v1/audio/voices")).json()
    assert (offer["engine"], offer["version"]) == ("tone", "tone-1")
    first = offer["voices"][0]
    assert [first[name] for name in ("id", "language", "gender", "licence")] == [
        "tone-low", "en", "neutral", "none: a tone"
    ]  # fmt: skip
    assert len(offer["voices"]) == len(service.engine.voices())


@pytest.mark.parametrize(
    ("instructions", "delivery"),
    [
        ("", Delivery()),
        ("Speak with a British accent.", Delivery()),
        ("Sound cheerful and warm, with a smile.", Delivery(mood="cheerful")),
        ("Stress the most important words clearly. Sound calm and serious.",
         Delivery(mood="serious", emphasis="strong")),
        ("Curious at first, then serious.", Delivery(mood="curious")),
    ],
)  # fmt: skip
def test_instructions_become_the_hints_that_engines_know(instructions, delivery):
    assert delivery_of(instructions) == delivery
