"""The true-peak meter against libebur128's, which oversamples everything."""

import numpy as np
import pyebur128
import pytest

from podloom.audio.peaks import TruePeakMeter

RATE = 44_100
TIME = np.arange(RATE * 2) / RATE


def sound(kind: str) -> np.ndarray:
    noise = np.random.default_rng(3).standard_normal(len(TIME))
    sounds = {
        "speech-like": 0.3 * np.sin(2 * np.pi * 170 * TIME) * np.sin(2 * np.pi * 3 * TIME) + 0.02 * noise,
        "between samples": 0.5 * np.sin(2 * np.pi * RATE / 4 * TIME + np.pi / 4),
        "noise": 0.1 * noise,
        "one click": np.where(np.arange(len(TIME)) == 40_000, 0.7, 0.01 * noise),
        "ends loud": 0.8 * TIME / 2 * np.sin(2 * np.pi * 3000 * TIME),
        "silence": np.zeros(len(TIME)),
    }
    return sounds[kind].astype(np.float32)


def of_libebur128(samples: np.ndarray) -> float:
    state = pyebur128.R128State(1, RATE, pyebur128.MeasurementMode.MODE_TRUE_PEAK)
    state.add_frames(samples, len(samples))
    return pyebur128.get_true_peak(state, 0)


@pytest.mark.parametrize("block", [997, RATE, 10 * RATE])
@pytest.mark.parametrize(
    "kind", ["speech-like", "between samples", "noise", "one click", "ends loud", "silence"]
)
def test_finds_the_peak_that_full_oversampling_finds(kind: str, block: int) -> None:
    samples, meter = sound(kind), TruePeakMeter()
    for start in range(0, len(samples), block):
        meter.add(samples[start : start + block])

    assert meter.close() == pytest.approx(of_libebur128(samples), rel=0.02)


def test_the_loudest_sample_of_a_block_is_told() -> None:
    meter = TruePeakMeter()
    assert meter.add(np.array([0.1, -0.5, 0.2], np.float32)) == 0.5
    assert meter.add(np.zeros(100, np.float32)) == 0.5  # those before are looked at again
    assert meter.add(np.zeros(100, np.float32)) == 0
