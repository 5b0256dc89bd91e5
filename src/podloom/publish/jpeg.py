"""A JPEG put together from strips: what is known early is encoded early, the rest is encoded alone.

Baseline with a restart marker after each row of blocks, after which a decoder begins anew, so that strips of
the same settings need only be joined. Source: ITU-T T.81, B.2 (markers) and E.1.4 (restarts).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

JPEG_BYTES = 512 * 1024
"""What directories ask a cover to stay under."""
QUALITIES = (90, 84, 76, 66)
"""Tried in this order."""
BLOCK_PX = 16
"""Two luma blocks, one chroma block: what is aligned to it costs least."""
STRIP_PX = 8 * BLOCK_PX
"""Heights of strips are multiples of it, but for the last: restart markers are numbered from 0 to 7."""
_FRAME, _SCAN, _END = 0xC0, 0xDA, b"\xff\xd9"
_LAST_RESTART = b"\xff\xd7"


class _Parts(NamedTuple):
    """Of a baseline JPEG."""

    before: bytes
    height: int
    """In pixels."""
    after: bytes
    scan: bytes
    """What is entropy-coded."""


def encode_strip(strip: Image.Image, quality: int) -> bytes:
    """An RGB strip as a JPEG of its own, at 72 dpi."""
    out = io.BytesIO()
    strip.save(out, "JPEG", quality=quality, subsampling="4:2:0", dpi=(72, 72), restart_marker_rows=1)
    return out.getvalue()


def join_strips(strips: Sequence[bytes]) -> bytes:
    """One picture of what `encode_strip` made of its strips, from top to bottom, at one quality."""
    parts = [_parts(strip) for strip in strips]
    before, after = parts[0].before, parts[0].after
    assert {(part.before, part.after) for part in parts} == {(before, after)}, "strips have the same tables"
    height = sum(part.height for part in parts)
    return before + height.to_bytes(2) + after + _LAST_RESTART.join(part.scan for part in parts) + _END


def _parts(jpeg: bytes) -> _Parts:
    at, height_at = 2, 0
    while (marker := jpeg[at + 1]) != _SCAN:
        if marker == _FRAME:
            height_at = at + 5
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    assert height_at, "Pillow writes baseline JPEG unless it is told otherwise"
    scan_at = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    height = int.from_bytes(jpeg[height_at : height_at + 2])
    scan = jpeg[scan_at:].removesuffix(_END)
    return _Parts(jpeg[:height_at], height, jpeg[height_at + 2 : scan_at], scan)
