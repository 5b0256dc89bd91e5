"""Clips, the timeline and what was measured."""

from __future__ import annotations

from podloom.domain.base import Frozen, Language
from podloom.domain.script import Segment


class Clip(Frozen):
    """The audio of one segment in the clip store: mono FLAC, at the engine's own rate."""

    sha256: str
    """Of the samples; its name in the clip store."""
    path: str
    duration_s: float
    sample_rate: int
    cached: bool = False


class Cue(Frozen):
    """A segment at its time in the finished file."""

    segment: Segment
    start_s: float
    end_s: float


class ChapterMark(Frozen):
    """A titled span of the finished file; marks touch, the first begins at 0."""

    title: str
    start_s: float
    end_s: float


class Transcript(Frozen):
    """Everything that is spoken, timed by the mixer."""

    language: Language
    cues: tuple[Cue, ...]


class Loudness(Frozen):
    """Measured on the decoded file, as heard (mono counts for two loudspeakers)."""

    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float


class Measurement(Frozen):
    """What one decode of an encoded file shows."""

    duration_s: float
    frames: int
    sample_rate: int
    channels: int
    loudness: Loudness
    clipped_samples: int
    """Full-scale ones with another next to them; one alone may be a true peak."""
    dc: float
    """Mean of all samples."""
    long_silences: tuple[tuple[float, float], ...]
    """Start and length in seconds of what is 1.5 s or longer."""
    noise_floor_dbfs: float


class Mix(Frozen):
    """What the mixer made: files without tags yet, and the timeline they share."""

    duration_s: float
    frames: int
    """Per channel, at `sample_rate`."""
    sample_rate: int
    cues: tuple[Cue, ...]
    marks: tuple[ChapterMark, ...]
    levels: tuple[float, ...]
    """RMS per 100 ms of the programme, 0 to 1: the waveform for covers and players."""
