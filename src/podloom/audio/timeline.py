"""The programme before mastering: clips and music added up on one line of time, given away in order."""

from __future__ import annotations

import numpy as np

from podloom.audio.samples import Samples


class Timeline:
    """Adds sounds at any place that has not been taken yet; float32, so nothing clips here."""

    def __init__(self) -> None:
        self.taken = 0
        """Frames that were given away; what comes later cannot begin before."""
        self._buffer: Samples = np.zeros(0, np.float32)

    @property
    def end(self) -> int:
        """The frame after the last sound."""
        return self.taken + len(self._buffer)

    @property
    def held(self) -> int:
        """Frames in memory."""
        return len(self._buffer)

    def add(self, at: int, sound: Samples) -> None:
        """Mix a sound in, beginning at frame `at`."""
        offset = at - self.taken
        if offset < 0:
            raise ValueError(f"frame {at} was already given away, {self.taken} frames are")
        missing = offset + len(sound) - len(self._buffer)
        if missing > 0:
            self._buffer = np.concatenate([self._buffer, np.zeros(missing, np.float32)])
        self._buffer[offset : offset + len(sound)] += sound

    def peek(self) -> Samples:
        """Everything that is held."""
        return self._buffer

    def take(self, frames: int) -> Samples:
        """The next frames; silence where nothing was added yet."""
        block = self._buffer[:frames]
        self._buffer = self._buffer[frames:].copy()
        self.taken += frames
        return np.pad(block, (0, frames - len(block)))
