"""`python -m podloom.rehearsal.benchmark seed`: a paced workload, once, as one line of JSON.

A process of its own, so that imports count and the episodes of a worker do not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from podloom import generate_podcast_async
from podloom.domain import Benchmark
from podloom.rehearsal.machine import machine
from podloom.rehearsal.scenario import SCENARIOS
from podloom.rehearsal.workload import Measured, floor_s, measure, paced_server, settings_for, source_text
from podloom.script.beats import MOST_BEATS

MINUTES = {"fast": 0.5, "seed": 8.0, "peer": 9.2}
"""Seed: its five chapters are just long enough to be written in three parts each. Peer: the least for which
Podloom takes six chapters, as it asks for five, give or take one."""


async def run(scenario: str, folder: Path) -> Measured:
    """One episode with nothing in any cache."""
    with paced_server(scenario) as server:
        return await measure(
            server,
            lambda tell: generate_podcast_async(
                source_text(),
                settings=settings_for(server, folder / "home"),
                orchestration="inline",
                on_progress=tell,
                minutes=MINUTES[scenario],
                engine="openai",
                writer="openai",
                out=str(folder / "out"),
            ),
        )


def as_benchmark(scenario: str, measured: Measured) -> Benchmark:
    """What is kept of it."""
    return Benchmark(
        id=str(uuid.uuid4()),
        name=scenario,
        machine=machine(),
        version=version("podloom"),
        made_at=datetime.now(UTC),
        wall_s=measured.wall_s,
        floor_s=floor_s(SCENARIOS[scenario], MOST_BEATS),
        first_clip_s=measured.first_clip_s,
        cpu_s=measured.cpu_s,
        load=os.getloadavg()[0],
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser(prog="python -m podloom.rehearsal.benchmark")
    parser.add_argument("scenario", choices=sorted(MINUTES))
    scenario = parser.parse_args(arguments).scenario
    with tempfile.TemporaryDirectory(prefix="podloom-benchmark-") as folder:
        measured = asyncio.run(run(scenario, Path(folder)))
    sys.stdout.write(as_benchmark(scenario, measured).model_dump_json() + "\n")


if __name__ == "__main__":
    main()
