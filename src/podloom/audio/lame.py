"""MP3 frames by LAME, without Info frame and tags: `files.finish_mp3` puts both in front."""

from __future__ import annotations

from pathlib import Path

import lameenc
import numpy as np

from podloom.audio.samples import SAMPLE_RATE, Frames

QUALITY = 3
"""17 CPU seconds for an hour; 2 costs 28 and 7 costs 9."""


class Mp3Sink:
    """Constant bit rate, mono.

    LAME scales its input by 0.95 (0.97 from 192 kbit/s), so that -16.0 LUFS came out as -16.4: undone here.
    """

    def __init__(self, path: Path, kbps: int) -> None:
        self._file = path.open("wb")
        self._gain = 1 / 0.95 if kbps < 192 else 1 / 0.97
        self._encoder = lameenc.Encoder()
        self._encoder.set_bit_rate(kbps)
        self._encoder.set_in_sample_rate(SAMPLE_RATE)
        self._encoder.set_out_sample_rate(SAMPLE_RATE)  # LAME lowers it by itself for some bit rates
        self._encoder.set_channels(1)
        self._encoder.set_quality(QUALITY)
        self._encoder.silence()

    def write(self, frames: Frames) -> None:
        """Encode the next frames."""
        louder = np.clip(np.rint(frames * self._gain), -32768, 32767).astype(np.int16)
        self._file.write(self._encoder.encode(louder.tobytes()))

    def close(self) -> None:
        """Write the encoder's rest."""
        self._file.write(self._encoder.flush())
        self._file.close()

    def abort(self) -> None:
        """Close the file as it is."""
        self._file.close()
