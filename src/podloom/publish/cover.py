"""Square cover art, drawn from the title and the waveform; the title is laid out before that is known."""

from __future__ import annotations

import colorsys
import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from podloom.publish.fonts import Typeface, typeface_for
from podloom.publish.jpeg import as_jpeg
from podloom.publish.wrapping import plain

SIDE_PX = 3000
BLOCK_PX = 16
"""Of the encoder: what is aligned to its blocks costs least."""
BARS, STEP_PX, BAR_PX = 62, 5 * BLOCK_PX // 2, 3 * BLOCK_PX // 2
"""On the grid of the encoder's blocks, where an upright edge costs nothing and stays sharp."""
BARS_LEFT_PX = 16 * BLOCK_PX
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


class Layout(NamedTuple):
    """A text that has found its size."""

    lines: list[str]
    face: Typeface
    size_px: int
    top_px: float


@dataclass(frozen=True)
class Cover:
    """A cover that waits for its waveform; it holds no picture, which would be 27 MB."""

    note: str
    """What a person should know about it ("" if nothing)."""
    _gradient: Image.Image
    _texts: tuple[Layout, ...]

    def jpeg(self, levels: Sequence[float]) -> bytes:
        """The whole picture: 3000 x 3000, RGB, 72 dpi.

        Args:
            levels: Any number of levels, 0 to 1; without any, no waveform is drawn.
        """
        # Its blocks are flat: steps of one shade, which nobody sees, cost bytes.
        picture = self._gradient.resize((SIDE_PX, SIDE_PX), Image.Resampling.NEAREST)
        draw = ImageDraw.Draw(picture)
        for text in self._texts:
            _draw_text(draw, text)
        _draw_waveform(draw, levels)
        return as_jpeg(picture)


def draw_cover(
    title: str, podcast: str, *, seed: int, font: str = "", fonts: Sequence[Path] | None = None
) -> Cover:
    """A gradient, the title and the podcast's name.

    Args:
        title: Largest size that fits; left out when no font has its letters.
        podcast: Likewise; it also decides the hue, so that the episodes of a podcast belong together.
        seed: Varies the tone of the gradient.
        font: The user's font file; tried first.
        fonts: Tried last; the installed ones when None.

    Raises:
        SettingsError: `font` cannot be read.
    """
    placed = [_laid_out(text, place, font, fonts) for text, place in ((title, TITLE), (podcast, NAME))]
    notes = "; ".join(note for _, note in placed if note)
    return Cover(notes, _gradient(podcast, seed), tuple(layout for layout, _ in placed if layout is not None))


def _gradient(podcast: str, seed: int) -> Image.Image:
    """From dark at the upper left, where the title is, to a lighter neighbouring hue; a pixel a block."""
    digest = hashlib.sha256(podcast.encode()).digest()
    hue = (digest[0] / 256 + (seed % 97) / 97 * 0.08) % 1
    dark = np.array(colorsys.hls_to_rgb(hue, 0.16, 0.6)) * 255
    light = np.array(colorsys.hls_to_rgb((hue + 0.11) % 1, 0.42, 0.55)) * 255
    ramp = np.linspace(0, 1, -(-SIDE_PX // BLOCK_PX))
    mix = (np.add.outer(ramp * 1.2, ramp * 0.8) / 2)[..., None]
    return Image.fromarray(np.round(dark * (1 - mix) + light * mix).astype(np.uint8))


def _draw_waveform(draw: ImageDraw.ImageDraw, levels: Sequence[float]) -> None:
    if not len(levels):
        return
    at = np.linspace(0, len(levels) - 1, BARS * 8)
    heights = np.interp(at, np.arange(len(levels)), np.asarray(levels)).reshape(BARS, 8).mean(axis=1)
    heights = np.sqrt(np.clip(heights, 0, None) / (heights.max() or 1))  # quiet parts stay visible
    middle = SIDE_PX * WAVE_MIDDLE
    for i, height in enumerate(heights):
        left, half = BARS_LEFT_PX + i * STEP_PX, SIDE_PX * WAVE_HALF * max(float(height), 0.05)
        bar = (left, middle - half, left + BAR_PX - 1, middle + half)
        draw.rounded_rectangle(bar, BAR_PX / 2, fill=WHITE)


def _laid_out(text: str, place: Place, font: str, fonts: Sequence[Path] | None) -> tuple[Layout | None, str]:
    """The text where it fits, if a font has its letters; and a note if not, or not all."""
    shown, face, note = _drawable(text, font, fonts)
    if face is None or not shown:
        return None, note
    size_px, lines = _fit(ImageDraw.Draw(Image.new("RGB", (1, 1))), shown, face, place)
    return Layout(lines, face, size_px, SIDE_PX * place.top), note


def _draw_text(draw: ImageDraw.ImageDraw, text: Layout) -> None:
    # Pillow's own font has one weight; a stroke makes it strong enough for a thumbnail.
    stroke = text.size_px * 0.018 if text.face.path is None else 0
    for i, line in enumerate(text.lines):
        at = (SIDE_PX * MARGIN, text.top_px + i * text.size_px * LEADING)
        draw.text(at, line, font=text.face.at(text.size_px), fill=WHITE, stroke_width=stroke)


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
