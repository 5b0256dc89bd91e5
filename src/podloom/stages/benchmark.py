"""The daily benchmark: run in a process of its own, kept in the database, held against those before it."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from podloom.domain import Alert, Benchmark, Reading
from podloom.errors import PodloomError
from podloom.settings import AlertSettings, Settings
from podloom.stages import shared

Workload = Literal["seed", "peer", "fast"]
COMMAND = (sys.executable, "-m", "podloom.rehearsal.benchmark")
LIMIT_S = 600.0
"""The seed's workload takes 10 s; longer than this it hangs."""
LEAST_BEFORE = 3
"""With fewer before it, one is compared with nothing."""


@dataclass(frozen=True)
class Kept:
    """A benchmark with its history."""

    benchmark: Benchmark
    before: tuple[Benchmark, ...]
    """Of the same workload on the same machine, newest first."""
    alerts: tuple[Alert, ...]


async def run_benchmark(workload: Workload) -> Benchmark:
    """Run it; a cancelled one takes its processes along.

    Raises:
        PodloomError: It failed, or took longer than LIMIT_S.
    """
    # Of their own, so that they end together; and what is measured is not traced.
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        workload,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
        env={**os.environ, "OTEL_SDK_DISABLED": "true"},
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            said, complaint = await process.communicate()
    except TimeoutError:
        raise PodloomError(f"the benchmark {workload!r} was not done after {LIMIT_S:g} s") from None
    finally:
        await _end(process)
    if process.returncode:
        reason = (complaint.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise PodloomError(f"the benchmark {workload!r} failed: {reason}")
    return Benchmark.model_validate_json(said)


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def keep_benchmark(benchmark: Benchmark, settings: Settings) -> Kept:
    """Add it to the history, and raise or clear the alert.

    Raises:
        StorageError: The database cannot be used.
    """
    database = await shared.database(settings)
    limits = settings.alerts
    latest = await database.benchmarks(benchmark.name, benchmark.machine, limits.benchmark_days + 1)
    before = [known for known in latest if known.id != benchmark.id][: limits.benchmark_days]
    await database.add_benchmark(benchmark)
    found = comparison(benchmark, before, limits)
    alerts = await database.switch_alerts([found]) if found else []
    return Kept(benchmark, tuple(before), tuple(alerts))


def comparison(benchmark: Benchmark, before: Sequence[Benchmark], limits: AlertSettings) -> Reading | None:
    """Its time against the median of those before; None if there is no threshold, or too little before it."""
    if len(before) < LEAST_BEFORE or not limits.benchmark_slower:
        return None
    median_s = statistics.median(known.wall_s for known in before)
    ratio, limit = benchmark.wall_s / median_s, 1 + limits.benchmark_slower
    return Reading(
        name=f"benchmark_{benchmark.name}",  # its own: another workload's says nothing about this one
        value=ratio,
        limit=limit,
        clear_at=limit,
        sentence=(
            f"the benchmark {benchmark.name!r} took {benchmark.wall_s:.1f} s, {ratio - 1:+.0%} against the"
            f" median of the {len(before)} before it ({median_s:.1f} s); the threshold is +{limit - 1:.0%}"
        ),
    )
