"""From the timeline to the encoders: programme gain, true-peak limiter, dither.

Clips and music are levelled before they come here; what is left is what mixing does to the whole: music
pulls a short episode down, limiting takes some of a dynamic voice. `settle` chooses the gain at which the
opening, limited as it will be, has the target loudness: exact when the episode is no longer than that. From
then on the gain leans slowly against what the loudness so far misses.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from podloom.audio.limiter import TruePeakLimiter
from podloom.audio.loudness import DUAL_MONO_LU, HopMeans, LoudnessMeter, loudness_of
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
LEAN_EVERY_S = 5


class Master:
    """Takes the programme in blocks; the sinks get int16 at the programme's rate."""

    def __init__(self, sinks: Sequence[Sink], settings: AudioSettings, seed: int) -> None:
        self.frames = 0
        """Given to the sinks so far."""
        self._sinks = sinks
        self._ceiling_dbtp = settings.ceiling_dbtp
        self._target = settings.loudness_lufs - DUAL_MONO_LU
        self._limiter = TruePeakLimiter(SAMPLE_RATE, settings.ceiling_dbtp)
        self._meter = LoudnessMeter(SAMPLE_RATE)
        self._powers = HopMeans(SAMPLE_RATE)
        self._noise = np.random.default_rng(seed)  # the same episode gives the same bytes
        self._settled_db = self._gain_db = self._aim_db = 0.0
        self._blocks = 0

    def settle(self, opening: Samples) -> None:
        """Choose the programme's gain from its beginning, before any of it is written."""
        for _ in range(SETTLE_TRIALS):
            limiter = TruePeakLimiter(SAMPLE_RATE, self._ceiling_dbtp)
            loudness = loudness_of(limiter(opening * gain_factor(self._gain_db), last=True), SAMPLE_RATE)
            miss = self._target - loudness
            if not math.isfinite(miss) or abs(miss) < CLOSE_LU:
                break
            self._gain_db = _within(self._gain_db + miss, SETTLE_LIMIT_DB)
        self._settled_db = self._aim_db = self._gain_db

    def write(self, programme: Samples, *, last: bool = False) -> None:
        """Master and encode, a second at a time."""
        blocks = list(_seconds(programme)) or [programme]
        for index, block in enumerate(blocks):
            louder = block * self._next_gain(len(block))
            self._give(self._limiter(louder, last=last and index == len(blocks) - 1))

    def levels(self) -> tuple[float, ...]:
        """RMS per 100 ms of everything written."""
        return tuple(round(float(value), 4) for value in np.sqrt(self._powers.close()))

    def _next_gain(self, frames: int) -> Samples:
        """Gain per frame, moving slowly to where it should be."""
        if self._blocks and self._blocks % LEAN_EVERY_S == 0:
            miss = self._target - self._meter.integrated_lufs()
            if math.isfinite(miss):
                self._aim_db = self._settled_db + _within(LEAN * miss, LEAN_LIMIT_DB)
        self._blocks += 1
        start_db = self._gain_db
        step = LEAN_DB_PER_S * frames / SAMPLE_RATE
        self._gain_db += _within(self._aim_db - start_db, step)
        ramp: Samples = (10 ** (np.linspace(start_db, self._gain_db, frames) / 20)).astype(np.float32)
        return ramp

    def _give(self, block: Samples) -> None:
        if not len(block):
            return
        self._meter.add(block)
        self._powers.add(np.square(block, dtype=np.float64))
        draw = self._noise.random
        noise = draw(block.shape, np.float32) - draw(block.shape, np.float32)  # triangular, one step
        frames = np.clip(np.rint(block * 32767 + noise), -32768, 32767).astype(np.int16)
        self.frames += len(frames)
        for sink in self._sinks:
            sink.write(frames)


def _seconds(programme: Samples) -> Iterator[Samples]:
    for start in range(0, len(programme), SAMPLE_RATE):
        yield programme[start : start + SAMPLE_RATE]


def _within(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
