"""Streaming loudness meter (ITU-R BS.1770-4): K-weighted energies per 100 ms, gated afterwards.

The energies are kept, not only the result: they scale with gain squared, so the loudness after a change of
gain is known without touching audio again. A mono programme is measured as ONE channel and reads
`DUAL_MONO_LU` lower than it is heard, since both loudspeakers play it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from podloom.audio.samples import Samples

Energies = NDArray[np.float64]
"""Mean squares per 100 ms."""

HOP_S = 0.1
DUAL_MONO_LU = 10 * math.log10(2)
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
BLOCK_HOPS = 4


class HopMeans:
    """Means of a stream per 100 ms, whatever the lengths of the blocks it arrives in."""

    def __init__(self, sample_rate: int) -> None:
        self._hop = round(sample_rate * HOP_S)
        self._rest: Energies = np.zeros(0)
        self._parts: list[Energies] = []

    def add(self, values: Energies) -> None:
        """Go on with the stream."""
        stream = np.concatenate([self._rest, values])
        whole = len(stream) // self._hop * self._hop
        self._parts.append(stream[:whole].reshape(-1, self._hop).mean(axis=1))
        self._rest = stream[whole:].copy()

    def values(self) -> Energies:
        """All whole hops so far."""
        self._parts = [np.concatenate(self._parts)] if self._parts else []
        return self._parts[0] if self._parts else np.zeros(0)

    def close(self) -> Energies:
        """All hops, the last one with what there is of it."""
        if len(self._rest):
            self._parts.append(np.array([self._rest.mean()]))
            self._rest = np.zeros(0)
        return self.values()


class LoudnessMeter:
    """Feed blocks of any length; read the loudness at any time."""

    def __init__(self, sample_rate: int) -> None:
        self._sections = k_weighting(sample_rate)
        self._state = np.zeros((2, 2))
        self._means = HopMeans(sample_rate)

    def add(self, block: Samples) -> None:
        """Go on with the stream."""
        if len(block):
            weighted, self._state = sosfilt(self._sections, block.astype(np.float64), zi=self._state)
            self._means.add(np.square(weighted))

    def energies(self) -> Energies:
        """K-weighted mean squares of all whole hops so far."""
        return self._means.values()

    def integrated_lufs(self) -> float:
        """Gated, as one channel."""
        return gated_loudness(self.energies())


def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The two BS.1770 filters (head shelf, high pass) as second-order sections for any sample rate."""
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    quality, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle, norm = high**0.4996667741545416, 1 + k / quality + k * k
    shelf = [
        (high + middle * k / quality + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - middle * k / quality + k * k) / norm,
        *(1, 2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm),
    ]
    k, quality = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    norm = 1 + k / quality + k * k
    high_pass = [1, -2, 1, 1, 2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm]
    return np.array([shelf, high_pass])


def gated_loudness(energies: Energies) -> float:
    """Integrated LUFS of 400 ms blocks with 75 % overlap, -inf for silence."""
    if len(energies) < BLOCK_HOPS:
        return -math.inf
    blocks = np.convolve(energies, np.full(BLOCK_HOPS, 1 / BLOCK_HOPS), "valid")
    blocks = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
    if not len(blocks):
        return -math.inf
    relative_gate = float(blocks.mean()) * 10 ** (RELATIVE_GATE_LU / 10)
    return -0.691 + 10 * math.log10(float(blocks[blocks > relative_gate].mean()))


def clip_energies(samples: Samples, sample_rate: int) -> Energies:
    """Of one clip; padded, so that 0.1 s of speech has a loudness too."""
    meter = LoudnessMeter(sample_rate)
    meter.add(np.pad(samples, (0, round(BLOCK_HOPS * HOP_S * sample_rate))))
    return meter.energies()


def loudness_of(samples: Samples, sample_rate: int) -> float:
    """Integrated LUFS of one sound, as one channel."""
    meter = LoudnessMeter(sample_rate)
    meter.add(samples)
    return meter.integrated_lufs()


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
