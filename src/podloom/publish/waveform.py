"""A picture of an episode's sound: loud and quiet over time, with its chapters."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from podloom.domain import ChapterMark

WIDTH_PX, HEIGHT_PX = 1200, 240
WAVE_TOP_PX, WAVE_BOTTOM_PX = 40, 228
BAR_PX, STEP_PX = 3, 4
PAPER, INK = (255, 255, 255), (71, 85, 105)
SHADES = ((37, 99, 235), (96, 140, 240))
"""Of the bars: chapters alternate."""
INK_AT = 13
"""In the palette. It begins with paper; what is between are the edges of letters, which Pillow then mixes."""
LABEL_PX = 18
LABEL_ROOM_PX = 26
"""From one label to the next, at least; chapters in between have a line only."""


def draw_waveform(levels: Sequence[float], marks: Sequence[ChapterMark], duration_s: float) -> bytes:
    """A PNG: a bar for every moment, a line and a number where a chapter begins.

    Args:
        levels: Any number of levels, 0 to 1, evenly over the episode.
        marks: Its chapters.
        duration_s: Its length.
    """
    image = Image.new("P", (WIDTH_PX, HEIGHT_PX))
    image.putpalette(_palette())
    draw = ImageDraw.Draw(image)
    draw.fontmode = "L"
    places = [round(mark.start_s / duration_s * WIDTH_PX) for mark in marks]
    _draw_bars(draw, levels, places)
    _draw_marks(draw, places)
    png = io.BytesIO()
    image.save(png, "PNG", bits=4)
    return png.getvalue()


def _palette() -> list[int]:
    """From paper to ink in equal steps, then the shades."""
    ramp = np.linspace(PAPER, INK, INK_AT + 1).round().astype(int)
    return [*ramp.ravel().tolist(), *SHADES[0], *SHADES[1]]


def heights(levels: Sequence[float], bars: int) -> list[float]:
    """Of so many bars, 0 to 1; the loudest is 1, and quiet parts stay visible."""
    if not len(levels):
        return [0.0] * bars
    edges = np.linspace(0, len(levels), bars + 1)
    known = np.asarray(levels, dtype=np.float64)
    means = [known[int(a) : max(int(a) + 1, int(b))].mean() for a, b in pairwise(edges)]
    return [float(height) for height in np.sqrt(np.clip(means, 0, None) / (max(means) or 1.0))]


def _draw_bars(draw: ImageDraw.ImageDraw, levels: Sequence[float], places: Sequence[int]) -> None:
    middle, half = (WAVE_TOP_PX + WAVE_BOTTOM_PX) / 2, (WAVE_BOTTOM_PX - WAVE_TOP_PX) / 2
    for number, height in enumerate(heights(levels, WIDTH_PX // STEP_PX)):
        left, reach = number * STEP_PX, max(1.0, half * height)
        chapter = sum(place <= left for place in places)
        draw.rectangle((left, middle - reach, left + BAR_PX - 1, middle + reach), INK_AT + 1 + chapter % 2)


def _draw_marks(draw: ImageDraw.ImageDraw, places: Sequence[int]) -> None:
    font, free_px = ImageFont.load_default(LABEL_PX), 0
    for number, place in enumerate(places, start=1):
        draw.line((place, WAVE_TOP_PX - 8, place, WAVE_BOTTOM_PX), INK_AT)
        if place >= free_px:
            draw.text((place + 4, WAVE_TOP_PX - 10 - LABEL_PX), str(number), INK_AT, font)
            free_px = place + LABEL_ROOM_PX
