"""True peaks (ITU-R BS.1770-4, annex 2): the signal four times oversampled, only where it comes near.

Computing them everywhere costs five times more than the rest of a limiter or of a measurement.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from podloom.audio.samples import Samples

RUN = 512
"""Samples: grain of the search for runs near a level."""
METER_NEAR = 0.65
"""A peak between two samples is at most 3 dB higher than they are, but for contrived signals."""
GAPS_AT_ONCE = 1 << 16
MARGIN = 32
"""Samples on both sides of a run, for the oversampling filter."""
OVERSAMPLING = 4
TAPS = 49


class PeakFinder:
    """Finds where a signal's true peaks may come near a level."""

    def __init__(self, near: float) -> None:
        """Where no sample reaches `near` times the level, no peak between two samples reaches the level."""
        self._near = near
        self._between = _between()

    def runs(self, signal: Samples, level: float) -> Iterator[tuple[int, int, Samples]]:
        """Runs that may reach `level`, with a margin: (start, end, true peak of each sample)."""
        peaks = np.abs(signal)
        hot = np.maximum.reduceat(peaks, np.arange(0, len(peaks), RUN)) >= level * self._near
        for start, end in _stretches(hot):
            low, high = max(0, start * RUN - MARGIN), min(len(signal), end * RUN + MARGIN)
            yield low, high, self._true_peaks(signal[low:high], peaks[low:high])

    def _true_peaks(self, run: Samples, sample_peaks: Samples) -> Samples:
        """The larger of a sample's own peak and of those between it and its neighbours."""
        peak, half = sample_peaks.copy(), TAPS // 2 // OVERSAMPLING
        for taps in self._between:
            between = np.abs(np.convolve(run, taps)[half : half + len(run)])
            peak = np.maximum(peak, between)
            peak[1:] = np.maximum(peak[1:], between[:-1])
        return peak


class TruePeakMeter:
    """The highest true peak of a stream of mono blocks, whatever their lengths."""

    def __init__(self) -> None:
        # Reversed: what a filter does, as products of rows.
        self._between = np.stack([taps[::-1] for taps in _between()], axis=1)
        self._reach = len(self._between)
        self._past: Samples = np.zeros(self._reach, np.float32)
        self.highest = 0.0
        """So far, linear; the last samples count when the filter has heard what follows them."""

    def add(self, block: Samples) -> float:
        """Go on with the stream; returns the loudest of the samples themselves."""
        signal = np.concatenate([self._past, block])
        self._past = signal[len(signal) - self._reach :].copy()  # a view would keep all of it
        sizes = np.abs(signal)
        loudest = float(sizes.max())
        self.highest = max(self.highest, loudest)
        if self.highest:
            self._look_between(signal, sizes >= self.highest * METER_NEAR)
        return loudest

    def close(self) -> float:
        """The highest peak of all, linear."""
        self.add(np.zeros(self._reach, np.float32))
        return self.highest

    def _look_between(self, signal: Samples, high: NDArray[np.bool_]) -> None:
        """Into the gaps on both sides of high samples, but those that the filter does not reach around."""
        before = self._reach // 2 - 1
        gaps = (high[:-1] | high[1:])[before : len(signal) - self._reach + before + 1]
        for places in np.array_split(np.flatnonzero(gaps), 1 + len(gaps) // GAPS_AT_ONCE):
            rows = sliding_window_view(signal, self._reach)[places]
            self.highest = max(self.highest, float(np.abs(rows @ self._between).max(initial=0.0)))


def _between() -> list[Samples]:
    """Filters that give the samples between two, one for each place."""
    return [_low_pass()[phase::OVERSAMPLING] for phase in range(1, OVERSAMPLING)]


def _low_pass() -> Samples:
    """A windowed sinc at the higher rate; its gain makes up for the zeros between samples."""
    places = np.arange(TAPS) - TAPS // 2
    taps = np.sinc(places / OVERSAMPLING) * np.hamming(TAPS)
    low_pass: Samples = (taps / taps.sum() * OVERSAMPLING).astype(np.float32)
    return low_pass


def _stretches(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """(start, end) of every run of True."""
    change = np.diff(np.concatenate([[0], mask.view(np.int8), [0]]))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    yield from zip(starts.tolist(), ends.tolist(), strict=True)
