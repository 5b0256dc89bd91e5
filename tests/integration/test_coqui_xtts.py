"""XTTS and cloning through Coqui's real classes, with random weights: the path, not the sound."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from podloom.domain import Voice
from podloom.errors import SpeechError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.coqui_models import find_model, missing_packages
from podloom.tts.coqui_reader import XTTS_CHARACTERS, CoquiOpener
from podloom.tts.engine import PLAIN
from podloom.tts.threaded import Order

pytestmark = [
    pytest.mark.coqui,
    pytest.mark.usefixtures("nobody_called"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(missing_packages()), reason="podloom[coqui] is not installed"),
    # Warnings of Coqui, transformers and torch about themselves.
    pytest.mark.filterwarnings("ignore"),
]

RATE = 22_050
LONG = "호수는 누구도 예상하지 못할 만큼 따뜻했고 " * 10
BEYOND = "exceeds the character limit"
LINES = {"en": "Hello there, friend.", "ko": "안녕하세요, 여러분."}


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    from fixtures.tiny_xtts import build

    return build(tmp_path_factory.mktemp("xtts"))


def engine_with(model: Path, clones: Path | str = ""):
    from podloom.tts.coqui import CoquiEngine

    speech = SpeechSettings(
        coqui_model=str(model), coqui_accept_licence=True, coqui_clones=str(clones), coqui_workers=1
    )
    return CoquiEngine(Settings(speech=speech))


@pytest.fixture(scope="module")
def engine(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clones")
    time_s = np.arange(4 * RATE) / RATE
    hum = 0.2 * np.sin(2 * np.pi * 180 * time_s) * (1 + np.sin(2 * np.pi * 3 * time_s))
    soundfile.write(folder / "Anna.wav", hum.astype(np.float32), RATE)
    engine = engine_with(model, folder)
    yield engine
    asyncio.run(engine.close())


def test_clones_come_before_the_models_own_speakers(engine):
    for language in LINES:
        voices = engine.voices(language)
        assert [voice.id for voice in voices] == ["Anna", "Claribel Dervla"]
        assert all("CPML" in voice.licence for voice in voices)


@pytest.mark.parametrize("language", LINES)
async def test_clone_and_speaker_speak_both_languages(engine, language):
    clips = [await engine.synthesize(LINES[language], voice, seed=1) for voice in engine.voices(language)]
    again = await engine.synthesize(LINES[language], engine.voices(language)[0], seed=1)
    assert all(clip.sample_rate == 24_000 and clip.samples.any() for clip in clips)
    assert clips[0].samples.tobytes() != clips[1].samples.tobytes()
    assert np.array_equal(clips[0].samples, again.samples)


async def test_a_stream_comes_in_parts_shorter_than_a_sentence(engine):
    """Random weights end a sentence anywhere; of a few seeds one goes on for longer than a part."""
    for voice in engine.voices("en"):
        takes = [[part async for part in engine.stream(LINES["en"], voice, PLAIN, seed=n)] for n in range(5)]
        assert max(len(parts) for parts in takes) > 1
        assert {part.sample_rate for parts in takes for part in parts} == {24_000}
        assert all(part.samples.any() for parts in takes for part in parts)


async def test_a_stream_is_the_same_for_the_same_seed(engine):
    voice = engine.voices("en")[0]
    takes = [[part async for part in engine.stream(LINES["en"], voice, PLAIN, seed=3)] for _ in range(2)]
    assert np.array_equal(*[np.concatenate([part.samples for part in parts]) for parts in takes])


async def test_long_text_is_spoken_in_pieces(engine):
    one = await engine.synthesize(LINES["ko"], engine.voices("ko")[0])
    whole = await engine.synthesize(LONG, engine.voices("ko")[0])
    assert whole.duration_s > 2 * one.duration_s


def test_no_piece_is_beyond_the_models_limit(model, caplog):
    """The model itself says when one is; in this process, where that can be heard."""
    assert len(LONG) > 2 * XTTS_CHARACTERS["ko"]
    settings = SpeechSettings(coqui_model=str(model), coqui_accept_licence=True)
    reader = CoquiOpener(find_model(settings), clones=(), threads=1)()
    order = Order(LONG, Voice(engine="coqui", id="Claribel Dervla", language="ko"))
    assert len(list(reader.sounds(order))) > 2
    assert BEYOND not in caplog.text
    reader._say(LONG[: XTTS_CHARACTERS["ko"] + 5], "Claribel Dervla", order)
    assert BEYOND in caplog.text


async def test_recording_that_cannot_be_read_is_named(model, tmp_path):
    (tmp_path / "bo.wav").write_bytes(b"no sound")
    with pytest.raises(SpeechError, match=r"bo\.wav' cannot be cloned"):
        await engine_with(model, tmp_path).load()


def test_changed_recordings_change_the_version(engine, model):
    assert engine.version != engine_with(model).version
