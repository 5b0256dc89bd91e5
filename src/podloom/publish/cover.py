"""Square cover art: drawn from the title and the waveform, or the user's own after a check."""

from __future__ import annotations

import colorsys
import hashlib
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, UnidentifiedImageError

from podloom.errors import RequestError
from podloom.publish.fonts import Typeface, typeface_for
from podloom.publish.wrapping import plain

SIDE_PX = 3000
SIDES_PX = (1400, 3000)
"""What directories accept, smallest and largest."""
JPEG_BYTES = 512 * 1024
BARS = 60
MARGIN = 0.085  # of the side, as are the lengths below
INNER = 1 - 2 * MARGIN
WAVE_MIDDLE, WAVE_HALF = 0.70, 0.115
LEADING = 1.18
WHITE = (255, 255, 255)


class Place(NamedTuple):
    """Where a text goes and how large it may be, in parts of the side."""

    top: float
    height: float
    letters: float


TITLE = Place(top=0.10, height=0.42, letters=0.125)
NAME = Place(top=0.862, height=0.11, letters=0.042)


@dataclass(frozen=True)
class Cover:
    """A finished JPEG, and what a person should know about it ("" if nothing)."""

    jpeg: bytes
    note: str = ""


def draw_cover(
    title: str,
    podcast: str,
    levels: Sequence[float],
    *,
    seed: int,
    font: str = "",
    fonts: Sequence[Path] | None = None,
) -> Cover:
    """A 3000 x 3000 RGB JPEG at 72 dpi: a gradient, the title, the waveform, the podcast's name.

    Args:
        title: Largest size that fits; left out when no font has its letters.
        podcast: Likewise; it also decides the hue, so that the episodes of a podcast belong together.
        levels: Any number of levels, 0 to 1; without any, no waveform is drawn.
        seed: Varies the tone of the gradient.
        font: The user's font file; tried first.
        fonts: Tried last; the installed ones when None.

    Raises:
        SettingsError: `font` cannot be read.
    """
    image = _gradient(podcast, seed)
    draw = ImageDraw.Draw(image)
    _draw_waveform(draw, levels)
    notes = [_draw_text(draw, text, place, font, fonts) for text, place in ((title, TITLE), (podcast, NAME))]
    return Cover(_jpeg(image), "; ".join(filter(None, notes)))


def _gradient(podcast: str, seed: int) -> Image.Image:
    """From dark at the upper left, where the title is, to a lighter neighbouring hue."""
    digest = hashlib.sha256(podcast.encode()).digest()
    hue = (digest[0] / 256 + (seed % 97) / 97 * 0.08) % 1
    dark = np.array(colorsys.hls_to_rgb(hue, 0.16, 0.6)) * 255
    light = np.array(colorsys.hls_to_rgb((hue + 0.11) % 1, 0.42, 0.55)) * 255
    ramp = np.linspace(0, 1, 64)
    mix = (np.add.outer(ramp * 1.2, ramp * 0.8) / 2)[..., None]
    small = Image.fromarray(np.round(dark * (1 - mix) + light * mix).astype(np.uint8))
    return small.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)


def _draw_waveform(draw: ImageDraw.ImageDraw, levels: Sequence[float]) -> None:
    if not len(levels):
        return
    at = np.linspace(0, len(levels) - 1, BARS * 8)
    heights = np.interp(at, np.arange(len(levels)), np.asarray(levels)).reshape(BARS, 8).mean(axis=1)
    heights = np.sqrt(np.clip(heights, 0, None) / (heights.max() or 1))  # quiet parts stay visible
    step, middle = SIDE_PX * INNER / BARS, SIDE_PX * WAVE_MIDDLE
    for i, height in enumerate(heights):
        left, half = SIDE_PX * MARGIN + i * step, SIDE_PX * WAVE_HALF * max(float(height), 0.05)
        draw.rounded_rectangle(
            (left, middle - half, left + step * 0.56, middle + half), step * 0.28, fill=WHITE
        )


def _draw_text(
    draw: ImageDraw.ImageDraw, text: str, place: Place, font: str, fonts: Sequence[Path] | None
) -> str:
    """Draws it if a font has its letters; returns a note if not, or not all."""
    shown, face, note = _drawable(text, font, fonts)
    if face is None or not shown:
        return note
    size_px, lines = _fit(draw, shown, face, place)
    # Pillow's own font has one weight; a stroke makes it strong enough for a thumbnail.
    stroke = size_px * 0.018 if face.path is None else 0
    for i, line in enumerate(lines):
        at = (SIDE_PX * MARGIN, SIDE_PX * place.top + i * size_px * LEADING)
        draw.text(at, line, font=face.at(size_px), fill=WHITE, stroke_width=stroke)
    return note


def _drawable(text: str, font: str, fonts: Sequence[Path] | None) -> tuple[str, Typeface | None, str]:
    """The text with a typeface that has all of it; symbols no font has are left out, letters never."""
    text = unicodedata.normalize("NFC", plain(text))
    for shown in (text, plain("".join(c if _is_text(c) else " " for c in text))):
        face = typeface_for(shown, font, fonts)
        if face is not None:
            lost = f"The cover shows {shown!r}: no installed font has all symbols of {text!r}"
            return shown, face, "" if shown == text else lost
    how = "install one (Debian: fonts-nanum) or set PODLOOM_FEED_FONT"
    return "", None, f"The cover is without {text!r}: no installed font has its letters; {how}"


def _is_text(character: str) -> bool:
    """Everything but emoji with their joiners, tones and variation selectors."""
    category = unicodedata.category(character)
    return category[0] != "C" and category not in {"So", "Sk"} and not 0xFE00 <= ord(character) <= 0xFE0F


def _fit(draw: ImageDraw.ImageDraw, text: str, face: Typeface, place: Place) -> tuple[int, list[str]]:
    """Largest size at which the wrapped text fits its place."""
    size_px = int(SIDE_PX * place.letters)
    while True:
        lines = _wrapped(draw, text, face, size_px)
        widest = max(draw.textlength(line, face.at(size_px)) for line in lines)
        fits = len(lines) * size_px * LEADING <= SIDE_PX * place.height and widest <= SIDE_PX * INNER
        if fits or size_px <= 30:
            return size_px, lines
        size_px = int(size_px * 0.93)


def _wrapped(draw: ImageDraw.ImageDraw, title: str, face: Typeface, size_px: int) -> list[str]:
    font, lines = face.at(size_px), [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and draw.textlength(longer, font) > SIDE_PX * INNER:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _jpeg(image: Image.Image) -> bytes:
    """The best quality that stays under the size directories ask for."""
    for quality in (90, 84, 76, 66):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, dpi=(72, 72), optimize=True, progressive=True)
        if out.tell() < JPEG_BYTES:
            break
    return out.getvalue()


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
            return picture if image.format == "JPEG" else _jpeg(rgb)
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
