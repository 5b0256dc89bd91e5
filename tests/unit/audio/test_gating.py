"""Loudness and range from energies against libebur128's own, which it gets from the samples."""

import math

import numpy as np
import pyebur128
import pytest
from pyebur128 import MeasurementMode

from podloom.audio.gating import integrated_lufs, range_lu
from podloom.audio.loudness import LoudnessMeter

RATE = 8_000


def programme(seed: int, length_s: float) -> np.ndarray:
    """Noise whose level changes five times a second, by up to 60 dB."""
    chance = np.random.default_rng(seed)
    levels = 10 ** chance.uniform(-3, 0, math.ceil(length_s * 5)).repeat(RATE // 5)
    return (0.2 * levels * chance.standard_normal(len(levels)))[: int(length_s * RATE)].astype(np.float32)


def energies(samples: np.ndarray) -> np.ndarray:
    meter = LoudnessMeter(RATE)
    meter.add(samples)
    return meter.energies()


@pytest.mark.parametrize("length_s", [0.35, 0.4, 2.9, 3.0, 3.95, 4.0, 61.7])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_are_those_of_libebur128(seed: int, length_s: float) -> None:
    samples = programme(seed, length_s)
    state = pyebur128.R128State(
        1, RATE, MeasurementMode.MODE_I | MeasurementMode.MODE_LRA | MeasurementMode.MODE_HISTOGRAM
    )
    state.add_frames(samples, len(samples))

    found = energies(samples)

    assert integrated_lufs(found) == pytest.approx(pyebur128.get_loudness_global(state), abs=1e-6)
    assert range_lu(found) == pytest.approx(pyebur128.get_loudness_range(state), abs=1e-6)


@pytest.mark.parametrize("level", [0.0, 1e-6])
def test_silence_has_no_loudness_and_no_range(level: float) -> None:
    found = energies(level * programme(1, 5))
    assert integrated_lufs(found) == -math.inf
    assert range_lu(found) == 0
