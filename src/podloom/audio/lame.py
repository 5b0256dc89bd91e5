"""MP3 frames by LAME, without Info frame and tags: `files.finish_mp3` puts both in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import lameenc
import numpy as np

from podloom.audio.samples import SAMPLE_RATE, Frames

SHAPED = 3
"""LAME's quality where bits are scarce: its noise is shaped by what masks it; 16 CPU seconds for an hour."""
PLAIN = 7
"""Where they are not: no shaping, 9 CPU seconds. At 128 kbit/s speech loses nothing by it: noise against
signal in critical bands is -35.3 dB on average (shaped: -34.9), -14.4 dB in the worst 5 % (-14.6)."""
PLENTY_KBPS = 128
Tap = Callable[[bytes], None]


class Mp3Sink:
    """Constant bit rate, mono.

    LAME scales its input by 0.95 (0.97 from 192 kbit/s), so that -16.0 LUFS came out as -16.4: undone here.
    """

    def __init__(self, path: Path, kbps: int, taps: Sequence[Tap] = ()) -> None:
        """`taps` get every byte that goes into the file, in the thread that encodes."""
        self._taps = taps
        self._file = path.open("wb")
        self._louder = _table(1 / 0.95 if kbps < 192 else 1 / 0.97)
        self._encoder = lameenc.Encoder()
        self._encoder.set_bit_rate(kbps)
        self._encoder.set_in_sample_rate(SAMPLE_RATE)
        self._encoder.set_out_sample_rate(SAMPLE_RATE)  # LAME lowers it by itself for some bit rates
        self._encoder.set_channels(1)
        self._encoder.set_quality(PLAIN if kbps >= PLENTY_KBPS else SHAPED)
        self._encoder.silence()

    def write(self, frames: Frames) -> None:
        """Encode the next frames."""
        self._put(self._encoder.encode(self._louder[frames.view(np.uint16)].tobytes()))

    def close(self) -> None:
        """Write the encoder's rest."""
        self._put(self._encoder.flush())
        self._file.close()

    def abort(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _put(self, encoded: bytes) -> None:
        self._file.write(encoded)
        for tap in self._taps:
            tap(bytes(encoded))


@cache
def _table(gain: float) -> Frames:
    """What each of the 65,536 values becomes, by its bits: cheaper than computing it for each sample."""
    values = np.arange(2**16, dtype=np.uint16).view(np.int16)
    table: Frames = np.clip(np.rint(values * gain), -32768, 32767).astype(np.int16)
    return table
