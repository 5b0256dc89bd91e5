"""Look-ahead true-peak limiter for a stream of mono blocks: never over the ceiling, length unchanged.

Oversampled peaks are computed only in runs that come near the ceiling; computing them everywhere costs
five times more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d
from scipy.signal import firwin, upfirdn

from podloom.audio.samples import Samples

LOOK_AHEAD_S = 0.006
RUN = 512
"""Samples: grain of the search for runs near the ceiling."""
NEAR = 0.75
"""Of the ceiling: below this no peak between two samples reaches it."""
MARGIN = 32
"""Samples on both sides of a run, for the oversampling filter."""
OVERSAMPLING = 4
TAPS = 49


class TruePeakLimiter:
    """Call it with blocks; the output lags by two look-aheads until `last=True` flushes it."""

    def __init__(self, sample_rate: int, ceiling_dbtp: float) -> None:
        self.ceiling = 10 ** (ceiling_dbtp / 20)
        self._look = int(LOOK_AHEAD_S * sample_rate)
        self._fir = (firwin(TAPS, 1 / OVERSAMPLING) * OVERSAMPLING).astype(np.float32)
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
        hot = np.maximum.reduceat(peaks, np.arange(0, len(peaks), RUN)) > self.ceiling * NEAR
        needed: Samples | None = None
        for start, end in _runs(hot):
            low, high = max(0, start * RUN - MARGIN), min(len(signal), end * RUN + MARGIN)
            peak = self._true_peaks(signal[low:high], peaks[low:high])
            if not (peak > self.ceiling).any():
                continue
            if needed is None:
                needed = np.ones(len(signal), np.float32)
            gain = (self.ceiling / np.maximum(peak, self.ceiling)).astype(np.float32)
            needed[low:high] = np.minimum(needed[low:high], gain)
        return needed

    def _true_peaks(self, run: Samples, sample_peaks: Samples) -> Samples:
        """The larger of a sample's own peak and of those between it and its neighbours."""
        peak, half = sample_peaks.copy(), TAPS // 2
        up = np.abs(upfirdn(self._fir, run, OVERSAMPLING)[half : half + OVERSAMPLING * len(run)])
        for phase in range(1, OVERSAMPLING):
            between = up[phase::OVERSAMPLING]
            peak = np.maximum(peak, between)
            peak[1:] = np.maximum(peak[1:], between[:-1])
        return peak

    def _smooth(self, needed: Samples) -> Samples:
        """Minimum over the look-ahead, then a raised-cosine average: the gain is down before the peak."""
        look = self._look
        gain = np.ones(len(needed), np.float32)
        for start, end in _clusters(np.flatnonzero(needed < 1), 4 * look + 2):
            low, high = max(0, start - 2 * look), min(len(needed), end + 2 * look + 1)
            lowest = minimum_filter1d(needed[low:high], 2 * look + 1, mode="nearest")
            # Padded with its edge values: outside the signal nothing changes any more.
            padded = np.pad(lowest, (look // 2, len(self._window) - 1 - look // 2), mode="edge")
            gain[low:high] = np.convolve(padded, self._window, "valid")
        return gain


def _runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """(start, end) of every run of True."""
    change = np.diff(np.concatenate([[0], mask.view(np.int8), [0]]))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    yield from zip(starts.tolist(), ends.tolist(), strict=True)


def _clusters(index: NDArray[np.intp], apart: int) -> Iterator[tuple[int, int]]:
    """(first, last) of groups of indices; peaks that are far apart are treated apart, which is cheaper."""
    if len(index):
        cuts = np.flatnonzero(np.diff(index) > apart)
        firsts, lasts = np.r_[index[:1], index[cuts + 1]], np.r_[index[cuts], index[-1:]]
        yield from zip(firsts.tolist(), lasts.tolist(), strict=True)
