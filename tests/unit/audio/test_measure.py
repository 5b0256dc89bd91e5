from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from podloom.audio.measure import measure
from podloom.errors import AudioError, MissingDependencyError

RATE = 48_000


def write(path: Path, samples: np.ndarray) -> Path:
    soundfile.write(path, samples, RATE, "FLOAT" if path.suffix == ".wav" else None)
    return path


def tone(length_s: float, amplitude: float = 0.1) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 997 * np.arange(int(length_s * RATE)) / RATE)


def test_mono_counts_as_heard_and_stereo_as_it_is(tmp_path) -> None:
    mono = measure(write(tmp_path / "mono.wav", tone(5)))
    stereo = measure(write(tmp_path / "stereo.wav", np.stack([tone(5), tone(5)], axis=1)))
    assert mono.loudness.integrated_lufs == pytest.approx(-20.0, abs=0.1)
    assert stereo.loudness.integrated_lufs == pytest.approx(-20.0, abs=0.1)
    assert (mono.channels, stereo.channels) == (1, 2)


def test_length_peak_and_offset(tmp_path) -> None:
    found = measure(write(tmp_path / "a.wav", tone(3) + 0.05))
    assert (found.frames, found.duration_s, found.sample_rate) == (3 * RATE, 3.0, RATE)
    assert found.loudness.true_peak_dbtp == pytest.approx(20 * np.log10(0.15), abs=0.1)
    assert found.dc == pytest.approx(0.05, abs=1e-4)
    assert found.clipped_samples == 0


def test_clipping_counts_neighbours_only(tmp_path) -> None:
    samples = np.zeros(RATE)
    samples[[100, 200, 201, 202]] = 1.0
    assert measure(write(tmp_path / "a.wav", samples)).clipped_samples == 2


def test_long_silences_and_noise_floor(tmp_path) -> None:
    hiss = np.random.default_rng(1).standard_normal(2 * RATE) * 0.001
    samples = np.concatenate([tone(1), hiss, tone(1), hiss[: RATE // 2], tone(1)])
    found = measure(write(tmp_path / "a.wav", samples))
    assert found.long_silences == ((1.0, 2.0),)
    assert found.noise_floor_dbfs == pytest.approx(-60, abs=1)


def test_a_silent_file_has_numbers_too(tmp_path) -> None:
    found = measure(write(tmp_path / "a.wav", np.zeros(3 * RATE)))
    assert found.loudness.integrated_lufs == -99.0
    assert found.loudness.true_peak_dbtp == -100.0
    assert found.noise_floor_dbfs == -120.0


def test_a_file_shorter_than_its_header_says(mixed) -> None:
    found = measure(mixed.raw["mp3"])  # no Info frame yet: the decoder has to guess the length
    assert found.loudness.true_peak_dbtp < -1.0
    assert abs(found.dc) < 0.001


def test_blocks_join_without_a_seam(tmp_path) -> None:
    found = measure(write(tmp_path / "a.wav", tone(12.34)))
    assert found.frames == int(12.34 * RATE)
    assert found.long_silences == ()


@pytest.mark.parametrize("name", ["a.mp3", "a.opus", "a.m4a", "a.wav"])
@pytest.mark.parametrize("content", [None, b"", b"not audio" * 50], ids=["missing", "empty", "text"])
def test_what_cannot_be_decoded(tmp_path, name, content) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=f"cannot decode '{name}'"):
        measure(tmp_path / name)


def test_m4a_needs_the_extra(mixed, monkeypatch) -> None:
    monkeypatch.setattr("podloom.audio.formats.find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r"podloom\[av\]"):
        measure(mixed.raw["m4a"])
