"""The result, its record, and how far a run is."""

from __future__ import annotations

import re

from podloom.domain.audio import ChapterMark, Clip, Cue, Loudness
from podloom.domain.base import Frozen, Language
from podloom.domain.request import EpisodeRequest
from podloom.domain.script import Script, SourceDocument, Speaker


class Episode(Frozen):
    """A finished episode on disk."""

    id: str
    run_id: str
    podcast: str
    title: str
    summary: str
    language: Language
    draft: bool
    folder: str
    files: dict[str, str]
    """Role ("mp3", "vtt", "manifest", ...) to file name inside `folder`."""
    duration_s: float
    asked_s: float
    loudness: Loudness
    chapters: tuple[ChapterMark, ...]
    segments: int
    engine: str
    writer: str
    seconds: float
    """Wall time of the run."""
    cache_hits: dict[str, str]
    """Tier to "hits/lookups"."""
    published_at: str
    """ISO 8601, UTC."""


class StageTiming(Frozen):
    """One stage of one run; `start_s` counts from the start of the run."""

    name: str
    start_s: float
    duration_s: float


class EpisodeRecord(Frozen):
    """Everything the database keeps of a finished episode; written in one transaction."""

    episode: Episode
    request: EpisodeRequest
    speakers: tuple[Speaker, ...]
    sources: tuple[SourceDocument, ...]
    script: Script
    clips: tuple[Clip, ...]
    """One for each of `script.segments`, in the same order."""
    cues: tuple[Cue, ...]
    """Likewise."""
    timings: tuple[StageTiming, ...]
    counters: dict[str, float]
    """Tokens, calls, characters, cache hits, cost."""


class Progress(Frozen):
    """What a run is doing; sent at every change, throttled by whoever shows it."""

    stage: str
    """plan, sources, outline, script, voices, mix, publish, record or done."""
    message: str
    chapters: int = 0
    chapters_done: int = 0
    segments: int = 0
    """Known so far; grows while chapters are being written."""
    segments_done: int = 0
    audio_s: float = 0.0
    cache_hits: int = 0
    listen: str = ""
    """Where what is finished can be heard already: an address, or the path of a page; "" until then."""
    elapsed_s: float = 0.0


def slug(title: str) -> str:
    """A folder name from a title: letters and digits of any script, joined by hyphens; never empty."""
    joined = "-".join(re.findall(r"\w+", title.lower().replace("_", " ")))
    # A name has 255 bytes at most in the common file systems, and some letters have four.
    return joined[:80].encode()[:200].decode(errors="ignore").strip("-") or "episode"
