"""What is measured about runs: how they ended, what is worth an alert, how fast this machine is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from podloom.domain.base import Frozen, Language
from podloom.domain.episode import StageTiming
from podloom.domain.request import EpisodeRequest

Outcome = Literal["done", "failed", "cancelled", "waiting"]
"""A run that is "waiting" has no process: it begins again when its script's reviewer has answered."""


class RunEnd(Frozen):
    """How a run ended and what it measured, whichever way it ended."""

    run_id: str
    outcome: Outcome
    error: str = ""
    """The one sentence."""
    error_class: str = ""
    """"ProviderError", ..."""
    request: EpisodeRequest
    folder: str
    language: Language
    engine: str
    writer: str
    seconds: float
    """Wall time."""
    segments: int
    """Lines that had a clip when it ended."""
    audio_s: float
    """Length of the episode; 0 if there is none."""
    cost: float | None
    """None when a paid server has no price set."""
    memory_mb: float
    """Resident memory of the process, at the end."""
    queue_lines: int
    """Lines, of all runs in the process, that waited for a voice at the end."""
    ended_at: datetime
    timings: tuple[StageTiming, ...]
    counters: dict[str, float]


class Reading(Frozen):
    """A value beside its limits."""

    name: str
    """"mean_s", "error_rate", "queue_lines", "memory_mb", or "benchmark_seed" by a workload's name."""
    value: float
    limit: float
    """Above it, the alert is raised."""
    clear_at: float
    """At or below it, the alert is cleared."""
    sentence: str
    """For people: what the value is and over what."""


class Alert(Frozen):
    """An alert that was just raised or cleared."""

    name: str
    active: bool
    value: float
    limit: float
    message: str


class Benchmark(Frozen):
    """One run of a paced workload."""

    id: str
    name: str
    """Of the rehearsal's scenario."""
    machine: str
    version: str
    """Podloom's."""
    made_at: datetime
    wall_s: float
    floor_s: float
    """The critical path of the workload's own waiting."""
    first_clip_s: float
    cpu_s: float
    load: float
    """Of the machine, over the last minute, at the end."""
