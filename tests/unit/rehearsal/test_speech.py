import numpy as np
import pytest

from podloom.domain import Voice
from podloom.rehearsal.sentences import lines
from podloom.rehearsal.speech import SAMPLE_RATE, as_wav, duration_s, speak
from podloom.tts.check import ClipCheck
from podloom.tts.engine import Audio
from podloom.tts.wave import read_audio

TEXT = lines(0, "en", [24])[0]


def samples(sound: bytes) -> np.ndarray:
    return np.frombuffer(sound, "<i2").astype(np.float32) / 32768


@pytest.mark.parametrize("language", ["en", "ko"])
def test_clips_pass_the_clip_check_also_when_it_has_learned(language):
    rate = {"en": 160.0, "ko": 105.0}[language]
    voice = Voice(engine="openai", id="nova", language=language, words_per_minute=rate)
    check = ClipCheck()
    for text in lines(0, language, [8, 20, 40, 90] * 10):
        assert check.faults(Audio(samples(speak(text, "nova")), SAMPLE_RATE), text, voice) == []


def test_clip_is_the_same_for_the_same_words_and_voice():
    assert speak(TEXT, "nova") == speak(TEXT, "nova")


@pytest.mark.parametrize("other", [("nova", TEXT + " Yes."), ("onyx", TEXT), ("nova", TEXT.swapcase())])
def test_other_words_or_voice_make_another_clip(other):
    voice, text = other
    assert speak(text, voice) != speak(TEXT, "nova")


def test_wav_is_mono_at_24_khz_and_as_long_as_the_text():
    audio = read_audio(as_wav(speak(TEXT, "nova")), "audio/wav")
    assert audio.sample_rate == 24_000
    assert audio.duration_s == pytest.approx(len(TEXT) / 15, abs=0.01)


def test_a_korean_syllable_takes_longer_than_a_letter():
    assert duration_s("가" * 65) == pytest.approx(10.0)


@pytest.mark.parametrize(("damage", "peak"), [("silent", 0.0), ("clipped", 1.0)])
def test_damaged_clips(damage, peak):
    made = samples(speak(TEXT, "nova", damage))
    assert float(np.abs(made).max()) == pytest.approx(peak, abs=0.001)


@pytest.mark.parametrize(("text", "damage"), [(TEXT, "empty"), ("  ", "")])
def test_nothing_is_no_bytes(text, damage):
    assert speak(text, "nova", damage) == b""
