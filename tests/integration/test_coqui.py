"""The coqui engine with a real, tiny Coqui model: by path and by name, without a network."""

import asyncio
import os
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from podloom.domain import EpisodeRequest
from podloom.errors import MissingDependencyError, SettingsError, SpeechError, VoiceError
from podloom.settings import Settings, SpeechSettings
from podloom.tts.casting import cast, choose_engine
from podloom.tts.coqui_models import missing_packages

missing = missing_packages()
pytestmark = [
    pytest.mark.coqui,
    pytest.mark.usefixtures("nobody_called"),
    pytest.mark.skipif(bool(missing), reason=f"podloom[coqui] is not installed: {', '.join(missing)}"),
    # Warnings of Coqui and torch about themselves.
    pytest.mark.filterwarnings("ignore"),
]

NAME = "tts_models/en/vctk/vits"
TEXT = "The lake was warm. Nobody knew why, and nobody asked."


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    from fixtures.tiny_vits import build

    return build(tmp_path_factory.mktemp("vits"))


@pytest.fixture(scope="session")
def tts_home(tmp_path_factory) -> Path:
    from fixtures.tiny_vits import build_named

    home = tmp_path_factory.mktemp("tts_home")
    build_named(home, NAME)
    return home


def by_path(folder: Path) -> Settings:
    return Settings(speech=SpeechSettings(coqui_model=str(folder / "model.pth"), coqui_workers=2))


def engine_of(settings: Settings):
    from podloom.tts.coqui import CoquiEngine

    return CoquiEngine(settings)


@pytest.fixture(scope="module")
def engine(folder):
    engine = engine_of(by_path(folder))
    yield engine
    asyncio.run(engine.close())


async def test_speaks_by_path(engine):
    voices = engine.voices("en")
    assert [voice.id for voice in voices] == ["p225", "p226"]
    audio = await engine.synthesize(TEXT, voices[0])
    assert audio.sample_rate == 22_050
    assert audio.samples.dtype == np.float32
    assert audio.duration_s > 0.5
    assert np.abs(audio.samples).max() > 0


async def test_speaks_by_the_path_of_its_folder(folder):
    engine = engine_of(Settings(speech=SpeechSettings(coqui_model=str(folder), coqui_workers=1)))
    assert (await engine.synthesize(TEXT, engine.voices("en")[0])).samples.any()
    await engine.close()


async def test_speaks_by_name_what_lies_in_tts_home(tts_home, monkeypatch):
    monkeypatch.setenv("TTS_HOME", str(tts_home))
    engine = engine_of(Settings(speech=SpeechSettings(coqui_model=NAME)))
    assert [voice.id for voice in engine.voices("en")] == ["p335", "p307", "p225"]
    assert [voice.gender for voice in engine.voices("en")] == ["female", "male", "unknown"]
    assert engine.voices("en")[0].licence == "apache 2.0"
    audio = await engine.synthesize(TEXT, engine.voices("en")[1])
    assert audio.samples.any()
    await engine.close()


async def test_same_seed_same_bytes_also_side_by_side(engine):
    voice = engine.voices("en")[0]
    first = await engine.synthesize(TEXT, voice, seed=3)
    rest = await asyncio.gather(*(engine.synthesize(TEXT, voice, seed=3) for _ in range(3)))
    assert all(np.array_equal(first.samples, audio.samples) for audio in rest)
    assert len(psutil.Process().children()) == 2


async def test_a_cancelled_line_ends_its_worker_and_the_next_one_is_spoken(engine):
    await engine.load()
    task = asyncio.create_task(engine.synthesize(TEXT * 200, engine.voices("en")[0]))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await engine.synthesize(TEXT, engine.voices("en")[0])).samples.any()


async def test_seeds_and_speakers_differ(engine):
    one, other = engine.voices("en")
    clips = [
        await engine.synthesize(TEXT, one, seed=1),
        await engine.synthesize(TEXT, one, seed=2),
        await engine.synthesize(TEXT, other, seed=1),
    ]
    assert len({clip.samples.tobytes() for clip in clips}) == 3


async def test_text_of_another_script_is_refused(engine):
    with pytest.raises(SpeechError, match="speaks the language"):
        await engine.synthesize("안녕하세요, 반갑습니다.", engine.voices("en")[0])


async def test_few_foreign_symbols_are_counted(engine, caplog):
    await engine.synthesize("The café was open, and nobody came in all day.", engine.voices("en")[0])
    assert engine.dropped_symbols == {"é": 1}
    assert "'é'" in caplog.text


@pytest.mark.parametrize("text", ["", "  "])
async def test_empty_text_is_refused(engine, text):
    with pytest.raises(SpeechError, match="nothing to speak"):
        await engine.synthesize(text, engine.voices("en")[0])


async def test_unknown_speaker_is_refused(engine):
    voice = engine.voices("en")[0].model_copy(update={"id": "p999"})
    with pytest.raises(VoiceError, match="p999"):
        await engine.synthesize(TEXT, voice)


async def test_damaged_weights_are_an_error_that_says_so(folder, tmp_path):
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "model.pth").write_bytes((folder / "model.pth").read_bytes()[:100_000])
    engine = engine_of(Settings(speech=SpeechSettings(coqui_model=str(tmp_path / "model.pth"))))
    with pytest.raises(SpeechError, match="download it again"):
        await engine.load()
    await engine.close()


def test_model_that_is_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setenv("TTS_HOME", str(tmp_path))
    with pytest.raises(MissingDependencyError, match=r"python -m podloom.tts.coqui"):
        engine_of(Settings())


def test_half_a_download_is_not_taken_for_a_model(tmp_path, monkeypatch):
    monkeypatch.setenv("TTS_HOME", str(tmp_path))
    half = tmp_path / "tts" / NAME.replace("/", "--")
    half.mkdir(parents=True)
    (half / "config.json").write_text("{}")
    with pytest.raises(MissingDependencyError, match="incomplete"):
        engine_of(Settings())


def test_licence_of_xtts_has_to_be_accepted_and_is_never_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)
    speech = SpeechSettings(coqui_model="tts_models/multilingual/multi-dataset/xtts_v2")
    with pytest.raises(SettingsError, match="PODLOOM_SPEECH_COQUI_ACCEPT_LICENCE"):
        engine_of(Settings(speech=speech))
    accepted = speech.model_copy(update={"coqui_accept_licence": True})
    with pytest.raises(MissingDependencyError, match="download"):
        engine_of(Settings(speech=accepted))
    assert "COQUI_TOS_AGREED" not in os.environ


def test_auto_takes_coqui_when_its_model_is_there(folder):
    speech = SpeechSettings(coqui_model=str(folder / "model.pth"), base_url="http://127.0.0.1:9/v1")
    settings = Settings(speech=speech)
    request = EpisodeRequest(sources=("x",))
    assert choose_engine(request, settings).name == "coqui"
    korean = request.model_copy(update={"language": "ko"})  # the model speaks English only
    assert choose_engine(korean, settings).name == "openai"
    speakers = cast(request, engine_of(settings))
    assert [speaker.voice.id for speaker in speakers] == ["p225", "p226"]
