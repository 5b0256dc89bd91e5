"""Pitch and timbre of a voice, measured from a sentence it has spoken; units as in tts/likeness.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podloom.tts.engine import Audio, Samples

FRAME_S = 0.04
HOP_S = 0.01
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
"""Of voices."""
PERIODIC = 0.5
"""Correlation with itself a period later from which a frame counts as voiced."""
QUIET_DB = 25.0
"""So far below the loudest frame is silence."""
BANDS, BAND_LOW_HZ, BAND_HIGH_HZ = 26, 80.0, 8000.0
COEFFICIENTS = 12

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """What was measured of a voice."""

    pitch_hz: float | None
    """Median of the frames with a voice; None where there are none."""
    timbre: tuple[float, ...]
    """Mean mel-cepstral coefficients C1 to C12, in dB."""


def measure(audio: Audio) -> Measured:
    """Of a sentence or more."""
    frames = _frames(audio.samples, audio.sample_rate)
    power = np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]), axis=1)) ** 2
    energy = 10 * np.log10(power.sum(axis=1) + 1e-12)
    loud = energy > energy.max() - QUIET_DB
    return Measured(_pitch(frames[loud], audio.sample_rate), _timbre(power[loud], audio.sample_rate))


def _frames(samples: Samples, rate: int) -> _Floats:
    size, hop = round(FRAME_S * rate), round(HOP_S * rate)
    padded = np.pad(samples.astype(np.float64), (0, max(0, size - len(samples))))
    return np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]


def _pitch(frames: _Floats, rate: int) -> float | None:
    """Median over frames of the lag at which they resemble themselves most."""
    centred = frames - frames.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * frames.shape[1], axis=1)
    same = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, : frames.shape[1]]
    overlap = 1 - np.arange(frames.shape[1]) / frames.shape[1]
    same = same / (same[:, :1] + 1e-12) / overlap
    first, last = int(rate / HIGHEST_HZ), int(rate / LOWEST_HZ)
    lags = same[:, first : last + 1]
    best = lags.argmax(axis=1)
    # A multiple of the period fits as well as the period: the shortest lag that is nearly as good counts.
    near = (lags > 0.9 * lags.max(axis=1, keepdims=True)) & _peaks(lags)
    best = np.where(near.any(axis=1), near.argmax(axis=1), best)
    voiced = lags.max(axis=1) > PERIODIC
    return float(np.median(rate / (best[voiced] + first))) if voiced.any() else None


def _peaks(lags: _Floats) -> NDArray[np.bool_]:
    padded = np.pad(lags, ((0, 0), (1, 1)), constant_values=-np.inf)
    return np.asarray((lags >= padded[:, :-2]) & (lags >= padded[:, 2:]), dtype=np.bool_)


def _timbre(power: _Floats, rate: int) -> tuple[float, ...]:
    bands = 10 * np.log10(power @ _mel_filters(power.shape[1], rate).T + 1e-10)
    places = np.arange(BANDS) + 0.5
    waves = np.cos(np.pi / BANDS * np.outer(np.arange(1, COEFFICIENTS + 1), places))
    return tuple(float(value) for value in (bands @ waves.T).mean(axis=0) * np.sqrt(2 / BANDS))


def _mel_filters(bins: int, rate: int) -> _Floats:
    """Triangles, evenly spaced in mel, shape (bands, bins)."""
    mel = np.linspace(_mel(BAND_LOW_HZ), _mel(min(BAND_HIGH_HZ, rate / 2)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.linspace(0, rate / 2, bins)
    rise = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.clip(np.minimum(rise, fall), 0, None))


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))
