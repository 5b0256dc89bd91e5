"""MPEG-1 layer III frames, without decoding them: where one ends, and how a stream begins in its middle.

A frame may take bits of its sound from the frames before it (the bit reservoir: up to 511 bytes of their main
data). Cut there, a decoder lacks them and clicks. `lead_in` gives it silent frames that carry those bytes.
Frames without a checksum, as LAME writes them. Source: ISO/IEC 11172-3, 2.4.1 and 2.4.3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from podloom.audio.id3 import BITRATES, SAMPLE_RATES
from podloom.errors import AudioError

HEADER_BYTES = 4
LOOK_BACK = 6
"""Frames that hold the longest reservoir, at 64 kbit/s and more."""


@lru_cache(maxsize=64)  # a stream has a few different headers
def frame_length(header: bytes) -> int:
    """Bytes of the frame that begins with `header`.

    Raises:
        AudioError: No such frame begins there.
    """
    kbps, rate = _rates(header)
    return 144_000 * kbps // rate + (header[2] >> 1 & 1)


def split_frames(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames at the beginning of `stream`, and what is left of it."""
    frames, start = [], 0
    while len(stream) - start >= HEADER_BYTES:
        end = start + frame_length(stream[start : start + HEADER_BYTES])
        if end > len(stream):
            break
        frames.append(stream[start:end])
        start = end
    return frames, stream[start:]


def lead_in(before: Sequence[bytes], frame: bytes) -> list[bytes]:
    """Silent frames after which `frame` sounds as it does after `before`; none when it needs none."""
    skipped = HEADER_BYTES + (17 if frame[3] >> 6 == 3 else 32)  # side information of mono, of stereo
    header = bytes((*frame[:2], frame[2] & ~2, frame[3]))  # without the padding byte
    room = frame_length(header) - skipped
    needed = frame[HEADER_BYTES] << 1 | frame[HEADER_BYTES + 1] >> 7
    count = -(-needed // room)
    main_data = b"".join(earlier[skipped:] for earlier in before)
    borrowed = main_data[len(main_data) - needed :].rjust(count * room, b"\0")
    unused = count * room - needed
    return [
        # Side information: where the bytes begin that are passed on, and that none of them are its own.
        (header + (max(0, start - unused) << 7).to_bytes(2)).ljust(skipped, b"\0")
        + borrowed[start : start + room]
        for start in range(0, count * room, room)
    ]


def _rates(header: bytes) -> tuple[int, int]:
    kbps_index, rate_index = header[2] >> 4, header[2] >> 2 & 3
    if header[:2] != b"\xff\xfb" or not 0 < kbps_index < 15 or rate_index == 3:
        raise AudioError(f"no MPEG-1 layer III frame begins with {header.hex()!r}; please report this")
    return BITRATES[kbps_index], SAMPLE_RATES[rate_index]
