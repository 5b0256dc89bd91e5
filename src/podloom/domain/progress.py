"""How far a run is, as a share and as a sentence."""

from __future__ import annotations

import re

from podloom.domain.episode import Progress

BEGINS = {
    "plan": 0.0,
    "sources": 1.0,
    "outline": 4.0,
    "script": 10.0,
    "voices": 10.0,
    "mix": 90.0,
    "publish": 94.0,
    "record": 98.0,
    "done": 100.0,
}
"""Percent at which a stage begins; chapters and clips are most of a run."""
CLIPS_WEIGHT = 0.8
"""Of the part between the outline and the mix; the rest are chapters."""


def percent(progress: Progress) -> float:
    """How far a run is, from 0 to 100, with one decimal."""
    begin = BEGINS.get(progress.stage, 0.0)
    if progress.stage not in {"script", "voices"}:
        return begin
    clips = _share(progress.segments_done, progress.segments)
    chapters = _share(progress.chapters_done, progress.chapters)
    # Lines that are not known yet count as not voiced: half of the chapters known is at most half.
    voiced = min(clips, 1.0 if chapters == 1.0 else 0.95)
    return round(begin + (BEGINS["mix"] - begin) * (CLIPS_WEIGHT * voiced + (1 - CLIPS_WEIGHT) * chapters), 1)


def sentence(progress: Progress) -> str:
    """What is being done, and how much of it is done."""
    parts = [progress.message]
    if progress.chapters:
        parts.append(f"chapters {progress.chapters_done}/{progress.chapters}")
    if progress.segments:
        parts.append(f"clips {progress.segments_done}/{progress.segments}")
    if progress.audio_s:
        parts.append(f"{clock(progress.audio_s)} of speech")
    if progress.cache_hits:
        parts.append(f"{progress.cache_hits} from the cache")
    return " · ".join([*parts, f"{progress.elapsed_s:.0f} s"])


def timeless(sentence: str) -> str:
    """The same without the seconds, which change all the time."""
    return re.sub(r" · \d+ s$", "", sentence)


def clock(seconds: float) -> str:
    """75 -> "1:15"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def count_of(count: float, thing: str, things: str = "") -> str:
    """(1, "line") -> "1 line", (2, "line") -> "2 lines", (0, "entry", "entries") -> "0 entries"."""
    return f"{count:.0f} {thing if round(count) == 1 else things or thing + 's'}"


def shortened(text: str, longest: int = 80) -> str:
    """One line of at most so many characters: enough to know a text by."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _share(done: int, total: int) -> float:
    return min(1.0, done / total) if total else 0.0
