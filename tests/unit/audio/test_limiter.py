from __future__ import annotations

import numpy as np
import pyebur128
import pytest

from podloom.audio.limiter import TruePeakLimiter

RATE = 44_100


def true_peak_dbtp(samples: np.ndarray) -> float:
    state = pyebur128.R128State(1, RATE, pyebur128.MeasurementMode.MODE_TRUE_PEAK)
    state.add_frames(samples, len(samples))
    return 20 * np.log10(pyebur128.get_true_peak(state, 0))


def material(name: str) -> np.ndarray:
    chance = np.random.default_rng(1)
    time = np.arange(RATE) / RATE
    sounds = {
        "noise": chance.standard_normal(RATE) * 0.6,
        "clicks": np.where(chance.random(RATE) < 0.001, 3.0, 0.05),
        "between samples": 1.4 * np.sin(2 * np.pi * RATE / 4 * time + np.pi / 4),
        "bass": 2.0 * np.sin(2 * np.pi * 60 * time),
        "at the ends": np.r_[np.ones(50) * 2, np.zeros(RATE - 100), np.ones(50) * 2],
    }
    return sounds[name].astype(np.float32)


@pytest.mark.parametrize("name", ["noise", "clicks", "between samples", "bass", "at the ends"])
@pytest.mark.parametrize("ceiling_dbtp", [-1.5, -3.0])
def test_never_over_the_ceiling(name: str, ceiling_dbtp: float) -> None:
    samples = material(name)
    limited = TruePeakLimiter(RATE, ceiling_dbtp)(samples, last=True)
    assert len(limited) == len(samples)
    assert true_peak_dbtp(limited) <= ceiling_dbtp + 0.1


@pytest.mark.parametrize("size", [100, 1000, 44_100])
def test_blocks_of_any_length_lose_nothing(size: int) -> None:
    samples, limiter = material("noise"), TruePeakLimiter(RATE, -1.5)
    blocks = [limiter(samples[start : start + size]) for start in range(0, len(samples), size)]
    limited = np.concatenate([*blocks, limiter(np.zeros(0, np.float32), last=True)])
    assert len(limited) == len(samples)
    assert true_peak_dbtp(limited) <= -1.4
    assert np.abs(limited - TruePeakLimiter(RATE, -1.5)(samples, last=True)).max() < 0.02


def test_what_is_under_the_ceiling_is_not_touched() -> None:
    samples = material("noise") * np.float32(0.1)
    assert (TruePeakLimiter(RATE, -1.5)(samples, last=True) == samples).all()


def test_only_the_surroundings_of_a_peak_are_lowered() -> None:
    samples = np.full(RATE, 0.1, np.float32)
    samples[RATE // 2] = 2.0
    limited = TruePeakLimiter(RATE, -1.5)(samples, last=True)
    lowered = np.flatnonzero(limited < samples)
    assert lowered.min() > RATE // 2 - 0.013 * RATE
    assert lowered.max() < RATE // 2 + 0.013 * RATE
