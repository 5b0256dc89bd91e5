"""Sound from a server's bytes while they come: raw PCM, or WAV of a length that is not known yet."""

from __future__ import annotations

import struct

import numpy as np

from podloom.tts.engine import Audio
from podloom.tts.wave import COMPRESSED, PCM_RATE, read_audio

SHORTEST_S = 0.1
"""Parts are at least as long: a listener hears no difference, and each part costs."""
_HEADER = 4096
"""Bytes within which a WAV's sound begins."""


class SoundStream:
    """Turns chunks of bytes, cut anywhere, into parts of mono audio; raw PCM was asked for."""

    def __init__(self, content_type: str) -> None:
        self._content_type = content_type
        self._waiting = b""
        self._rate = 0
        """Of 16-bit samples, mono; 0 until it is known."""
        self._whole = not content_type.startswith(("audio/", "application/octet-stream"))
        """Whether it can only be read when all of it is there."""

    def read(self, chunk: bytes) -> Audio | None:
        """The next part, if enough is there for one."""
        self._waiting += chunk
        if not (self._whole or self._rate) and len(self._waiting) >= 4:
            self._begin()
        if not self._rate or len(self._waiting) < SHORTEST_S * self._rate * 2:
            return None
        return self._part()

    def end(self) -> Audio | None:
        """What is left; None when nothing is.

        Raises:
            SpeechError: There is no sound in it.
        """
        if self._rate:
            return self._part() if len(self._waiting) > 1 else None
        return read_audio(self._waiting, self._content_type) if self._waiting else None

    def _begin(self) -> None:
        """See what it is; the header of a WAV is left behind."""
        if self._waiting.startswith(COMPRESSED):
            self._whole = True
        elif self._waiting[:4] != b"RIFF":
            self._rate = PCM_RATE
        elif 0 <= (at := self._waiting.find(b"data", 12, _HEADER)) <= len(self._waiting) - 8:
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", self._waiting, 20)
            usual = self._waiting[12:16] == b"fmt " and (kind, channels, bits) == (1, 1, 16)
            if usual:
                self._rate, self._waiting = rate, self._waiting[at + 8 :]
            self._whole = not usual
        else:
            self._whole = len(self._waiting) > _HEADER

    def _part(self) -> Audio:
        even = len(self._waiting) & ~1
        samples = np.frombuffer(self._waiting[:even], "<i2") / np.float32(2**15)
        self._waiting = self._waiting[even:]
        return Audio(np.asarray(samples, dtype=np.float32), self._rate)
