"""Clips that were made a moment ago: the mixer wants most of them soon, and need not decode them again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT_BYTES = 16 * 2**20
"""For all episodes of a process: 5 minutes of speech at 24 kHz."""


class Recent:
    """Samples by the name of their clip, the oldest forgotten first; for any thread."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._clips: OrderedDict[str, tuple[NDArray[np.int16], int]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, name: str, pcm: NDArray[np.int16], sample_rate: int) -> None:
        """Remember a clip."""
        with self._lock:
            self._drop(name)
            self._clips[name] = pcm, sample_rate
            self._bytes += pcm.nbytes
            while self._bytes > self._limit_bytes:
                self._drop(next(iter(self._clips)))

    def take(self, name: str) -> tuple[NDArray[np.int16], int] | None:
        """A clip's samples and their rate, once: who mixes it has it then."""
        with self._lock:
            clip = self._clips.get(name)
            self._drop(name)
            return clip

    def _drop(self, name: str) -> None:
        clip = self._clips.pop(name, None)
        if clip is not None:
            self._bytes -= clip[0].nbytes
