"""The closest peer's workload: 6 chapters of 8 lines, outline 1 s, chapter 3 s, clip 0.5 s.

python benchmarks/bench_peer.py [--only ours|sequential] [--json -]

The floor is the longer one of two: the outline, a chapter in as many parts as Podloom writes it in and one
clip, as in the daily benchmark; or the 50 clips (48 lines and the disclosure's two), as many at once as the
settings allow. It does not count the wait for the first line.
"""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
from pathlib import Path

from report import Goal, parser, report
from workload import PacedServer, floor_s, measure, paced_server, sequential_s, settings_for, source_text

from podloom.rehearsal import SCENARIOS
from podloom.rehearsal.benchmark import MINUTES as MINUTES_OF
from podloom.script.beats import MOST_BEATS
from podloom.settings import SpeechSettings

SCENARIO = SCENARIOS["peer"]
MINUTES = MINUTES_OF["peer"]
CLIPS = SCENARIO.chapters * SCENARIO.lines + 2
ROUNDS = math.ceil(CLIPS / SpeechSettings.model_fields["remote_concurrency"].default)
FLOOR_S = max(floor_s(SCENARIO, MOST_BEATS), ROUNDS * SCENARIO.speech_s)
GOALS = [Goal("cold (s)", 6.0), Goal("cold, process warmed up (s)", 6.0)]


async def ours(server: PacedServer, folder: Path) -> dict[str, float]:
    """With nothing remembered, in a fresh process and again in the same one, as a worker does it."""
    run = await measure(server, settings_for(server, folder / "home"), folder / "out", minutes=MINUTES)
    again = settings_for(server, folder / "home-again")
    second = await measure(server, again, folder / "out-again", minutes=MINUTES)
    return {
        "cold (s)": run.wall_s,
        "cold / floor": run.wall_s / FLOOR_S,
        "cold, CPU (s)": run.cpu_s,
        "before the first call (s)": run.before_first_call_s,
        "first clip (s)": run.first_clip_s,
        "after the last clip (s)": run.after_last_clip_s,
        "clips": float(run.counts.get("speech", 0)),
        "clips at once": float(run.most_at_once.get("speech", 0)),
        "episode (s)": run.episode.duration_s,
        "cold, process warmed up (s)": second.wall_s,
        "cold, process warmed up / floor": second.wall_s / FLOOR_S,
        "cold, process warmed up, CPU (s)": second.cpu_s,
    }


def sequential(server: PacedServer, folder: Path) -> dict[str, float]:
    """The naive pipeline on the same server."""
    from naive import NaivePipeline

    return {
        "sequential (s)": NaivePipeline(server.base_url, folder).run(
            source_text(), MINUTES, SCENARIO.chapters
        )
    }


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--only", choices=["ours", "sequential"], default="")
    asked = options.parse_args()
    metrics = {"sum of all waiting (s)": sequential_s(SCENARIO), "floor (s)": FLOOR_S}
    with tempfile.TemporaryDirectory() as name, paced_server("peer") as server:
        if asked.only != "sequential":
            metrics |= asyncio.run(ours(server, Path(name)))
        if asked.only != "ours":
            metrics |= sequential(server, Path(name))
    report("bench_peer", metrics, GOALS, to=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
