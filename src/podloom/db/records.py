"""What the database tells beside episodes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from podloom.domain import EpisodeRequest

RunState = Literal["running", "done", "failed", "cancelled"]
Period = Literal["day", "month", "year", "all"]


@dataclass(frozen=True)
class RunRecord:
    """A run, whether it ended or not."""

    id: str
    state: RunState
    error: str
    request: EpisodeRequest
    folder: str
    episode_id: str | None
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class PeriodStats:
    """Episodes of one period, language and engine; averages are per episode."""

    period: str
    """"2026-11-21", "2026-11", "2026" or "" for all."""
    language: str
    engine: str
    episodes: int
    seconds: float
    """Mean wall time."""
    audio_s: float
    """Mean length."""
    segments_per_s: float
    """Segments by the wall time of all episodes together."""
