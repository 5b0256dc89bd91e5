"""Material that behaves like speech in the ways a mixer cares about, and one mixed episode."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from podloom.audio.assembly import Assembly
from podloom.domain import Mix, OutputFormat, Segment
from podloom.settings import AudioSettings

CLIP_RATE = 24_000
Samples = NDArray[np.float32]
Speech = Callable[..., Samples]


def bursts(
    seed: int,
    *,
    length_s: float = 4.0,
    level_db: float = -20.0,
    dynamics: float = 0.0,
    padding_s: float = 0.5,
) -> Samples:
    """Low-passed noise under a 4 Hz envelope of uneven syllables, with silence at both ends."""
    chance = np.random.default_rng(seed)
    size = int(CLIP_RATE * length_s)
    noise = np.convolve(chance.standard_normal(size), np.ones(12) / 12, "same")
    envelope = np.clip(np.sin(2 * np.pi * 4 * np.arange(size) / CLIP_RATE) + 0.3, 0, 1)
    syllables = chance.uniform(0.2, 1, size * 4 // CLIP_RATE + 1).repeat(CLIP_RATE // 4)[:size]
    spoken = noise * envelope * syllables ** (1 + dynamics) * 10 ** (level_db / 20)
    return np.pad(spoken, int(padding_s * CLIP_RATE)).astype(np.float32)


def segment(number: int, *, chapter: int = 0, speaker: str = "Anna") -> Segment:
    return Segment(chapter=chapter, index=number, speaker=speaker, text=f"This is line {number}.")


@dataclass(frozen=True)
class Mixed:
    """A closed mix with its raw files."""

    mix: Mix
    raw: dict[OutputFormat, Path]


def mix_lines(
    folder: Path,
    clips: Sequence[Samples],
    *,
    formats: Sequence[OutputFormat] = ("mp3",),
    music: bool = False,
    lines_per_chapter: int = 6,
    seed: int = 0,
    intro: Path | None = None,
    outro: Path | None = None,
) -> Mixed:
    """Two speakers taking turns through chapters."""
    assembly = Assembly(folder, formats, AudioSettings(), music=music, intro=intro, outro=outro, seed=seed)
    for number, clip in enumerate(clips):
        chapter, index = divmod(number, lines_per_chapter)
        if index == 0:
            assembly.open_chapter(f"Chapter {chapter + 1} 결과")
        assembly.add(segment(index, chapter=chapter, speaker=("Anna", "Ben")[number % 2]), clip, CLIP_RATE)
    return Mixed(assembly.close(), assembly.raw_files)


@pytest.fixture(name="speech")
def speech_fixture() -> Speech:
    return bursts


@pytest.fixture(name="line")
def line_fixture() -> Callable[..., Segment]:
    return segment


@pytest.fixture(name="mix_lines")
def mix_lines_fixture() -> Callable[..., Mixed]:
    return mix_lines


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Mixed:
    """Three chapters with music, in every format."""
    clips = [bursts(number, length_s=2.0) for number in range(6)]
    folder = tmp_path_factory.mktemp("mix")
    return mix_lines(folder, clips, formats=("mp3", "m4a", "opus"), music=True, lines_per_chapter=2)


@pytest.fixture(scope="session")
def cover() -> bytes:
    """A small square JPEG."""
    image = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(image, "JPEG")
    return image.getvalue()
