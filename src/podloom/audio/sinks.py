"""Encoders as sinks, each in a thread of its own; the encoding itself happens outside the GIL."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np

from podloom.audio.lame import Mp3Sink, Tap
from podloom.audio.limiter import TruePeakLimiter
from podloom.audio.samples import SAMPLE_RATE, Frames, gain_factor
from podloom.domain import OutputFormat
from podloom.settings import AudioSettings

FULL_SCALE = 32_768
QUEUE_DEPTH = 4
OPUS_CEILING_DBTP = -3.6
"""Opus at low rates adds up to 2.3 dB to peaks (noise bursts, 32 kbit/s), the other codecs up to 0.6."""
OPUS_MAKEUP_DB = 0.3
"""What that lower ceiling takes from the loudness of speech."""


class Sink(Protocol):
    """Takes the programme once, in order."""

    def write(self, frames: Frames) -> None:
        """Encode the next frames."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...

    def abort(self) -> None:
        """Let go of the file, finished or not; may be called after `close` and twice."""
        ...


class Threaded:
    """Runs a sink in its own thread behind a short queue; its errors surface at the next call."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._pending: deque[Future[None]] = deque()
        self._sound = True

    def write(self, frames: Frames) -> None:
        """Queue frames; waits when the encoder is far behind."""
        self._pending.append(self._executor.submit(self._encode, frames))
        while len(self._pending) > QUEUE_DEPTH or (self._pending and self._pending[0].done()):
            self._pending.popleft().result()

    def close(self) -> None:
        """Wait for the encoder."""
        while self._pending:
            self._pending.popleft().result()
        self._executor.submit(self._sink.close).result()
        self._executor.shutdown()

    def abort(self) -> None:
        """Drop what is queued, wait for what is running."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._pending.clear()
        self._sink.abort()

    def _encode(self, frames: Frames) -> None:
        """After an error the sink is left alone: writing on to a broken muxer crashes the process."""
        if self._sound:
            self._sound = False
            self._sink.write(frames)
            self._sound = True


class Ceiling:
    """A sink behind a limiter of its own, for a codec that adds more to peaks than the others."""

    def __init__(self, sink: Sink, ceiling_dbtp: float, makeup_db: float) -> None:
        self._sink = sink
        self._factor = gain_factor(makeup_db) / np.float32(FULL_SCALE)
        self._limiter = TruePeakLimiter(SAMPLE_RATE, ceiling_dbtp)

    def write(self, frames: Frames) -> None:
        """Limit and pass on."""
        self._limit(frames, last=False)

    def close(self) -> None:
        """Flush the limiter, close the sink."""
        self._limit(np.zeros(0, np.int16), last=True)
        self._sink.close()

    def abort(self) -> None:
        """Let go of the sink's file."""
        self._sink.abort()

    def _limit(self, frames: Frames, *, last: bool) -> None:
        limited = self._limiter(frames.astype(np.float32) * self._factor, last=last)
        self._sink.write(np.rint(limited * FULL_SCALE).astype(np.int16))


def open_sink(kind: OutputFormat, path: Path, settings: AudioSettings, taps: Sequence[Tap] = ()) -> Sink:
    """The encoder of a format, not threaded; `taps` get what the MP3 encoder makes."""
    if kind == "mp3":
        return Mp3Sink(path, settings.mp3_kbps, taps)
    from podloom.audio.pyav import AvSink  # noqa: PLC0415 - optional extra

    if kind == "m4a":
        return AvSink.m4a(path, settings.m4a_kbps)
    ceiling_dbtp = min(OPUS_CEILING_DBTP, settings.ceiling_dbtp)
    return Ceiling(AvSink.opus(path, settings.opus_kbps), ceiling_dbtp, OPUS_MAKEUP_DB)
