"""Sound from a server's bytes: WAV of any kind, also streamed ones whose sizes are not known."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

import numpy as np

from podloom.errors import SpeechError
from podloom.tts.engine import Audio, Samples

PCM_RATE = 24_000
"""Of headerless 16-bit PCM, as OpenAI's speech API documents it."""

UNKNOWN_SIZE = 2**30
"""Sizes from here on are what streams write that do not know theirs."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
COMPRESSED = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"OggS", b"fLaC")


class CutShortError(SpeechError):
    """Raised when an answer ended before the sound that its header announces."""


def read_audio(body: bytes, content_type: str = "") -> Audio:
    """Mono audio of an answer's body.

    WAV, also where its header does not know the sizes, MP3, Ogg and FLAC by their first bytes, else 16-bit
    PCM at 24 kHz if the content type says so.

    Raises:
        CutShortError: A part of the sound is missing.
        SpeechError: There is no sound in it.
    """
    if body[:4] in {b"RIFF", b"RF64"} and body[8:12] == b"WAVE":
        return _read_wav(body)
    if body.startswith(COMPRESSED):
        return _read_compressed(body)
    if content_type.partition(";")[0].strip().lower() in {
        "audio/pcm",
        "audio/l16",
        "audio/x-pcm",
        "audio/raw",
    }:
        return Audio(_samples(body, _PCM, 16), PCM_RATE)
    raise SpeechError(
        f"the speech server answered with {len(body)} bytes of {content_type or 'unknown type'} that are no "
        f"sound (they begin with {body[:16]!r}); is PODLOOM_SPEECH_BASE_URL the address of a speech API?"
    )


def _read_wav(body: bytes) -> Audio:
    kind = channels = rate = bits = 0
    for name, size, content in _chunks(body):
        if name == b"fmt " and len(content) >= 16:
            kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", content[:16])
            if kind == _EXTENSIBLE and len(content) >= 26:
                kind = int.from_bytes(content[24:26], "little")
        elif name == b"data":
            if not (rate and channels):
                break
            if len(content) + channels * bits // 8 <= size < UNKNOWN_SIZE:
                raise CutShortError(
                    f"the speech server announced {size} bytes of sound and sent {len(content)}"
                )
            samples = _samples(content, kind, bits)
            whole = len(samples) // channels * channels
            mono = samples[:whole].reshape(-1, channels).mean(axis=1, dtype=np.float32)
            return Audio(np.asarray(mono, dtype=np.float32), rate)
    raise SpeechError(f"the speech server answered with a broken WAV file of {len(body)} bytes")


def _chunks(body: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Name, announced size and content of each chunk; a size beyond the end means the rest."""
    at = 12
    while at + 8 <= len(body):
        name, size = body[at : at + 4], int.from_bytes(body[at + 4 : at + 8], "little")
        if name == b"data" and size == 0:
            size = UNKNOWN_SIZE  # some streaming servers write 0 instead of 0xFFFFFFFF
        yield name, size, body[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _samples(content: bytes, kind: int, bits: int) -> Samples:
    width = bits // 8
    content = content[: len(content) // max(width, 1) * max(width, 1)]
    if kind == _FLOAT and bits in {32, 64}:
        return np.frombuffer(content, f"<f{width}").astype(np.float32)
    if kind == _PCM and bits == 8:
        return np.asarray(np.frombuffer(content, np.uint8) / 128.0 - 1.0, dtype=np.float32)
    if kind == _PCM and bits in {16, 32}:
        return np.asarray(np.frombuffer(content, f"<i{width}") / 2.0 ** (bits - 1), dtype=np.float32)
    if kind == _PCM and bits == 24:
        bytes_ = np.frombuffer(content, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(bytes_), 4), np.uint8)
        padded[:, 1:] = bytes_
        return np.asarray(padded.view("<i4").ravel() / 2.0**31, dtype=np.float32)
    raise SpeechError(
        f"the speech server answered with WAV of format {kind} and {bits} bits, which is not read"
    )


def _read_compressed(body: bytes) -> Audio:
    import soundfile  # noqa: PLC0415 - only for servers that ignore the format asked for

    try:
        samples, rate = soundfile.read(BytesIO(body), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise SpeechError(f"the speech server answered with sound that cannot be decoded: {error}") from error
    return Audio(np.asarray(samples.mean(axis=1), dtype=np.float32), int(rate))
