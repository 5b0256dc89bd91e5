"""From the timeline to the encoders: programme gain, true-peak limiter, dither.

Clips and music are levelled before they come here; what is left is what mixing does to the whole: music
pulls a short episode down, limiting takes some of a dynamic voice. `settle` chooses the gain at which the
opening, limited as it will be, has the target loudness: exact when the episode is no longer than that. From
then on the gain leans slowly against what the loudness so far misses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from podloom.audio.dither import Dither
from podloom.audio.limiter import TruePeakLimiter
from podloom.audio.loudness import DUAL_MONO_LU, HopPowers, Hops, LoudnessMeter
from podloom.audio.samples import SAMPLE_RATE, Samples, gain_factor
from podloom.audio.sinks import Sink
from podloom.settings import AudioSettings

SETTLE_TRIALS = 5
SETTLE_LIMIT_DB = 10.0
CLOSE_LU = 0.03
LEAN = 3.0
"""Decibels of gain for one LU missed; more would pump, less would drift."""
LEAN_LIMIT_DB = 3.0
LEAN_DB_PER_S = 0.04
BLOCK = 5 * SAMPLE_RATE
"""Frames: shorter blocks cost more in waiting for the interpreter than in computing."""


class Master:
    """Takes the programme in blocks; the sinks get int16 at the programme's rate."""

    def __init__(self, sinks: Sequence[Sink], settings: AudioSettings, seed: int) -> None:
        self.frames = 0
        """Given to the sinks so far."""
        self._sinks = sinks
        self._ceiling_dbtp = settings.ceiling_dbtp
        self._target = settings.loudness_lufs - DUAL_MONO_LU
        self._limiter = TruePeakLimiter(SAMPLE_RATE, settings.ceiling_dbtp)
        self._hops = Hops(SAMPLE_RATE)
        self._meter, self._powers = LoudnessMeter(SAMPLE_RATE), HopPowers()
        self._dither = Dither(seed)
        self._settled_db = self._gain_db = self._aim_db = 0.0

    def settle(self, opening: Samples) -> None:
        """Choose the programme's gain from its beginning, before any of it is written."""
        for _ in range(SETTLE_TRIALS):
            miss = self._target - self._loudness_at(self._gain_db, opening)
            if not math.isfinite(miss) or abs(miss) < CLOSE_LU:
                break
            self._gain_db = _within(self._gain_db + miss, SETTLE_LIMIT_DB)
        self._settled_db = self._aim_db = self._gain_db

    def _loudness_at(self, gain_db: float, opening: Samples) -> float:
        """Block by block: copies of a minute of audio are what many episodes at once have no memory for."""
        limiter, meter = TruePeakLimiter(SAMPLE_RATE, self._ceiling_dbtp), LoudnessMeter(SAMPLE_RATE)
        for start in range(0, len(opening), BLOCK):
            meter.add(limiter(opening[start : start + BLOCK] * gain_factor(gain_db)))
        meter.add(limiter(opening[:0], last=True))
        return meter.integrated_lufs()

    def write(self, programme: Samples, *, last: bool = False) -> None:
        """Master and encode, some seconds at a time."""
        blocks = [programme[start : start + BLOCK] for start in range(0, len(programme), BLOCK)] or [
            programme
        ]
        for index, block in enumerate(blocks):
            louder = block * self._next_gain(len(block))
            self._give(self._limiter(louder, last=last and index == len(blocks) - 1))

    def levels(self) -> tuple[float, ...]:
        """RMS per 100 ms of everything written."""
        self._powers.add(self._hops.close())
        return tuple(round(float(value), 4) for value in np.sqrt(self._powers.values()))

    def _next_gain(self, frames: int) -> Samples | np.float32:
        """Factor per frame, moving slowly to where it should be, or one for all."""
        miss = self._target - self._meter.integrated_lufs()
        if math.isfinite(miss):
            self._aim_db = self._settled_db + _within(LEAN * miss, LEAN_LIMIT_DB)
        before, way_db = gain_factor(self._gain_db), self._aim_db - self._gain_db
        self._gain_db += _within(way_db, LEAN_DB_PER_S * frames / SAMPLE_RATE)
        after = gain_factor(self._gain_db)
        if before == after:
            return after
        moving = min(frames, math.ceil(abs(way_db) / LEAN_DB_PER_S * SAMPLE_RATE))
        factors = np.full(frames, after)
        factors[:moving] = np.linspace(before, after, moving)  # so small a step needs no decibels
        return factors

    def _give(self, block: Samples) -> None:
        if not len(block):
            return
        hops = self._hops.add(block)
        self._meter.add_hops(hops)
        self._powers.add(hops)
        frames = self._dither(block)
        self.frames += len(frames)
        for sink in self._sinks:
            sink.write(frames)


def _within(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
