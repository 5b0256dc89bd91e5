"""The user's own cover: looked at before anything is paid for, and taken as it is where it can be."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from podloom.errors import RequestError
from podloom.publish.jpeg import as_jpeg

SIDES_PX = (1400, 3000)
"""What directories accept, smallest and largest."""


def check_cover(path: str | Path) -> bytes:
    """The user's own cover as a JPEG; a JPEG stays as it is, byte for byte.

    Raises:
        RequestError: It is missing, not a JPEG or PNG, not square, not 1400 to 3000 pixels, or not RGB.
    """
    try:
        picture = Path(path).expanduser().read_bytes()
        with Image.open(io.BytesIO(picture)) as image:
            _check_shape(str(path), image)
            rgb = image.convert("RGB")  # decodes it all: a truncated file fails here, not in the app
            return picture if image.format == "JPEG" else as_jpeg(rgb, progressive=True)
    except UnidentifiedImageError:
        raise RequestError(f"The cover {str(path)!r} is not an image; give a square JPEG or PNG") from None
    except (OSError, Image.DecompressionBombError) as error:
        raise RequestError(
            f"The cover {str(path)!r} cannot be read ({error}); give a square JPEG or PNG"
        ) from error


def _check_shape(path: str, image: Image.Image) -> None:
    width, height = image.size
    least, most = SIDES_PX
    reason = ""
    if image.format not in {"JPEG", "PNG"}:
        reason = f"is {image.format}, not JPEG or PNG"
    elif width != height:
        reason = f"is {width} x {height} pixels, not square"
    elif not least <= width <= most:
        reason = f"is {width} pixels wide, not {least} to {most}"
    elif image.mode != "RGB":
        reason = f"is {image.mode}, not RGB; save it without transparency, palette or CMYK"
    if reason:
        raise RequestError(f"The cover {path!r} {reason}; give a square RGB picture or leave it empty")
