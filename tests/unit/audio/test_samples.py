from __future__ import annotations

import numpy as np
import pytest

from podloom.audio.samples import SAMPLE_RATE, fade_ends, to_rate, trim

RATE = 24_000


def tone(length_s: float, *, hz: float = 440, amplitude: float = 0.5, rate: int = RATE) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(length_s * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("amplitude", [0.9, 0.1, 0.005])
def test_trim_leaves_thirty_milliseconds_around_speech_of_any_level(amplitude: float) -> None:
    padded = np.pad(tone(1.0, amplitude=amplitude), RATE)
    assert len(trim(padded, RATE)) == pytest.approx(RATE * 1.06, abs=RATE * 0.011)


@pytest.mark.parametrize(
    "clip",
    [
        np.zeros(RATE, np.float32),
        np.zeros(0, np.float32),
        tone(1.0, amplitude=0.0005),
        np.zeros(7, np.float32),
    ],
    ids=["zeros", "nothing", "hiss", "seven samples"],
)
def test_trim_finds_no_speech_in(clip: np.ndarray) -> None:
    assert len(trim(clip, RATE)) == 0


def test_trim_keeps_a_clip_shorter_than_its_grain() -> None:
    assert len(trim(np.full(50, 0.5, np.float32), RATE)) == 50


def test_trim_keeps_a_soft_ending() -> None:
    ending = tone(0.3, amplitude=0.5 * 10 ** (-38 / 20))
    spoken = np.concatenate([tone(1.0), ending, np.zeros(RATE, np.float32)])
    assert len(trim(spoken, RATE)) >= 1.3 * RATE


@pytest.mark.parametrize("length", [1, 2, 100, RATE])
def test_faded_clips_begin_and_end_at_zero(length: int) -> None:
    faded = fade_ends(np.ones(length, np.float32), RATE)
    assert (faded[0], faded[-1]) == (0, 0)
    assert len(faded) == length


def test_fading_leaves_the_clip_alone() -> None:
    clip = np.ones(RATE, np.float32)
    fade_ends(clip, RATE)
    assert (clip == 1).all()


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_resampling_keeps_length_and_level(rate: int) -> None:
    resampled = to_rate(tone(1.0, hz=3000, rate=rate), rate)
    middle = resampled[4410:-4410]
    assert len(resampled) == pytest.approx(SAMPLE_RATE, abs=2)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.002)


def test_resampling_adds_no_images() -> None:
    resampled = to_rate(tone(1.0, hz=7000, rate=22_050), 22_050)[4410:-4410]
    spectrum = np.abs(np.fft.rfft(resampled * np.hanning(len(resampled))))
    image = spectrum[len(spectrum) * 11_500 // 22_050 :].max()
    assert 20 * np.log10(image / spectrum.max()) < -80
