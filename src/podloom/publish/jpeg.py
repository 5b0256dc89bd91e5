"""Pictures as JPEG files that directories take."""

from __future__ import annotations

import tempfile

from PIL import Image

JPEG_BYTES = 512 * 1024
"""What directories ask a cover to stay under."""
QUALITIES = (90, 84, 76, 66)
"""Tried in this order."""


def as_jpeg(image: Image.Image, *, progressive: bool = False) -> bytes:
    """An RGB picture at the best quality that stays under JPEG_BYTES, or else at the lowest; 72 dpi.

    Args:
        image: Of any size.
        progressive: With tables of its own, too: smaller, and takes several times as long.
    """
    for quality in QUALITIES:
        with tempfile.TemporaryFile() as file:  # into a real file, Pillow encodes without the interpreter
            image.save(
                file, "JPEG", quality=quality, dpi=(72, 72), optimize=progressive, progressive=progressive
            )
            file.seek(0)
            jpeg = file.read()
        if len(jpeg) < JPEG_BYTES:
            break
    return jpeg
