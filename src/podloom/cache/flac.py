"""Clips as FLAC files that can be checked without decoding them.

A clip's name is the sha256 of its sample rate and its 16-bit samples. The file carries a seal: a FLAC
APPLICATION block, which players skip, with the sha256 of the name and of all other bytes of the file. To
check the seal costs a fraction of decoding, so that every hit can be checked.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podloom.errors import AudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FULL_SCALE = 32768
STREAMINFO_END = 42  # "fLaC", the block's header and its 34 bytes: always first, always so long
LAST_BLOCK = 0x80
APPLICATION = 2
SEAL_ID = b"PLM1"
SEAL_BYTES = 4 + len(SEAL_ID) + 32


@dataclass(frozen=True)
class Encoded:
    """A clip as a file's bytes."""

    sha256: str
    flac: bytes
    pcm: NDArray[np.int16] | None = None
    """Its samples, where they are at hand."""


@dataclass(frozen=True)
class Header:
    """What STREAMINFO says."""

    frames: int
    sample_rate: int

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate


def encode(samples: NDArray[np.float32], sample_rate: int) -> Encoded:
    """Mono samples of shape (frames,) as a sealed FLAC file, 16 bit, quick to write.

    Raises:
        AudioError: There are no samples, or some are not numbers.
    """
    import numpy as np  # noqa: PLC0415 - as soundfile
    import soundfile  # noqa: PLC0415 - 0.1 s that a run without clips need not pay

    if samples.ndim != 1 or not samples.size:
        raise AudioError(f"a clip must be mono and not empty; this one has the shape {samples.shape}")
    if not np.isfinite(samples).all():
        raise AudioError("a clip holds samples that are not numbers; the engine that made it is at fault")
    pcm = np.clip(np.rint(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype("<i2")
    file = io.BytesIO()
    soundfile.write(file, pcm, sample_rate, format="FLAC", subtype="PCM_16", compression_level=0.0)
    name = digest(pcm, sample_rate)
    return Encoded(name, _sealed(name, file.getvalue()), pcm)


def decode(name: str, flac: bytes) -> tuple[NDArray[np.float32], int] | None:
    """Samples from -1 to 1 and their rate; None when they are not those that `name` promises."""
    import soundfile  # noqa: PLC0415 - 0.1 s, only for clips in Redis

    try:
        pcm, sample_rate = soundfile.read(io.BytesIO(flac), dtype="int16")
    except soundfile.LibsndfileError:
        return None
    if digest(pcm, sample_rate) != name:
        return None
    return as_samples(pcm), int(sample_rate)


def as_samples(pcm: NDArray[np.int16]) -> NDArray[np.float32]:
    """From -1 to 1."""
    import numpy as np  # noqa: PLC0415 - as soundfile

    return pcm.astype(np.float32) / np.float32(FULL_SCALE)


def digest(pcm: NDArray[np.int16], sample_rate: int) -> str:
    """A clip's name. The rate is a part of it: the same samples at another rate sound different."""
    return hashlib.sha256(b"%d\n" % sample_rate + pcm.astype("<i2").tobytes()).hexdigest()


def header(name: str, flac: bytes) -> Header | None:
    """Length and rate of a file whose seal is whole; None when it is damaged, cut or another clip."""
    seal_end = STREAMINFO_END + SEAL_BYTES
    seal = flac[STREAMINFO_END:seal_end]
    if seal[4 : 4 + len(SEAL_ID)] != SEAL_ID:
        return None
    if seal[-32:] != _seal(name, flac[:STREAMINFO_END], flac[seal_end:]):
        return None
    # 20 bits of sample rate, 3 of channels, 5 of depth, 36 of frames.
    packed = int.from_bytes(flac[18:26], "big")
    return Header(frames=packed & (1 << 36) - 1, sample_rate=packed >> 44)


def _sealed(name: str, flac: bytes) -> bytes:
    """The file with its seal as the second block."""
    info, rest = flac[:STREAMINFO_END], flac[STREAMINFO_END:]
    last, info = info[4] & LAST_BLOCK, info[:4] + bytes([info[4] & ~LAST_BLOCK]) + info[5:]
    block = bytes([APPLICATION | last]) + (SEAL_BYTES - 4).to_bytes(3, "big") + SEAL_ID
    return info + block + _seal(name, info, rest) + rest


def _seal(name: str, info: bytes, rest: bytes) -> bytes:
    seal = hashlib.sha256(name.encode() + info)
    seal.update(rest)
    return seal.digest()
