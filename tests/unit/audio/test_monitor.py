"""Measuring while encoding gives what measuring the finished file gives."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from podloom.audio.assembly import Assembly
from podloom.audio.files import Tags, finish_mp3
from podloom.audio.measure import measure
from podloom.audio.monitor import Mp3Monitor
from podloom.domain import Segment
from podloom.errors import AudioError
from podloom.settings import AudioSettings

RATE = 24_000


def speech(seconds: float, seed: int) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * 2.7 * time + seed) + 0.3, 0, 1)
    noise = np.random.default_rng(seed).standard_normal(len(time))
    return (syllables * (0.2 * np.sin(2 * np.pi * 150 * time) + 0.05 * noise)).astype(np.float32)


@pytest.mark.parametrize(("lines", "line_s", "kbps"), [(1, 0.5, 128), (4, 17.0, 64), (5, 16.1, 192)])
def test_measures_what_the_finished_file_is(tmp_path: Path, lines: int, line_s: float, kbps: int) -> None:
    settings = AudioSettings(mp3_kbps=kbps)
    assembly = Assembly(tmp_path, ("mp3",), settings, music=False, intro=None, outro=None)
    assembly.open_chapter("One")
    for index in range(lines):
        segment = Segment(chapter=0, index=index, speaker="Ada", text="Words.")
        assembly.add(segment, speech(line_s, index), RATE)
    mix = assembly.close()
    tags = Tags(title="T", podcast="P", date=date(2026, 1, 1))
    finish_mp3(assembly.raw_files["mp3"], tmp_path / "episode.mp3", mix, tags)

    found = assembly.measurement

    assert found is not None
    wanted = measure(tmp_path / "episode.mp3")
    assert found.frames == wanted.frames == mix.frames
    assert found.loudness == wanted.loudness
    assert found.dc == pytest.approx(wanted.dc, abs=1e-7)
    assert found.model_copy(update={"dc": wanted.dc}) == wanted


def test_what_cannot_be_decoded_is_an_error() -> None:
    monitor = Mp3Monitor()
    monitor.hear(bytes.fromhex("fffb90c4").ljust(417, b"\0"))  # a stream of one frame is none to a decoder

    with pytest.raises(AudioError, match="cannot be decoded"):
        monitor.close(1152)
    monitor.abort()
