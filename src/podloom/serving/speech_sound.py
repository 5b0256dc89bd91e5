"""Clips as the files that OpenAI's speech API answers with, encoded by libsndfile."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np

from podloom.tts.engine import Audio, Samples
from podloom.tts.wave import PCM_RATE

SoundFormat = Literal["wav", "pcm", "mp3", "flac", "opus"]
FULL_SCALE = 32_767
STREAMABLE: frozenset[SoundFormat] = frozenset({"wav", "pcm"})
"""Formats whose beginning does not depend on their end."""
_UNKNOWN = 2**32 - 1


@dataclass(frozen=True)
class _Container:
    media_type: str
    kind: str = ""
    """libsndfile's names of container and coding."""
    coding: str = ""
    rate: int = 0
    """The only one it has; 0: any."""


_CONTAINERS: dict[SoundFormat, _Container] = {
    "wav": _Container("audio/wav", "WAV", "PCM_16"),
    "pcm": _Container("audio/pcm", rate=PCM_RATE),
    "mp3": _Container("audio/mpeg", "MP3", "MPEG_LAYER_III"),
    "flac": _Container("audio/flac", "FLAC", "PCM_16"),
    "opus": _Container("audio/ogg", "OGG", "OPUS", rate=48_000),
}


def media_type(form: SoundFormat) -> str:
    """What the answer is called."""
    return _CONTAINERS[form].media_type


def encode(audio: Audio, form: SoundFormat) -> bytes:
    """The whole file; headerless PCM is 16 bits at 24 kHz."""
    import soundfile  # noqa: PLC0415 - only once something was spoken

    container = _CONTAINERS[form]
    samples, rate = _at_rate(audio, container.rate)
    whole = np.rint(np.clip(samples, -1, 1) * FULL_SCALE).astype("<i2")
    if not container.kind:
        return whole.tobytes()
    buffer = io.BytesIO()
    soundfile.write(buffer, whole, rate, subtype=container.coding, format=container.kind)
    return buffer.getvalue()


def at_speed(audio: Audio, speed: float) -> Audio:
    """Spoken `speed` times as fast, at the same pitch; needs PyAV for any other speed than 1."""
    if speed == 1:
        return audio
    from podloom.audio.pyav import change_tempo  # noqa: PLC0415 - optional extra

    return Audio(change_tempo(audio.samples, audio.sample_rate, speed), audio.sample_rate)


def _at_rate(audio: Audio, rate: int) -> tuple[Samples, int]:
    if rate in {0, audio.sample_rate}:
        return audio.samples, audio.sample_rate
    import soxr  # noqa: PLC0415 - only for engines with another rate

    return np.asarray(soxr.resample(audio.samples, audio.sample_rate, rate), dtype=np.float32), rate


def encode_part(part: Audio, form: SoundFormat, *, first: bool) -> bytes:
    """A part of a stream: headerless samples, after a header without sizes where the format has one."""
    if form == "pcm":
        return encode(part, "pcm")
    samples = encode(Audio(part.samples, PCM_RATE), "pcm")  # as they are: the header says the rate
    return _endless_wav(part.sample_rate) + samples if first else samples


def _endless_wav(rate: int) -> bytes:
    """The header of a WAV stream whose length is not known yet."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", _UNKNOWN, b"WAVE") + form + struct.pack("<4sI", b"data", _UNKNOWN)
