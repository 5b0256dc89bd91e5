"""Where everything goes: lines, pauses and music on the timeline, and the cues and marks that follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podloom.audio.loudness import Energies
from podloom.audio.music import Music
from podloom.audio.samples import SAMPLE_RATE, Samples, gain_factor, to_rate
from podloom.audio.timeline import Timeline
from podloom.audio.voices import VoiceLevels
from podloom.domain import ChapterMark, Cue, Segment
from podloom.settings import AudioSettings

SAME_SPEAKER_PART = 0.6
"""Of the gap, when a speaker goes on."""
GAP_VARIATION = 0.15
END_PAUSE_S = 0.5
PAUSE_S = {"none": 0.0, "short": 0.3, "long": 0.8}
"""In addition to the gap, where the script asks for it."""


@dataclass(frozen=True)
class Line:
    """A segment with its clip, trimmed and phrased."""

    segment: Segment
    samples: Samples
    sample_rate: int
    energies: Energies
    """Of the clip as it was spoken."""

    @property
    def duration_s(self) -> float:
        """Seconds of speech."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True)
class Score:
    """The music of an episode; None where there is none."""

    intro: Music | None
    sting: Music | None
    outro: Music | None


class Arrangement:
    """Writes to a timeline from left to right."""

    def __init__(self, timeline: Timeline, settings: AudioSettings, score: Score, seed: int) -> None:
        self.cues: list[Cue] = []
        self.cursor = 0
        """The frame after the last word or the last piece that nothing may overlap."""
        self._timeline, self._settings, self._score, self._seed = timeline, settings, score, seed
        self._voices = VoiceLevels(settings.loudness_lufs)
        self._starts: list[tuple[str, int]] = []
        self._speaker: str | None = None
        """Of the line before, None at the beginning of a chapter."""

    def hear(self, line: Line) -> None:
        """Take a line into its speaker's level; before it is placed."""
        self._voices.hear(line.segment.speaker, line.energies)

    def chapter(self, title: str) -> None:
        """A mark; before it a pause, after it the music that leads in. The first mark is at 0."""
        music = self._score.sting if self._starts else self._score.intro
        if self._starts:
            pause_s = self._settings.chapter_gap_s if music is None else self._settings.gap_s
            self.cursor += _frames(pause_s)
        self._starts.append((title, self.cursor))
        if music is not None:
            self._place(music)
        self._speaker = None

    def line(self, line: Line) -> None:
        """Level a clip and put it after the one before."""
        gain_db = self._voices.gain_db(line.segment.speaker, line.energies)
        clip = to_rate(line.samples * gain_factor(gain_db), line.sample_rate)
        start = self.cursor + _frames(self._gap_s(line.segment))
        self._timeline.add(start, clip)
        self.cursor = start + len(clip)
        self._speaker = line.segment.speaker
        self.cues.append(
            Cue(segment=line.segment, start_s=start / SAMPLE_RATE, end_s=self.cursor / SAMPLE_RATE)
        )

    def end(self) -> None:
        """The outro, or a moment of quiet."""
        if self._score.outro is not None:
            self._place(self._score.outro)
        else:
            self.cursor += _frames(END_PAUSE_S)
        self.cursor = max(self.cursor, self._timeline.end)  # music under the words may outlast them

    def marks(self) -> tuple[ChapterMark, ...]:
        """Chapters; the last one ends with the programme."""
        ends = [*(start for _, start in self._starts[1:]), self.cursor]
        return tuple(
            ChapterMark(title=title, start_s=start / SAMPLE_RATE, end_s=end / SAMPLE_RATE)
            for (title, start), end in zip(self._starts, ends, strict=True)
        )

    def _place(self, music: Music) -> None:
        start = self.cursor - _frames(music.overlap_s)
        self._timeline.add(start, music.samples)
        self.cursor = start + _frames(music.alone_s)

    def _gap_s(self, segment: Segment) -> float:
        """Never quite the same twice, always the same for a seed."""
        if self._speaker is None:
            return 0.0  # the chapter's own gap or music was before it
        chance = np.random.default_rng((self._seed, segment.chapter, segment.index)).uniform(-1, 1)
        part = SAME_SPEAKER_PART if segment.speaker == self._speaker else 1.0
        return (
            self._settings.gap_s * part * (1 + GAP_VARIATION * float(chance))
            + PAUSE_S[segment.delivery.pause]
        )


def _frames(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
