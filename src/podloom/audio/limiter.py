"""Look-ahead true-peak limiter for a stream of mono blocks: never over the ceiling, length unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from podloom.audio.peaks import NEAR, Gaps
from podloom.audio.samples import Samples

LOOK_AHEAD_S = 0.006


class TruePeakLimiter:
    """Call it with blocks; the output lags by two look-aheads until `last=True` flushes it."""

    def __init__(self, sample_rate: int, ceiling_dbtp: float) -> None:
        self.ceiling = 10 ** (ceiling_dbtp / 20)
        self._look = int(LOOK_AHEAD_S * sample_rate)
        self._gaps = Gaps()
        window = np.hanning(self._look + 2)[1:-1]
        self._window = (window / window.sum()).astype(np.float32)
        self._past: Samples = np.zeros(2 * self._look, np.float32)
        self._pending: Samples = np.zeros(0, np.float32)

    def __call__(self, block: Samples, *, last: bool = False) -> Samples:
        """The next limited samples."""
        edge = 2 * self._look  # a gain depends on 1.5 look-aheads on each side
        tail = [np.zeros(edge, np.float32)] if last else []
        signal = np.concatenate([self._past, self._pending, block, *tail])
        ready = len(signal) - 2 * edge
        if ready <= 0:
            self._pending = signal[edge:].copy()
            return block[:0]
        self._past = signal[ready : ready + edge].copy()
        self._pending = signal[edge + ready :].copy()
        needed = self._needed_gain(signal)
        out = signal[edge : edge + ready]
        return out if needed is None else out * self._smooth(needed)[edge : edge + ready]

    def _needed_gain(self, signal: Samples) -> Samples | None:
        """Gain per sample that brings its true peak to the ceiling; None when nothing is over."""
        peaks = np.abs(signal)
        if peaks.max() < self.ceiling * NEAR:
            return None
        for places, between in self._gaps.beside(signal, peaks >= self.ceiling * NEAR):
            # Of both samples that the gap lies between.
            peaks[places] = np.maximum(peaks[places], between)
            peaks[places + 1] = np.maximum(peaks[places + 1], between)
        over = np.flatnonzero(peaks > self.ceiling)
        if not len(over):
            return None
        needed = np.ones(len(signal), np.float32)
        needed[over] = self.ceiling / peaks[over]
        return needed

    def _smooth(self, needed: Samples) -> Samples:
        """Minimum over the look-ahead, then a raised-cosine average: the gain is down before the peak."""
        look = self._look
        gain = np.ones(len(needed), np.float32)
        for start, end in _clusters(np.flatnonzero(needed < 1), 4 * look + 2):
            low, high = max(0, start - 2 * look), min(len(needed), end + 2 * look + 1)
            lowest = _lowest_near(needed[low:high], 2 * look + 1)
            # Padded with its edge values: outside the signal nothing changes any more.
            padded = np.pad(lowest, (look // 2, len(self._window) - 1 - look // 2), mode="edge")
            gain[low:high] = np.convolve(padded, self._window, "valid")
        return gain


def _lowest_near(values: Samples, size: int) -> Samples:
    """Minimum of the `size` values around each, by blocks (van Herk 1992; Gil and Werman 1993)."""
    padded = np.pad(values, size // 2, mode="edge")
    blocks = np.pad(padded, (0, -len(padded) % size), mode="edge").reshape(-1, size)
    from_left = np.minimum.accumulate(blocks, axis=1).ravel()
    from_right = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    lowest: Samples = np.minimum(from_right[: len(values)], from_left[size - 1 : size - 1 + len(values)])
    return lowest


def _clusters(index: NDArray[np.intp], apart: int) -> Iterator[tuple[int, int]]:
    """(first, last) of groups of indices; peaks that are far apart are treated apart, which is cheaper."""
    if len(index):
        cuts = np.flatnonzero(np.diff(index) > apart)
        firsts, lasts = np.r_[index[:1], index[cuts + 1]], np.r_[index[cuts], index[-1:]]
        yield from zip(firsts.tolist(), lasts.tolist(), strict=True)
