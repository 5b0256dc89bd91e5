from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from podloom.audio import music
from podloom.audio.loudness import DUAL_MONO_LU, loudness_of
from podloom.audio.samples import SAMPLE_RATE
from podloom.audio.theme import _composed, theme
from podloom.errors import RequestError


def jingle(length_s: float = 4.0, rate: int = SAMPLE_RATE, channels: int = 2) -> np.ndarray:
    tone = 0.3 * np.sin(2 * np.pi * 330 * np.arange(int(length_s * rate)) / rate)
    return np.stack([tone] * channels, axis=1)


@pytest.mark.parametrize(
    ("kind", "shortest_s", "longest_s"), [("intro", 5.5, 6.5), ("sting", 1.0, 2.0), ("outro", 5.5, 6.5)]
)
def test_theme_pieces_are_short_music(kind, shortest_s, longest_s) -> None:
    piece = theme(kind)
    assert shortest_s <= len(piece) / SAMPLE_RATE <= longest_s
    assert np.abs(piece).max() == pytest.approx(0.7, abs=0.01)
    assert abs(float(piece[-1])) < 1e-3
    assert abs(float(piece.mean())) < 1e-3


def test_theme_is_made_once_and_always_the_same() -> None:
    first = theme("sting")
    assert theme("sting") is first
    assert (_composed.__wrapped__("sting") == first).all()
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_music_is_softer_than_the_voice() -> None:
    for piece, below_lu in [(music.sting(-16.0), 5), (music.outro(None, -16.0), 3)]:
        heard = loudness_of(piece.samples, SAMPLE_RATE) + DUAL_MONO_LU
        assert heard == pytest.approx(-16.0 - below_lu, abs=0.1)


def test_music_under_the_first_words_leaves_room_for_them() -> None:
    piece = music.intro(None, -16.0)
    at = int(piece.alone_s * SAMPLE_RATE)
    ducked = loudness_of(piece.samples[at:], SAMPLE_RATE) + DUAL_MONO_LU
    assert 3.5 <= piece.alone_s <= 4.5
    assert -46.0 <= ducked <= -26.0  # PodEval's window: 5 to 30 LU under the voice; here at least 10


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (22_050, 1)])
def test_own_files_are_read_without_ffmpeg(tmp_path, monkeypatch, suffix, rate, channels) -> None:
    monkeypatch.setenv("PATH", "")
    path = tmp_path / f"own.{suffix}"
    soundfile.write(path, jingle(rate=rate, channels=channels), rate)
    samples = music.load_music(path)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(4 * SAMPLE_RATE, abs=SAMPLE_RATE * 0.06)
    assert np.sqrt(np.mean(samples[SAMPLE_RATE:-SAMPLE_RATE] ** 2)) == pytest.approx(
        0.3 / math.sqrt(2), rel=0.05
    )


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT"])
def test_wav_files_of_any_width(tmp_path, subtype) -> None:
    soundfile.write(tmp_path / "own.wav", jingle(), SAMPLE_RATE, subtype)
    assert len(music.load_music(tmp_path / "own.wav")) == 4 * SAMPLE_RATE


def test_more_than_two_channels_use_the_first(tmp_path) -> None:
    soundfile.write(tmp_path / "own.wav", jingle(channels=4), SAMPLE_RATE)
    assert len(music.load_music(tmp_path / "own.wav")) == 4 * SAMPLE_RATE


def test_a_long_file_is_faded_out_at_half_a_minute(tmp_path) -> None:
    soundfile.write(tmp_path / "own.flac", jingle(45.0, channels=1), SAMPLE_RATE)
    samples = music.load_music(tmp_path / "own.flac")
    assert len(samples) == 30 * SAMPLE_RATE
    assert np.abs(samples[-100:]).max() < 0.01 < np.abs(samples[-5 * SAMPLE_RATE : -2 * SAMPLE_RATE]).max()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.wav", None, "there is no music file"),
        ("folder", "folder", "there is no music file"),
        ("empty.wav", b"", "cannot read music file"),
        ("text.mp3", b"these are words" * 100, "cannot read music file"),
    ],
)
def test_a_file_that_is_no_music(tmp_path, name, content, reason) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(RequestError, match=reason):
        music.check_music(path)


@pytest.mark.parametrize("samples", [np.zeros(SAMPLE_RATE), np.zeros(0)], ids=["silent", "no samples"])
def test_a_silent_file(tmp_path, samples) -> None:
    soundfile.write(tmp_path / "own.wav", samples, SAMPLE_RATE)
    with pytest.raises(RequestError, match="silent or empty"):
        music.check_music(tmp_path / "own.wav")


def test_other_formats_need_ffmpeg(mixed, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RequestError, match="ffmpeg is not installed"):
        music.check_music(mixed.raw["m4a"])


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_other_formats_are_read_by_ffmpeg(mixed) -> None:
    samples = music.load_music(mixed.raw["m4a"])
    assert len(samples) == pytest.approx(mixed.mix.frames, rel=0.01)


def test_own_files_replace_intro_and_outro(tmp_path, speech, mix_lines) -> None:
    own = tmp_path / "own.wav"
    soundfile.write(own, jingle(3.0), SAMPLE_RATE)
    mix = mix_lines(tmp_path / "mix", [speech(1)], intro=own, outro=own).mix
    assert mix.cues[0].start_s == pytest.approx(3.0, abs=0.01)
    assert mix.duration_s - mix.cues[-1].end_s == pytest.approx(3.0, abs=0.01)


def test_unreadable_music_ends_the_mix_before_it_begins(tmp_path, speech, mix_lines) -> None:
    with pytest.raises(RequestError, match="there is no music file"):
        mix_lines(tmp_path / "mix", [speech(1)], intro=Path("/nowhere.wav"))
    assert not (tmp_path / "mix").exists()
