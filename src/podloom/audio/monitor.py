"""Confidence monitoring: what the MP3 encoder has written is decoded and measured while it writes on.

Measuring the finished file gives the same figures, and keeps a run waiting: 0.7 s after nine minutes of
audio. The stream is decoded in pieces; each begins with what its first frame needs of those before it, so
that the samples are those of one decoding from the beginning.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO

import numpy as np
import soundfile

from podloom.audio import mpeg
from podloom.audio.id3 import DECODER_DELAY, ENCODER_DELAY, FRAME
from podloom.audio.measure import Meter
from podloom.audio.samples import SAMPLE_RATE, Samples
from podloom.domain import Measurement
from podloom.errors import AudioError

DELAY = ENCODER_DELAY + DECODER_DELAY
"""Samples before the sound begins."""
PIECE = 6 * SAMPLE_RATE // FRAME
"""Frames; few, because every episode that is being made decodes one at a time."""
OVERLAP = 4
"""Frames that are decoded again: the transform of a frame overlaps the one before."""
PADDING = 4 * FRAME
"""Samples: more than the encoder adds at the end."""


class Mp3Monitor:
    """Takes the bytes of one MP3 file from its first; mono, at the programme's rate."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="monitor")
        self._pieces: list[Future[None]] = []
        self._meter = Meter(SAMPLE_RATE, 1)
        self._rest = b""
        self._frames: list[bytes] = []
        self._before: list[bytes] = []
        self._held: Samples = np.zeros(0, np.float32)
        """Decoded, and perhaps no part of the programme."""
        self._heard = -DELAY

    def hear(self, encoded: bytes) -> None:
        """Take what the encoder made; returns at once."""
        frames, self._rest = mpeg.split_frames(self._rest + encoded)
        self._frames += frames
        if len(self._frames) >= PIECE:
            self._send()

    def close(self, frames: int) -> Measurement:
        """Of a programme of so many frames, when the encoder is done.

        Raises:
            AudioError: The stream cannot be decoded.
        """
        self._send()
        with self._executor:
            for piece in self._pieces:
                piece.result()
        self._measure(self._held[: frames - self._heard])
        return self._meter.close()

    def abort(self) -> None:
        """Stop; may be called twice."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _send(self) -> None:
        frames, self._frames = self._frames, []
        if frames:
            before = self._before
            self._before = (before + frames)[-(mpeg.LOOK_BACK + OVERLAP) :]
            self._pieces.append(self._executor.submit(self._decode, before, frames))

    def _decode(self, before: list[bytes], frames: list[bytes]) -> None:
        again = before[-OVERLAP:]
        lead = mpeg.lead_in(before[:-OVERLAP], again[0]) if again else []
        try:
            samples, _ = soundfile.read(BytesIO(b"".join([*lead, *again, *frames])), dtype="float32")
        except soundfile.LibsndfileError as error:
            raise AudioError(
                f"the MP3 file that was written cannot be decoded: {error}; run it again"
            ) from error
        if len(samples) < len(frames) * FRAME:
            lost = len(frames) * FRAME - len(samples)
            raise AudioError(
                f"{lost} samples of the MP3 file that was written cannot be decoded; run it again"
            )
        held = np.concatenate([self._held, samples[len(samples) - len(frames) * FRAME :]])
        if self._heard < 0:
            held, self._heard = held[DELAY:], 0
        ready = max(0, len(held) - PADDING)
        self._measure(held[:ready])
        self._held = held[ready:].copy()  # a view would keep all of it

    def _measure(self, samples: Samples) -> None:
        self._heard += len(samples)
        if len(samples):
            self._meter.add(samples[:, np.newaxis])
