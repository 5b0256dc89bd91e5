"""Where the orchestrator's own CPU time goes on the seed workload: a table by area and one by place.

    python benchmarks/profile_seed.py             # one cold run, imports included
    python benchmarks/profile_seed.py --warm      # a second run in the same process, nothing cached
    python benchmarks/profile_seed.py --scenario fast --minutes 2    # --quick is this
    python benchmarks/profile_seed.py --json -    # the last line is one JSON object
    python benchmarks/profile_seed.py --folded seed.folded           # for flamegraph.pl or speedscope.app

Every few milliseconds a thread looks where all others are, and gives each the CPU time (not the wall time)
that the kernel has counted for it since the last look. Waiting costs nothing, native code counts for the
line that called it. What threads use that Python does not know, and what is left over when a thread ends, is
"not seen". Model and voices are in another process and are not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from process import cpu_s
from report import child_parser, report, show
from workload import measure, paced_server, settings_for

from podloom.rehearsal import SCENARIOS
from podloom.rehearsal.benchmark import MINUTES

STEP_S = 0.004
ROWS = 25
NOT_SEEN = "not seen"
IMPORTING = "<frozen importlib"
AREAS = (
    ("live stream", "podloom/audio/live.py"),
    ("measuring what is published", "podloom/audio/measure.py"),
    ("measuring what is published", "podloom/audio/monitor.py"),
    ("making the music", "podloom/audio/theme.py"),
    ("MP3 encoder", "podloom/audio/lame.py"),
    ("mixing and mastering", "podloom/audio/"),
    ("model calls", "podloom/llm/"),
    ("speech calls", "podloom/tts/"),
    ("clips and cache", "podloom/cache/"),
    ("cover, page and texts", "podloom/publish/"),
    ("record", "podloom/db/"),
)
"""The first that a stack goes through is what it counts for."""
OURS = ("podloom", IMPORTING)

Stack = tuple[str, ...]
"""Places from the outermost to the innermost: "file:function"."""


class Sampler(threading.Thread):
    """Counts CPU seconds by stack, of all threads but its own, until it is stopped."""

    def __init__(self) -> None:
        super().__init__(name="sampler", daemon=True)
        self.seconds: Counter[Stack] = Counter()
        self.own_s = 0.0
        self._known_s: dict[int, float] = {}
        self._names: dict[object, str] = {}
        self._ended = threading.Event()
        for thread in threading.enumerate():
            self._since_last(thread)

    def run(self) -> None:
        """Look around until told to stop."""
        while not self._ended.wait(STEP_S):
            frames = sys._current_frames()  # noqa: SLF001 - nothing public shows other threads
            for thread in threading.enumerate():
                if thread is not self and (frame := frames.get(thread.ident or 0)) is not None:
                    spent_s = self._since_last(thread)
                    if spent_s:
                        self.seconds[self._stack(frame)] += spent_s
        self.own_s = time.thread_time()

    def stop(self) -> None:
        """End it; the counts are complete then."""
        self._ended.set()
        self.join()

    def _since_last(self, thread: threading.Thread) -> float:
        """CPU seconds of the thread since it was last asked for; the kernel counts nanoseconds."""
        try:
            counted = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            return 0.0
        now_s = int(counted.split()[0]) / 1e9
        before_s = self._known_s.get(thread.native_id or 0, 0.0)
        self._known_s[thread.native_id or 0] = now_s
        return now_s - before_s

    def _stack(self, frame: FrameType | None) -> Stack:
        places: list[str] = []
        while frame is not None:
            code = frame.f_code
            if code not in self._names:
                self._names[code] = f"{short(code.co_filename)}:{code.co_qualname}"
            places.append(self._names[code])
            frame = frame.f_back
        return tuple(reversed(places))


def short(path: str) -> str:
    """Our files from `podloom/` on, those of packages from the package on, others by name."""
    for root in ("/podloom/", "/site-packages/"):
        if root in path:
            return (root if root == "/podloom/" else "").lstrip("/") + path.rpartition(root)[2]
    return path if path.startswith("<") else path.rpartition("/")[2]


def place(stack: Stack) -> str:
    """The innermost place of ours: what is below it, it has asked for. Imports count for what is imported."""
    importing = next((n for n, part in enumerate(stack) if part.startswith(IMPORTING)), None)
    if importing is not None:
        return f"import of {next((p for p in map(package, stack[importing:]) if p not in OURS), 'podloom')}"
    ours = [part for part in stack if part.startswith("podloom/")]
    return ours[-1] if ours else stack[-1] if stack[-1] == NOT_SEEN else "event loop and threads"


def area(stack: Stack) -> str:
    """What of an episode it was done for."""
    where = place(stack)
    if not where.startswith("podloom/"):
        return where.partition(" of ")[0]
    return next((name for name, file in AREAS if any(part.startswith(file) for part in stack)), "the rest")


def package(part: str) -> str:
    """Of the standard library the module."""
    return IMPORTING if part.startswith(IMPORTING) else part.partition("/")[0].partition(".py")[0]


def main() -> int:
    arguments = parse()
    sampler, spent_s, wall_s = asyncio.run(profiled(arguments))
    sampler.seconds[(NOT_SEEN,)] = max(0.0, spent_s - sampler.own_s - sum(sampler.seconds.values()))
    own_s = spent_s - sampler.own_s
    places, areas = Counter[str](), Counter[str]()
    for stack, seconds in sampler.seconds.items():
        places[place(stack)] += seconds
        areas[area(stack)] += seconds
    for title, counts in (("by area", areas), ("by place", places)):
        rows = [(name, seconds, f"{100 * seconds / own_s:.1f}") for name, seconds in counts.most_common(ROWS)]
        show(title, ("where", "CPU s", "%"), rows)
    if arguments.folded:
        lines = (f"{';'.join(stack)} {round(1e6 * seconds)}\n" for stack, seconds in sampler.seconds.items())
        Path(arguments.folded).write_text("".join(lines), encoding="utf-8")
    metrics = {
        "wall (s)": wall_s,
        "CPU without the sampler (s)": own_s,
        "sampler (s)": sampler.own_s,
        "not seen (s)": sampler.seconds[(NOT_SEEN,)],
    }
    details = {f"{name} (s)": seconds for name, seconds in (areas + places).most_common()}
    report("profile_seed", metrics, [], to=arguments.json, details=details)
    return 0


def parse(given: list[str] | None = None) -> argparse.Namespace:
    made = child_parser(__doc__)
    made.add_argument("--scenario", choices=sorted(SCENARIOS), default="seed")
    made.add_argument("--minutes", type=float, help="asked for; by default what the scenario is made for")
    made.add_argument("--warm", action="store_true", help="the second run of the process")
    made.add_argument("--folded", default="", help="file for the stacks, in microseconds")
    asked = made.parse_args(given)
    if asked.quick:
        asked.scenario, asked.minutes = "fast", 2.0
    asked.minutes = asked.minutes or MINUTES[asked.scenario]
    return asked


async def profiled(arguments: argparse.Namespace) -> tuple[Sampler, float, float]:
    """The counts, CPU seconds and wall time of one run."""
    with tempfile.TemporaryDirectory() as name, paced_server(arguments.scenario) as server:

        async def run(number: int) -> float:
            folder = Path(name) / f"{number}"
            made = await measure(
                server, settings_for(server, folder / "home"), folder / "out", minutes=arguments.minutes
            )
            return made.wall_s

        if arguments.warm:
            await run(0)
        sampler, began_s = Sampler(), cpu_s()
        sampler.start()
        wall_s = await run(1)
        sampler.stop()
        return sampler, cpu_s() - began_s, wall_s


if __name__ == "__main__":
    sys.exit(main())
