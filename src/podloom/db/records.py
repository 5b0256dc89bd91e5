"""What the database tells beside episodes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from podloom.domain import EpisodeRequest

RunState = Literal["running", "waiting", "done", "failed", "cancelled"]
StatsBy = Literal["day", "week", "month", "language", "engine"]


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
class RunStats:
    """Runs that ended, of one group."""

    group: dict[str, str]
    """By what was asked for: {"week": "2026-11-16", "engine": "kokoro"}; a week is named by its Monday."""
    done: int
    failed: int
    cancelled: int
    mean_s: float | None
    """Wall time of those that are done; None if there are none."""
    p95_s: float | None
    """95 % of those that are done took at most so long."""
    segments_per_s: float | None
    """Lines by the wall time of all that are done together."""
    audio_s: float
    cost: float
    unpriced: int
    """Runs whose cost is not known."""
    hits: dict[str, tuple[int, int]]
    """By cache tier: hits and lookups."""
    errors: dict[str, int]
    """Failed runs by the class of their error."""

    @property
    def error_rate(self) -> float | None:
        """Failed by done and failed: stopping a run is no error."""
        ended = self.done + self.failed
        return self.failed / ended if ended else None


@dataclass(frozen=True)
class RecentRuns:
    """What alerts look at: the latest runs that ended."""

    runs: int
    mean_s: float | None
    """Of those that are done."""
    error_rate: float | None
    queue_lines: float
    """Average."""
    memory_mb: float
    """Most."""
