"""Many episodes at once and long ones: does the orchestrator's cost grow linearly, and how much memory is it?

    python benchmarks/bench_scale.py             # 25 to 600 segments in one episode, 1 to 20 episodes at once
    python benchmarks/bench_scale.py --quick     # the two smallest of both
    python benchmarks/bench_scale.py --json -    # the last line is one JSON object

Every row is a process of its own that makes one very short episode, so that its imports are done, and then
those that are measured. Model and voices are the rehearsal server, in another process: outline 1 s, chapter
3 s, clip 0.1 s. A segment has about 15 words, which the server speaks in 5 seconds. The number asked for is
shared among the chapters, rounded, and the disclosure's two segments are added: of 25 become 26.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from process import cpu_s, in_a_process, peak_mb
from report import Goal, child_parser, percentile, report, show
from workload import PacedServer, paced_server, settings_for, source_text

SEGMENTS = (25, 100, 300, 600)
AT_ONCE = (1, 5, 10, 20)
OF_EACH = 25
"""Segments of each of the episodes that are made at once."""
WORDS = 15
WORDS_A_MINUTE = 150
PACE = {"outline_s": 1.0, "chapter_s": 3.0, "speech_s": 0.1}
WARM_UP = {"episodes": 1, "minutes": 0.5, "words": 200}
MEMORY_MB = 512
LINEAR = 1.1
"""Greatest exponent of a power law that is still called linear."""
STEADY = 1.2
"""Greatest growth of the cost of one segment, from the second smallest row to the largest."""

Row = dict[str, float]


def main() -> int:
    arguments = parse()
    if arguments.child:
        print(json.dumps(asyncio.run(cell(json.loads(arguments.child)))))
        return 0
    few = 2 if arguments.quick else None
    long = [row(1, segments) for segments in arguments.segments[:few]]
    many = [row(episodes, OF_EACH) for episodes in arguments.episodes[:few]]
    for title, rows in (
        ("one episode, ever longer", long),
        (f"at once, {OF_EACH} segments each", many),
    ):
        show(title, list(rows[0]), [list(each.values()) for each in rows])
    metrics = {
        "segments, largest row": max(each["segments"] for each in long + many),
        "peak memory (MB)": max(each["peak MB"] for each in long + many),
        **growth("segments", long),
        **growth("episodes", many),
    }
    goals = [Goal("peak memory (MB)", MEMORY_MB, strictly=True)]
    goals += [Goal(f"CPU exponent, more {what}", LINEAR) for what in ("segments", "episodes")]
    goals += [Goal(f"CPU of a segment, growth with {what}", STEADY) for what in ("segments", "episodes")]
    report("bench_scale", metrics, goals, to=arguments.json, details=flat(long + many))
    return 0


def parse(given: list[str] | None = None) -> argparse.Namespace:
    made = child_parser(__doc__)
    made.add_argument("--segments", type=int, nargs="+", default=SEGMENTS)
    made.add_argument("--episodes", type=int, nargs="+", default=AT_ONCE)
    return made.parse_args(given)


def row(episodes: int, segments: int) -> Row:
    """One process that makes so many episodes of so many segments, with a server of its own."""
    from podloom.script.outlining import chapter_count

    minutes = segments * WORDS / WORDS_A_MINUTE
    lines = round(segments / chapter_count(minutes))
    with paced_server("fast", **PACE, lines=lines) as server:
        measured = in_a_process(
            __file__,
            {"url": server.base_url, "episodes": episodes, "minutes": minutes, "words": segments * WORDS},
        )
    return {"at once": episodes, **measured}


async def cell(job: dict[str, Any]) -> Row:
    """Make the episodes at once, in this process; times from the first line of the first to the last."""
    with tempfile.TemporaryDirectory() as name:
        await episodes(WARM_UP | {"url": job["url"]}, Path(name) / "warm")
        began_s, spent_s = time.monotonic(), cpu_s()
        made = await episodes(job, Path(name) / "cell")
        wall_s, spent_s = time.monotonic() - began_s, cpu_s() - spent_s
    segments = sum(count for _, count in made)
    times_s = [wall for wall, _ in made]
    return {
        "segments": segments,
        "wall s": wall_s,
        "P50 s": percentile(times_s, 50),
        "P95 s": percentile(times_s, 95),
        "segments/s": segments / wall_s,
        "CPU s": spent_s,
        "CPU ms/segment": 1000 * spent_s / segments,
        "peak MB": peak_mb(),
    }


async def episodes(job: dict[str, Any], folder: Path) -> list[tuple[float, int]]:
    """Seconds and segments of each of the episodes, all made at once; no two of the same source."""
    from podloom import generate_podcast_async

    settings = settings_for(PacedServer(job["url"]), folder / "home")

    async def one(number: int) -> tuple[float, int]:
        began_s = time.monotonic()
        episode = await generate_podcast_async(
            source_text(round(1.2 * job["words"]), seed=number),
            settings=settings,
            orchestration="inline",
            engine="openai",
            writer="openai",
            minutes=job["minutes"],
            out=str(folder / f"out-{number}"),
        )
        return time.monotonic() - began_s, episode.segments

    return await asyncio.gather(*(one(number) for number in range(job["episodes"])))


def growth(what: str, rows: list[Row]) -> dict[str, float]:
    """How CPU time grows with segments: as a power, and as a fixed part and a part for every segment.

    Nothing where there are not two lengths to compare.
    """
    segments, spent_s = [each["segments"] for each in rows], [each["CPU s"] for each in rows]
    if len(set(segments)) < 2:
        return {}
    line = statistics.linear_regression(segments, spent_s)
    power = statistics.linear_regression([math.log(n) for n in segments], [math.log(s) for s in spent_s])
    per_segment = [each["CPU ms/segment"] for each in rows]
    return {
        f"CPU exponent, more {what}": power.slope,
        f"CPU of a segment, growth with {what}": per_segment[-1] / per_segment[1],
        f"CPU, fixed part, more {what} (s)": line.intercept,
        f"CPU of one more segment, more {what} (ms)": 1000 * line.slope,
    }


def flat(rows: list[Row]) -> dict[str, float]:
    """All cells by name."""
    return {
        f"{each['at once']:.0f} at once, {each['segments']:.0f} segments, {name}": value
        for each in rows
        for name, value in each.items()
        if name not in {"at once", "segments"}
    }


if __name__ == "__main__":
    sys.exit(main())
