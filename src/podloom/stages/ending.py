"""How a run ends: its record with what it measured, its metrics, and the alerts that it sets off."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from podloom.domain import Alert, Outcome, RunEnd
from podloom.errors import StoppedError, StorageError
from podloom.metrics.memory import memory_bytes
from podloom.metrics.recording import observe, observe_alert
from podloom.stages.alerts import look
from podloom.stages.asking import settled
from podloom.stages.manifest import cost
from podloom.stages.run import Run

log = logging.getLogger(__name__)


async def record_end(run: Run, error: BaseException | None, *, noted: bool) -> None:
    """Tell the metrics how the run ended, the database if it has noted the run, and who wants alerts."""
    end = run_end(run, error)
    if end.outcome != "waiting":
        observe(end)
    for alert in await _kept(run, end) if noted else []:
        observe_alert(alert)
        run.telemetry.alert(alert)


def run_end(run: Run, error: BaseException | None) -> RunEnd:
    """The run as it is now, with the error that ended it."""
    outcome = _outcome(run, error)
    failed = outcome == "failed"
    episode = run.episode
    return RunEnd(
        run_id=run.id,
        outcome=outcome,
        error=str(error) if failed else "",
        error_class=type(error).__name__ if failed else "",
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


def _outcome(run: Run, error: BaseException | None) -> Outcome:
    """What is no Exception is somebody's wish: Ctrl-C, a cancelled task, a pause."""
    if error is None:
        return "done"
    if run.suspended:
        return "waiting"
    return "failed" if isinstance(error, Exception) and not isinstance(error, StoppedError) else "cancelled"


async def _kept(run: Run, end: RunEnd) -> list[Alert]:
    """The record's row, and the alerts that changed; what fails here is a warning, the run has ended."""
    assert run.database is not None  # noted there
    try:
        await run.database.end_run(end)
        return await look(run.database, run.settings.alerts)
    except StorageError as failure:
        log.warning("how run %s ended is not in the database: %s", run.id, failure)
        return []
