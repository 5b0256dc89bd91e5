"""What goes in front of streamed MP3 frames: an ID3v2.3 tag and the Info frame.

By hand, because lameenc writes no Info frame (players then guess the duration and play 26 ms of encoder
delay) and the tagger that Python has sorts chapter frames by size instead of time.
ID3v2.3 is the version every player reads; it knows Latin-1 and UTF-16 only, and the year is TYER.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from podloom.domain import ChapterMark

BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""MPEG-1 layer III, in kbit/s, by the index in a frame's header."""
SAMPLE_RATES = (44_100, 48_000, 32_000)
FRAME = 1152
ENCODER_DELAY = 576
"""Samples of LAME's before the sound begins; the Info frame tells players."""
DECODER_DELAY = 529
"""What every decoder adds of its own."""
XING_BYTES, LAME_BYTES = 120, 36
UNKNOWN_OFFSET = 0xFFFFFFFF
TOC_LIMIT = 255
"""Its number of entries is one byte."""
TAG_PADDING = 1024
UTF16_ID = b"\x01"


def tag(
    text: Mapping[str, str], comment: str, language: str, marks: Sequence[ChapterMark], cover: bytes
) -> bytes:
    """An ID3v2.3 tag; `text` by frame name, `language` as ISO 639-2."""
    body = b"".join(_text(name, value) for name, value in text.items() if value)
    if comment:
        no_description = b"\xff\xfe\0\0"
        body += _frame("COMM", UTF16_ID + language.encode() + no_description + comment.encode("utf-16"))
    body += _contents(len(marks)) + b"".join(_chapter(index, mark) for index, mark in enumerate(marks))
    if cover:
        body += _frame("APIC", b"\0" + image_mime(cover).encode() + b"\0\x03\0" + cover)  # 3: front cover
    body += bytes(TAG_PADDING)
    return b"ID3\x03\0\0" + _syncsafe(len(body)) + body


def timestamp_tag(ticks: int) -> bytes:
    """What a packed audio segment begins with: when it is heard, in 1/90000 s (RFC 8216, section 3.4)."""
    owner = b"com.apple.streaming.transportStreamTimestamp\0"
    body = _frame("PRIV", owner + (ticks & (1 << 33) - 1).to_bytes(8, "big"))
    return b"ID3\x04\0\0" + _syncsafe(len(body)) + body


def image_mime(image: bytes) -> str:
    """By its first bytes."""
    return "image/png" if image.startswith(b"\x89PNG") else "image/jpeg"


def frame_bytes(header: bytes) -> float:
    """Mean length of the frames of a constant-rate stream, by the header of one."""
    return FRAME / 8 * BITRATES[header[2] >> 4] * 1000 / SAMPLE_RATES[header[2] >> 2 & 3]


def info_frame(header: bytes, size: int, samples: int) -> bytes:
    """A silent frame that tells the exact length.

    Args:
        header: The first four bytes of the stream.
        size: Bytes of the stream.
        samples: Per channel, as given to the encoder.
    """
    rate, mono = SAMPLE_RATES[header[2] >> 2 & 3], header[3] >> 6 == 3
    side_info = 17 if mono else 32
    need = 4 + side_info + XING_BYTES + LAME_BYTES
    index = next(i for i in range(1, 15) if 144 * BITRATES[i] * 1000 // rate >= need)
    length = 144 * BITRATES[index] * 1000 // rate
    own_header = bytes((header[0], header[1] | 1, index << 4 | header[2] & 0x0C, header[3]))
    frames = round(size / frame_bytes(header))
    body = _xing(frames, size + length) + _lame(header, frames, size + length, samples)
    frame = bytearray((own_header + bytes(side_info) + body).ljust(length, b"\0"))
    frame[need - 2 : need] = struct.pack(">H", _crc16(bytes(frame[: need - 2])))
    return bytes(frame)


def _xing(frames: int, size: int) -> bytes:
    seek_table = bytes(k * 256 // 100 for k in range(100))  # linear: the bit rate is constant
    return b"Info" + struct.pack(">3I", 0b1111, frames, size) + seek_table + struct.pack(">I", 57)


def _lame(header: bytes, frames: int, size: int, samples: int) -> bytes:
    """Encoder's name, bit rate, and how many samples to drop at both ends; its last two bytes are a CRC."""
    padding = frames * FRAME - ENCODER_DELAY - samples
    gapless = ((ENCODER_DELAY << 12) | padding).to_bytes(3, "big")
    method_cbr, rate = bytes((1, 0)), bytes((0, min(255, BITRATES[header[2] >> 4])))
    return (
        b"LAME3.100" + method_cbr + bytes(8) + rate + gapless + bytes(4) + struct.pack(">I", size) + bytes(4)
    )


def _contents(chapters: int) -> bytes:
    if not chapters:
        return b""
    listed = min(chapters, TOC_LIMIT)
    names = b"".join(b"ch%d\0" % index for index in range(listed))
    return _frame("CTOC", b"toc\0" + bytes((0b11, listed)) + names)  # top level, ordered


def _chapter(index: int, mark: ChapterMark) -> bytes:
    times = (round(mark.start_s * 1000), round(mark.end_s * 1000), UNKNOWN_OFFSET, UNKNOWN_OFFSET)
    return _frame("CHAP", b"ch%d\0" % index + struct.pack(">4I", *times) + _text("TIT2", mark.title))


def _frame(name: str, body: bytes) -> bytes:
    return name.encode() + struct.pack(">IH", len(body), 0) + body


def _text(name: str, value: str) -> bytes:
    return _frame(name, UTF16_ID + value.encode("utf-16"))


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def _crc16(content: bytes) -> int:
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
