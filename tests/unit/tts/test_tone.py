import numpy as np
import pytest

from podloom.domain import count_words
from podloom.settings import Settings
from podloom.tts.tone import ToneEngine

TEXT = "A sentence whose words decide how long it takes."


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_duration_is_words_by_rate(language):
    engine = ToneEngine(Settings())
    voice = engine.voices(language)[0]
    audio = await engine.synthesize(TEXT, voice)
    assert audio.duration_s == pytest.approx(count_words(TEXT) * 60 / voice.words_per_minute, abs=0.001)


async def test_voices_differ_in_pitch():
    engine = ToneEngine(Settings())
    for voice in engine.voices("en"):
        audio = await engine.synthesize(TEXT, voice)
        spectrum = np.abs(np.fft.rfft(audio.samples))
        loudest_hz = np.fft.rfftfreq(len(audio.samples), 1 / audio.sample_rate)[spectrum.argmax()]
        assert loudest_hz == pytest.approx(voice.pitch_hz, abs=1)


async def test_seed_changes_samples_and_nothing_else():
    engine = ToneEngine(Settings())
    voice = engine.voices("en")[0]
    one, same, other = [await engine.synthesize(TEXT, voice, seed=seed) for seed in (1, 1, 2)]
    assert np.array_equal(one.samples, same.samples)
    assert not np.array_equal(one.samples, other.samples)
    assert len(one.samples) == len(other.samples)
