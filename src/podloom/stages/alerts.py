"""What is worth an alert: the latest runs against the thresholds in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podloom.db.records import RecentRuns
from podloom.domain import Alert, Reading
from podloom.domain.progress import count_of
from podloom.settings import AlertSettings

if TYPE_CHECKING:
    from podloom.db.database import Database

CLEAR_AT = 0.9
"""Of the threshold: a value that swings around it would raise and clear all day."""


async def look(database: Database, settings: AlertSettings) -> list[Alert]:
    """Look at the latest runs; the alerts that have just been raised or cleared, told to one caller only."""
    found = readings(await database.recent_runs(settings.runs), settings)
    return await database.switch_alerts(found) if found else []


def readings(recent: RecentRuns, settings: AlertSettings) -> list[Reading]:
    """The values that have a threshold; none of too few runs."""
    if recent.runs < settings.least_runs:
        return []
    mean_s, rate = recent.mean_s, recent.error_rate
    lines, memory_mb = recent.queue_lines, recent.memory_mb
    waiting = count_of(lines, "line")
    known = [
        ("mean_s", mean_s, settings.mean_s, f"episodes took {mean_s or 0:.0f} s on average"),
        ("error_rate", rate, settings.error_rate, f"{rate or 0:.0%} of the runs failed"),
        ("queue_lines", lines, settings.queue_lines, f"{waiting} waited for a voice on average"),
        ("memory_mb", memory_mb, settings.memory_mb, f"a process held {memory_mb:.0f} MB"),
    ]
    return [
        Reading(
            name=name,
            value=value,
            limit=limit,
            clear_at=CLEAR_AT * limit,
            sentence=f"{said} over the last {count_of(recent.runs, 'run')}; the threshold is {limit:g}",
        )
        for name, value, limit, said in known
        if value is not None and limit
    ]
