"""Streaming loudness meter (ITU-R BS.1770-4): K-weighted energies per 100 ms, gated afterwards.

The energies are kept, not only the result: they scale with gain squared, so the loudness after a change of
gain is known without touching audio again. A mono programme is measured as ONE channel and reads
`DUAL_MONO_LU` lower than it is heard, since both loudspeakers play it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyebur128 import MeasurementMode, R128State, get_loudness_window

from podloom.audio.samples import Samples

Energies = NDArray[np.float64]
"""Mean squares per 100 ms."""

HOP_S = 0.1
DUAL_MONO_LU = 10 * math.log10(2)
OFFSET_LU = -0.691
"""Of a mean square of 1, so that a sine of 997 Hz reads what it is."""
ABSOLUTE_GATE = 10 ** ((-70 - OFFSET_LU) / 10)
"""Mean square at -70 LUFS."""
RELATIVE_GATE_LU = -10.0
BLOCK_HOPS = 4


class Hops:
    """Cuts a stream into pieces of 100 ms, whatever the lengths of the blocks it arrives in."""

    def __init__(self, sample_rate: int) -> None:
        self._hop = round(sample_rate * HOP_S)
        self.rest: NDArray[Any] = np.zeros(0, np.float32)
        """What is no whole piece yet."""

    def add(self, values: NDArray[Any]) -> NDArray[Any]:
        """Go on with the stream: the pieces that are whole now, shape (pieces, values of each)."""
        stream = np.concatenate([self.rest, values])
        whole = len(stream) // self._hop * self._hop
        self.rest = stream[whole:].copy()
        return stream[:whole].reshape(-1, self._hop)

    def close(self) -> NDArray[Any]:
        """What is left at the end of the stream, as one short piece, or none."""
        rest, self.rest = self.rest, self.rest[:0]
        return rest.reshape(-1, max(1, len(rest)))


class HopPowers:
    """Mean squares of a stream that was cut into hops."""

    def __init__(self) -> None:
        self._parts: list[Energies] = []

    def add(self, hops: NDArray[np.float32]) -> None:
        """Go on with the stream; shape (hops, samples of each)."""
        # Single precision is faster, and exact enough for the sum of 100 ms.
        self._parts.append(np.vecdot(hops, hops) / np.float64(hops.shape[1]))

    def values(self) -> Energies:
        """Of all hops so far."""
        self._parts = [np.concatenate(self._parts)] if self._parts else []
        return self._parts[0] if self._parts else np.zeros(0)


class LoudnessMeter:
    """Feed blocks of any length; read the loudness at any time. libebur128 does the filtering."""

    def __init__(self, sample_rate: int) -> None:
        self._hops = Hops(sample_rate)
        self._filter = R128State(1, sample_rate, MeasurementMode.MODE_M)
        self._energies: Energies = np.zeros(0)
        self._blocks: Energies = np.zeros(0)
        """Means of 400 ms, one each 100 ms: kept, as the loudness is read again and again while they come."""

    def add(self, block: Samples) -> None:
        """Go on with the stream."""
        self.add_hops(self._hops.add(block))

    def add_hops(self, hops: NDArray[np.float32]) -> None:
        """Go on with a stream that somebody else has cut; shape (hops, samples of each)."""
        energies = _energy(np.array([self._level(hop) for hop in hops]))
        lead = self._energies[max(0, len(self._energies) - BLOCK_HOPS + 1) :]
        self._energies = np.concatenate([self._energies, energies])
        self._blocks = np.concatenate([self._blocks, _blocks(np.concatenate([lead, energies]))])

    def energies(self) -> Energies:
        """K-weighted mean squares of all whole hops so far."""
        return self._energies

    def _level(self, hop: Samples) -> float:
        self._filter.add_frames(hop, len(hop))
        return float(get_loudness_window(self._filter, round(HOP_S * 1000)))

    def integrated_lufs(self) -> float:
        """Gated, as one channel."""
        return _gated(self._blocks)


def gated_loudness(energies: Energies) -> float:
    """Integrated LUFS of 400 ms blocks with 75 % overlap, -inf for silence."""
    return _gated(_blocks(energies))


def _blocks(energies: Energies) -> Energies:
    if len(energies) < BLOCK_HOPS:
        return energies[:0]
    return np.convolve(energies, np.full(BLOCK_HOPS, 1 / BLOCK_HOPS), "valid")


def _gated(blocks: Energies) -> float:
    blocks = blocks[blocks > ABSOLUTE_GATE]
    if not len(blocks):
        return -math.inf
    relative_gate = float(blocks.mean()) * 10 ** (RELATIVE_GATE_LU / 10)
    return OFFSET_LU + 10 * math.log10(float(blocks[blocks > relative_gate].mean()))


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


def _energy(lufs: Energies) -> Energies:
    return np.asarray(10 ** ((lufs - OFFSET_LU) / 10), dtype=np.float64)
