"""The seed's workload, one after the other and with Podloom: 5 chapters of 9.5 s, 25 lines, clips of 0.9 s.

python benchmarks/bench_seed.py [--only ours|sequential] [--no-flow] [--database URL] [--json -]

The naive pipeline voices 25 clips, Podloom 27: its disclosure is two lines, before those of the model.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from report import Goal, parser, report
from workload import (
    Measured,
    PacedServer,
    floor_s,
    measure,
    paced_server,
    sequential_s,
    settings_for,
    source_text,
)

from podloom.rehearsal import SCENARIOS
from podloom.rehearsal.benchmark import MINUTES as MINUTES_OF
from podloom.script.beats import MOST_BEATS

SCENARIO = SCENARIOS["seed"]
MINUTES = MINUTES_OF["seed"]


async def ours(server: PacedServer, folder: Path, database_url: str, *, flow: bool) -> dict[str, float]:
    """Cold, warm, and cold again as a Prefect flow run."""
    settings = settings_for(server, folder / "home", database_url)
    cold = await measure(server, settings, folder / "out", minutes=MINUTES)
    again = settings_for(server, folder / "home-again", database_url)
    second = await measure(server, again, folder / "out-again", minutes=MINUTES)
    warm = await measure(server, settings, folder / "out-warm", minutes=MINUTES)
    metrics = _cold(cold) | {
        "cold, process warmed up (s)": second.wall_s,
        "cold, process warmed up / floor": second.wall_s / floor_s(SCENARIO, MOST_BEATS),
        "warm (s)": warm.wall_s,
        "warm, paid calls": float(sum(warm.counts.get(route, 0) for route in ("chat", "speech"))),
    }
    if flow:
        # The first flow run of a process imports Prefect and starts its temporary server.
        first = await measure(
            server, settings, folder / "out-first-flow", orchestration="prefect", minutes=MINUTES
        )
        other = settings_for(server, folder / "home-flow", database_url)
        run = await measure(server, other, folder / "out-flow", orchestration="prefect", minutes=MINUTES)
        metrics |= {
            "warm, first flow run of the process (s)": first.wall_s,
            "flow run (s)": run.wall_s,
            "flow / inline": run.wall_s / second.wall_s,
        }
    return metrics


def _cold(cold: Measured) -> dict[str, float]:
    return {
        "cold (s)": cold.wall_s,
        "cold / floor": cold.wall_s / floor_s(SCENARIO, MOST_BEATS),
        "cold, CPU (s)": cold.cpu_s,
        "before the first call (s)": cold.before_first_call_s,
        "first clip (s)": cold.first_clip_s,
        "after the last clip (s)": cold.after_last_clip_s,
        "longest chapter call (s)": cold.chapter_call_s,
        "clips": float(cold.counts.get("speech", 0)),
        "clips at once": float(cold.most_at_once.get("speech", 0)),
        "episode (s)": cold.episode.duration_s,
    }


def sequential(server: PacedServer, folder: Path, database_url: str) -> dict[str, float]:
    """The naive pipeline on the same server."""
    from naive import NaivePipeline

    pipeline = NaivePipeline(server.base_url, folder, database_url)
    wall_s = pipeline.run(source_text(), MINUTES, SCENARIO.chapters)
    return {"sequential (s)": wall_s} | {
        f"sequential, {name} (s)": stage_s for name, stage_s in pipeline.stages.items()
    }


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--only", choices=["ours", "sequential"], default="")
    options.add_argument(
        "--flow", action=argparse.BooleanOptionalAction, default=True, help="also as a Prefect flow run"
    )
    options.add_argument("--database", default="", help="postgresql+asyncpg://...; empty: SQLite")
    asked = options.parse_args()
    metrics = {"sum of all waiting (s)": sequential_s(SCENARIO), "floor (s)": floor_s(SCENARIO, MOST_BEATS)}
    with tempfile.TemporaryDirectory() as name, paced_server("seed") as server:
        folder = Path(name)
        # Ours first: its first run pays for its imports.
        if asked.only != "sequential":
            metrics |= asyncio.run(ours(server, folder, asked.database, flow=asked.flow))
        if asked.only != "ours":
            metrics |= sequential(server, folder, asked.database)
    if not asked.only:
        metrics["times faster"] = metrics["sequential (s)"] / metrics["cold (s)"]
    goals = [
        Goal("cold (s)", 10.0),
        Goal("cold / floor", 1.10),
        Goal("cold, process warmed up / floor", 1.10),
        Goal("warm (s)", 1.0),
        Goal("warm, paid calls", 0),
        Goal("first clip (s)", 3.5),
        Goal("flow / inline", 1.05),
    ]
    report("bench_seed", metrics, goals, to=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
