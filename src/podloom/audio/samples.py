"""One clip of speech: cut its silence, fade its ends, bring it to the rate of the programme."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono audio, shape (frames,), nominally within -1 to 1."""
Frames = NDArray[np.int16]
"""Mono audio as the encoders take it, shape (frames,)."""

SAMPLE_RATE = 44_100
"""Of the programme: what directories recommend, whatever the engines deliver."""
HOP_S = 0.01
KEEP_S = 0.03
FADE_S = 0.005
SILENT_DBFS = -55.0
"""A clip whose loudest 10 ms stay below this holds no speech."""
GATE_DB = -42.0
"""Below the loudest 10 ms; relative, so that a quiet voice keeps its soft endings."""


def trim(samples: Samples, sample_rate: int) -> Samples:
    """Cut silence at both ends (some engines add a second to every clip); empty when all is silence."""
    hop = max(1, int(sample_rate * HOP_S))
    whole = np.pad(samples, (0, -len(samples) % hop)).reshape(-1, hop)
    rms = np.sqrt(np.mean(np.square(whole, dtype=np.float64), axis=1))
    loudest = float(rms.max(initial=0.0))
    if loudest < 10 ** (SILENT_DBFS / 20):
        return samples[:0]
    loud = np.flatnonzero(rms > loudest * 10 ** (GATE_DB / 20))
    keep = int(KEEP_S * sample_rate)
    return samples[max(0, int(loud[0]) * hop - keep) : (int(loud[-1]) + 1) * hop + keep]


def fade_ends(samples: Samples, sample_rate: int, fade_s: float = FADE_S) -> Samples:
    """A copy that begins and ends at zero."""
    faded = samples.astype(np.float32)
    length = max(1, min(len(faded) // 2, int(fade_s * sample_rate)))
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded


def to_rate(samples: Samples, sample_rate: int) -> Samples:
    """At the rate of the programme."""
    if sample_rate == SAMPLE_RATE:
        return samples
    resampled: Samples = soxr.resample(samples, sample_rate, SAMPLE_RATE, quality="HQ").astype(np.float32)
    return resampled


def gain_factor(gain_db: float) -> np.float32:
    """The factor for a gain in decibels, in the type of the samples."""
    return np.float32(10 ** (gain_db / 20))
