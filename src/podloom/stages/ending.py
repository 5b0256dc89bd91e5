"""How a run ends: its record with what it measured, its metrics, and the alerts that it sets off."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from podloom.domain import EpisodeRequest, Outcome, RunEnd
from podloom.errors import StoppedError, StorageError
from podloom.metrics.memory import memory_bytes
from podloom.metrics.recording import observe, observe_alert
from podloom.settings import AlertSettings, Settings
from podloom.stages import shared
from podloom.stages.alerts import look
from podloom.stages.asking import settled
from podloom.stages.folder import PARTIAL
from podloom.stages.manifest import cost
from podloom.stages.run import Run
from podloom.telemetry import Telemetry
from podloom.tts.queue import queue_lengths

if TYPE_CHECKING:
    from podloom.db.database import Database

log = logging.getLogger(__name__)
LATE_S = 2.0
"""Longest wait, of a run that was refused at once, for a database that is still being opened."""


async def record_end(run: Run, error: BaseException | None, *, noted: bool) -> None:
    """Tell the metrics how the run ended, the database if it has noted the run, and who wants alerts."""
    end = run_end(run, error)
    if end.outcome != "waiting":
        observe(end)
    if noted:
        assert run.database is not None
        await _keep(run.database, end, run.settings.alerts, run.telemetry)


async def record_refusal(end: RunEnd, settings: Settings, telemetry: Telemetry) -> None:
    """The same of a run that never was open; nobody waits long for a database for its sake."""
    observe(end)
    opening = asyncio.create_task(_open_database(settings))
    await asyncio.wait({opening}, timeout=LATE_S)
    if not opening.done():
        opening.cancel()
    (database,) = await asyncio.gather(opening, return_exceptions=True)
    if isinstance(database, BaseException):
        log.info("how run %s ended is not in the database: %r", end.run_id, database)
    else:
        await _keep(database, end, settings.alerts, telemetry)


async def record_left(end: RunEnd, settings: Settings, telemetry: Telemetry) -> None:
    """The same of a run that ended while nobody was at it, unless its end is known already."""
    try:
        database = await shared.database(settings)
        known = await database.run(end.run_id)
        if known is None:
            await record_refusal(end, settings, telemetry)
        elif await database.close_run(end):  # what it had measured before it was suspended stays
            observe(end)
            await _look(database, settings.alerts, telemetry)
    except StorageError as failure:
        log.warning("how run %s ended is not in the database: %s", end.run_id, failure)


async def _open_database(settings: Settings) -> Database:
    database = await shared.database(settings)
    await database.open()
    return database


def run_end(run: Run, error: BaseException | None) -> RunEnd:
    """The run as it is now, with the error that ended it."""
    outcome = "waiting" if error is not None and run.suspended else _outcome(error)
    words, name = _failure(outcome, error)
    episode = run.episode
    return RunEnd(
        run_id=run.id,
        outcome=outcome,
        error=words,
        error_class=name,
        request=settled(run.request),
        folder=episode.folder if episode else str(run.partial),
        language=run.request.language,
        engine=run.engine.name,
        writer=run.writer.name,
        seconds=run.telemetry.elapsed_s,
        segments=episode.segments if episode else run.telemetry.progress.segments_done,
        audio_s=episode.duration_s if episode else 0.0,
        cost=cost(run),
        memory_mb=memory_bytes() / 1e6,
        queue_lines=run.queue.stats.waiting,
        ended_at=datetime.now(UTC),
        timings=tuple(run.telemetry.timings),
        counters={name: float(value) for name, value in run.telemetry.counters.items()},
    )


def refused_end(
    request: EpisodeRequest, telemetry: Telemetry, run_id: str, engine: str, error: BaseException
) -> RunEnd:
    """A run that `error` ended before it was open: it has measured next to nothing, and paid nothing."""
    outcome = _outcome(error)
    words, name = _failure(outcome, error)
    return RunEnd(
        run_id=run_id,
        outcome=outcome,
        error=words,
        error_class=name,
        request=settled(request),
        folder=str(Path(request.out).resolve() / f".{run_id}{PARTIAL}"),  # where it would have written
        language=request.language,
        engine=engine,
        writer="",
        seconds=telemetry.elapsed_s,
        segments=0,
        audio_s=0.0,
        cost=0.0,
        memory_mb=memory_bytes() / 1e6,
        queue_lines=queue_lengths().get(engine, {}).get("waiting", 0),
        ended_at=datetime.now(UTC),
        timings=(),
        counters={},
    )


def _outcome(error: BaseException | None) -> Outcome:
    """What is no Exception is somebody's wish: Ctrl-C, a cancelled task, a pause."""
    if error is None:
        return "done"
    return "failed" if isinstance(error, Exception) and not isinstance(error, StoppedError) else "cancelled"


def _failure(outcome: Outcome, error: BaseException | None) -> tuple[str, str]:
    """What the record says of the error, and its class; nothing of one that was somebody's wish."""
    return (str(error), type(error).__name__) if outcome == "failed" else ("", "")


async def _keep(database: Database, end: RunEnd, settings: AlertSettings, telemetry: Telemetry) -> None:
    """The record's row, and the alerts that changed; what fails here is a warning, the run has ended."""
    try:
        await database.end_run(end)
        await _look(database, settings, telemetry)
    except StorageError as failure:
        log.warning("how run %s ended is not in the database: %s", end.run_id, failure)


async def _look(database: Database, settings: AlertSettings, telemetry: Telemetry) -> None:
    for alert in await look(database, settings):
        observe_alert(alert)
        telemetry.alert(alert)
