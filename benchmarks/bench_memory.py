"""Peak memory of mixing and encoding, from a short to a long episode: it should not grow with the length.

    python benchmarks/bench_memory.py                        # 5 and 60 minutes, MP3
    python benchmarks/bench_memory.py --minutes 5 20 90 --formats mp3 m4a opus
    python benchmarks/bench_memory.py --pipeline             # a whole run, not only the mixer
    python benchmarks/bench_memory.py --json -               # the last line is one JSON object

Each episode is mixed in a process of its own, from clips that are made as they are needed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RATE = 24_000
LINE_S = 6.0
TONE_LINE_S = 9.3
"""Of the script's lines, with their pauses, by the tone engine."""
LINES_PER_CHAPTER = 40
MEMORY_GOAL_MB = 512
GROWTH_GOAL = 1.10
"""The longest episode's peak against the shortest one's."""


def main() -> int:
    """Print a table, and JSON if asked for."""
    arguments = parse()
    if arguments.child:
        measured = make if arguments.pipeline else mix
        print(json.dumps(measured(arguments.child, arguments.formats)))
        return 0
    rows = [in_a_process(minutes, arguments) for minutes in sorted(arguments.minutes)]
    print(f"{'minutes':>8} {'peak MB':>8} {'CPU s':>7} {'wall s':>7}")
    for row in rows:
        print(f"{row['minutes']:8.1f} {row['peak_mb']:8.1f} {row['cpu_s']:7.1f} {row['wall_s']:7.1f}")
    result = summary(rows)
    if arguments.json == "-":
        print(json.dumps(result))
    elif arguments.json:
        Path(arguments.json).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, nargs="+", default=[5, 60])
    parser.add_argument("--formats", nargs="+", default=["mp3"], choices=["mp3", "m4a", "opus"])
    parser.add_argument("--pipeline", action="store_true", help="a whole run with the tone engine")
    parser.add_argument("--json", default="", metavar="FILE", help="'-': as the last line of the output")
    parser.add_argument("--child", type=float, default=0.0, help=argparse.SUPPRESS)
    return parser.parse_args()


def in_a_process(minutes: float, arguments: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", str(minutes), "--formats", *arguments.formats]
    command += ["--pipeline"] if arguments.pipeline else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


def mix(minutes: float, formats: list[Any]) -> dict[str, float]:
    """Mix one episode of at least this length in this process."""
    from podloom.audio.assembly import Assembly
    from podloom.domain import Segment
    from podloom.settings import AudioSettings

    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        assembly = Assembly(Path(folder), formats, AudioSettings(), music=True, intro=None, outro=None)
        for number in range(round(minutes * 60 / LINE_S)):
            chapter, index = divmod(number, LINES_PER_CHAPTER)
            if index == 0:
                assembly.open_chapter(f"Chapter {chapter + 1}")
            segment = Segment(
                chapter=chapter, index=index, speaker=("Anna", "Ben")[number % 2], text="A line."
            )
            assembly.add(segment, clip(number), RATE)
        made = assembly.close()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "minutes": made.duration_s / 60,
        "peak_mb": usage.ru_maxrss / 1024,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "wall_s": time.monotonic() - began_s,
    }


def make(minutes: float, formats: list[Any]) -> dict[str, float]:
    """A whole run in this process: a script of that length, voiced by the tone engine."""
    from podloom import Settings, generate_podcast

    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.json"
        script.write_text(json.dumps(script_of(minutes)), encoding="utf-8")
        episode = generate_podcast(
            [],
            settings=Settings(home=Path(folder) / "home"),
            orchestration="inline",
            script=str(script),
            engine="tone",
            formats=tuple(formats),
            out=folder,
        )
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "minutes": episode.duration_s / 60,
        "peak_mb": usage.ru_maxrss / 1024,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "wall_s": time.monotonic() - began_s,
    }


def script_of(minutes: float) -> dict[str, Any]:
    """Lines of about six seconds, no two alike."""
    words = [
        "the",
        "town",
        "planted",
        "trees",
        "along",
        "its",
        "streets",
        "and",
        "the",
        "streets",
        "became",
        "cooler",
        "in",
        "summer",
    ]
    lines = [
        {
            "chapter": number // LINES_PER_CHAPTER,
            "index": number % LINES_PER_CHAPTER,
            "speaker": ("Anna", "Ben")[number % 2],
            "text": " ".join([*words, "and", *words[: number % 7]]) + f" in year {number}.",
        }
        for number in range(round(minutes * 60 / TONE_LINE_S))
    ]
    chapters = [
        {"index": index, "title": f"Chapter {index + 1}", "segments": lines[at : at + LINES_PER_CHAPTER]}
        for index, at in enumerate(range(0, len(lines), LINES_PER_CHAPTER))
    ]
    return {"title": "Trees", "summary": "", "language": "en", "draft": True, "chapters": chapters}


def clip(number: int) -> Any:
    """A buzzing tone in syllables, with silence around it."""
    import numpy as np

    time_s = np.arange(int(RATE * LINE_S)) / RATE
    hz = 110.0 * (1 + number % 2) * (1 + 0.1 * np.sin(time_s))
    buzz = sum(np.sin(2 * np.pi * k * hz * time_s) / k for k in range(1, 8))
    syllables = np.clip(np.sin(2 * np.pi * 4 * time_s) + 0.3, 0, 1)
    return np.pad(0.1 * buzz * syllables, RATE // 3).astype(np.float32)


def summary(rows: list[dict[str, float]]) -> dict[str, Any]:
    shortest, longest = rows[0], rows[-1]
    growth = longest["peak_mb"] / shortest["peak_mb"]
    name = "peak_memory_growth"
    return {
        "name": "bench_memory",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "metrics": {
            "shortest_minutes": round(shortest["minutes"], 1),
            "longest_minutes": round(longest["minutes"], 1),
            "shortest_peak_mb": round(shortest["peak_mb"], 1),
            "longest_peak_mb": round(longest["peak_mb"], 1),
            "longest_cpu_s": round(longest["cpu_s"], 1),
            "longest_wall_s": round(longest["wall_s"], 1),
        },
        "goals": {
            name: {"value": round(growth, 3), "goal": f"<= {GROWTH_GOAL}", "holds": growth <= GROWTH_GOAL},
            "peak_mb": {
                "value": round(longest["peak_mb"], 1),
                "goal": f"< {MEMORY_GOAL_MB}",
                "holds": longest["peak_mb"] < MEMORY_GOAL_MB,
            },
        },
    }


if __name__ == "__main__":
    raise SystemExit(main())
