"""The flow that watches how fast this machine and this version are."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from podloom.domain import Benchmark
from podloom.metrics.recording import observe_alert
from podloom.stages.benchmark import Kept, Workload, keep_benchmark, run_benchmark
from podloom.tasks.alerting import tell_alert
from podloom.tasks.context import given
from podloom.tasks.ending import ended
from podloom.telemetry import Telemetry


@flow(name="daily-benchmark", persist_result=False, log_prints=False)
async def daily_benchmark_flow(workload: Workload = "seed") -> State[Any]:
    """Make an episode through a paced server, keep the times, and raise an alert if it has become slower.

    Args:
        workload: seed: 5 chapters and 25 lines, at least 8 s of waiting. peer: 6 and 48, shorter waits.
            fast: no waiting.
    """
    return await ended(_benchmark(workload))


async def _benchmark(workload: Workload) -> State[Any]:
    made = await run_benchmark(workload)
    if flow_run.id:  # a retry of this run replaces it
        made = made.model_copy(update={"id": str(flow_run.id)})
    kept = await keep_benchmark(made, given().settings)
    telemetry = Telemetry(on_alert=tell_alert)
    for alert in kept.alerts:
        observe_alert(alert)
        telemetry.alert(alert)
    await acreate_table_artifact(
        key="benchmark-history",
        table=[_row(each) for each in (kept.benchmark, *kept.before)],
        description=f"Benchmark {workload!r} on {made.machine}",
    )
    return Completed(message=_sentence(kept))


def _row(benchmark: Benchmark) -> dict[str, str | float]:
    return {
        "Made": benchmark.made_at.isoformat(timespec="minutes"),
        "Version": benchmark.version,
        "Seconds": round(benchmark.wall_s, 2),
        "At least": round(benchmark.floor_s, 2),
        "First clip": round(benchmark.first_clip_s, 2),
        "CPU": round(benchmark.cpu_s, 2),
        "Load": round(benchmark.load, 1),
    }


def _sentence(kept: Kept) -> str:
    made = kept.benchmark
    return f"{made.name}: {made.wall_s:.1f} s, at least {made.floor_s:.1f} s; {len(kept.before)} before it"
