"""Intro, sting and outro at their loudness: the house's own or a listener's own file.

pydub's AudioSegment is what a foreign file becomes first: cut to length, faded and brought to one channel
there. Nothing else is done with it: its resampling is linear interpolation, its mixing clips at 16 bits.
"""

from __future__ import annotations

import math
import subprocess
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from podloom.audio.loudness import DUAL_MONO_LU, loudness_of
from podloom.audio.samples import SAMPLE_RATE, Samples, gain_factor, to_rate
from podloom.audio.theme import theme
from podloom.errors import RequestError

BELOW_VOICE_LU = 3.0
STING_BELOW_VOICE_LU = 5.0
OWN_LIMIT_S = 30.0
"""An own file is faded out there."""
OWN_FADE_S = 1.5
INTRO_ALONE_S = 4.0
DUCK_DB = -14.0
DUCK_RAMP_S = 0.5
STING_ALONE_S = 1.3
OUTRO_OVERLAP_S = 0.6


@dataclass(frozen=True)
class Music:
    """One piece, ready to be mixed in."""

    samples: Samples
    alone_s: float
    """From its beginning to the first word after it."""
    overlap_s: float = 0.0
    """How long before the end of the last word it begins."""


def intro(own: Path | None, voice_lufs: float) -> Music:
    """The house's own is ducked under the first words, a listener's file is left alone."""
    return _own(own, voice_lufs) if own is not None else _house_intro(voice_lufs)


@cache
def sting(voice_lufs: float) -> Music:
    """Between two chapters."""
    return Music(_at(theme("sting"), voice_lufs - STING_BELOW_VOICE_LU), STING_ALONE_S)


def outro(own: Path | None, voice_lufs: float) -> Music:
    """The house's own begins under the last word."""
    return _own(own, voice_lufs) if own is not None else _house_outro(voice_lufs)


@cache  # one for all episodes, which only read it
def _house_intro(voice_lufs: float) -> Music:
    return Music(_ducked(_at(theme("intro"), voice_lufs - BELOW_VOICE_LU)), INTRO_ALONE_S)


@cache
def _house_outro(voice_lufs: float) -> Music:
    samples = _at(theme("outro"), voice_lufs - BELOW_VOICE_LU)
    return Music(samples, len(samples) / SAMPLE_RATE, OUTRO_OVERLAP_S)


def check_music(path: Path) -> None:
    """See that a file can be used, before anything is paid for.

    Raises:
        RequestError: It is missing, unreadable, or there is nothing to hear in it.
    """
    load_music(path)


def load_music(path: Path) -> Samples:
    """The first 30 seconds of a sound file, mono, at the programme's rate.

    WAV, FLAC, MP3 and Ogg are always read; whatever else there is, if ffmpeg is installed.

    Raises:
        RequestError: It is missing, unreadable, or there is nothing to hear in it.
    """
    if not path.is_file():
        raise RequestError(f"there is no music file {str(path)!r}; check the path")
    clip = _clip_by_soundfile(path)
    if clip is None:
        clip = _clip_by_ffmpeg(path)
    clip = clip.set_channels(1) if clip.channels <= 2 else clip.split_to_mono()[0]
    if clip.duration_seconds > OWN_LIMIT_S:
        clip = clip[: int(OWN_LIMIT_S * 1000)].fade_out(int(OWN_FADE_S * 1000))
    integers = np.frombuffer(clip.set_sample_width(2).raw_data, np.int16)
    samples = to_rate(integers.astype(np.float32) / np.float32(32768), clip.frame_rate)
    if not math.isfinite(loudness_of(samples, SAMPLE_RATE)):
        raise RequestError(f"music file {str(path)!r} is silent or empty; choose another one or leave it out")
    return samples


def _own(path: Path, voice_lufs: float) -> Music:
    samples = _at(load_music(path), voice_lufs - BELOW_VOICE_LU)
    return Music(samples, len(samples) / SAMPLE_RATE)


def _at(music: Samples, heard_lufs: float) -> Samples:
    """Scaled to a loudness as heard."""
    return music * gain_factor(heard_lufs - DUAL_MONO_LU - loudness_of(music, SAMPLE_RATE))


def _ducked(music: Samples) -> Samples:
    """Scheduled, not side-chained: when the first word comes is known."""
    time = np.arange(len(music)) / SAMPLE_RATE
    gain_db = np.interp(time, [INTRO_ALONE_S - DUCK_RAMP_S, INTRO_ALONE_S], [0.0, DUCK_DB])
    return music * (10 ** (gain_db / 20)).astype(np.float32)


def audio_segment_class() -> Any:
    """The value object of pydub; importing that warns when there is no ffmpeg, which it is not needed for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment  # noqa: PLC0415 - warns and looks for ffmpeg at import
    return AudioSegment


def _clip_by_soundfile(path: Path) -> Any | None:
    try:
        with soundfile.SoundFile(path) as file:
            wanted = int((OWN_LIMIT_S + 1) * file.samplerate)
            frames, rate = file.read(wanted, dtype="float32", always_2d=True), file.samplerate
    except soundfile.LibsndfileError:
        return None
    channels = frames.shape[1]
    # Not read as integers: libsndfile does not scale the floats of a float WAV.
    integers = np.clip(np.rint(frames * 32767), -32768, 32767).astype(np.int16)
    return audio_segment_class()(integers.tobytes(), sample_width=2, frame_rate=rate, channels=channels)


def _clip_by_ffmpeg(path: Path) -> Any:
    """By pydub, which runs ffmpeg; a bad file and a missing ffmpeg show as different errors."""
    audio_segment = audio_segment_class()
    from pydub.exceptions import CouldntDecodeError  # noqa: PLC0415 - imports pydub: after the line above

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing ffprobe and leaves its pipe to the collector
        try:
            return audio_segment.from_file(str(path), duration=OWN_LIMIT_S + 1)
        except FileNotFoundError:
            reason = "it is no WAV, FLAC, MP3 or Ogg file, and ffmpeg is not installed"
        except (CouldntDecodeError, IndexError, KeyError, subprocess.SubprocessError):
            reason = "it is no sound file that can be read"
    raise RequestError(f"cannot read music file {str(path)!r}: {reason}; convert it to MP3 or WAV")
