"""Users who ask at random for short episodes: how long each waits, what fails, what the cache answers.

    python benchmarks/bench_load.py                          # all three loads, through the Python API
    python benchmarks/bench_load.py --through queue          # submitted to a Prefect server, for its worker
    python benchmarks/bench_load.py --quick                  # a quarter of a minute of the smallest load
    python benchmarks/bench_load.py --loads 50:20:30         # users : requests a minute : seconds to wait
    python benchmarks/bench_load.py --json -                 # the last line is one JSON object

"A minute" is of all users together: of 50 users with 20 requests a minute each wants an episode every two
and a half minutes, at random times (the same in every run) and whatever the others do. They ask for the next
one when the last is there; one that is asked for late for that has waited since it was wanted, so that a
slow service does not look better for being asked less.

30 % of the requests want what was wanted before, by whomever, often while it is still being made. All of
their lines are paid for, and have to come from the cache or from who is making them. Of all lines more do,
for two of each episode's are the disclosure, the same in all.

Model and voices are the rehearsal server at the seed workload's pace: outline 4 s, chapter 9.5 s, clip
0.9 s. An episode has one minute instead of nine, or two cores could not encode what is asked for; --minutes
changes it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from load_ways import ThroughApi, ThroughQueue, Way
from process import in_a_process
from report import Goal, child_parser, percentile, report, show
from workload import PacedServer, paced_server, settings_for, source_text

LOADS = ("10:5:20", "50:20:30", "100:50:45")
REPEATS = 0.3
MINUTES = 1.0
WINDOW_S = 120.0
QUICK_WINDOW_S = 15.0
AT_ONCE = 16
IN_TIME_PERCENT = 99.0
ERRORS_PERCENT = 1.0
REPEATED_PERCENT = 75.0
FIRST_ANSWER_MS = 200.0


@dataclass(frozen=True)
class Load:
    """So many users, who ask for so many episodes a minute together, and the time each may take."""

    users: int
    per_minute: float
    within_s: float

    @classmethod
    def of(cls, text: str) -> Load:
        """From "users:requests a minute:seconds"."""
        users, per_minute, within_s = text.split(":")
        return cls(int(users), float(per_minute), float(within_s))


@dataclass(frozen=True)
class Asked:
    """One request: when it is wanted, by whom, and about what."""

    number: int
    due_s: float
    user: int
    topic: int
    repeat: bool
    """Whether an earlier request was about the same."""


@dataclass(frozen=True)
class Answered:
    """What became of a request."""

    asked: Asked
    done_s: float
    """From when it was due."""
    first_answer_s: float = 0.0
    """Until the id of its run was there; 0 where there is none."""
    error: str = ""


def main() -> int:
    arguments = parse()
    if arguments.child:
        print(json.dumps(asyncio.run(episodes(json.loads(arguments.child)))))
        return 0
    ways = ["api", "queue"] if arguments.through == "both" else [arguments.through]
    rows = [one_load(Load.of(text), way, arguments) for way in ways for text in arguments.loads]
    show("load", list(rows[0]), [list(row.values()) for row in rows])
    metrics, goals = {}, []
    for row in rows:
        metrics |= {f"{row['load']}, {name}": value for name, value in row.items() if name != "load"}
        goals += goals_of(row)
    report(
        "bench_load", metrics, goals, to=arguments.json, notes=f"episodes of {arguments.minutes:g} minutes"
    )
    return 0


def parse(given: list[str] | None = None) -> argparse.Namespace:
    made = child_parser(__doc__)
    made.add_argument("--loads", nargs="+", default=LOADS, metavar="USERS:PER_MINUTE:SECONDS")
    made.add_argument("--through", choices=["api", "queue", "both"], default="api")
    made.add_argument("--minutes", type=float, default=MINUTES, help="of an episode")
    made.add_argument("--window", type=float, default=WINDOW_S, help="seconds in which requests arrive")
    made.add_argument("--at-once", type=int, default=AT_ONCE, help="episodes that the queue's worker makes")
    made.add_argument("--database", default="", help="postgresql+asyncpg://... of Prefect; empty: SQLite")
    asked = made.parse_args(given)
    if asked.quick:
        asked.loads, asked.window = asked.loads[:1], QUICK_WINDOW_S
    asked.loads = list(asked.loads)
    return asked


def goals_of(row: dict[str, Any]) -> list[Goal]:
    name = row["load"]
    return [
        Goal(f"{name}, in time %", IN_TIME_PERCENT, at_least=True),
        Goal(f"{name}, errors %", ERRORS_PERCENT, strictly=True),
        Goal(f"{name}, hits of repeats %", REPEATED_PERCENT, at_least=True),
        *([Goal(f"{name}, first answer P95 ms", FIRST_ANSWER_MS)] if "first answer P95 ms" in row else []),
    ]


def requests(load: Load, window_s: float, seed: int = 7) -> list[Asked]:
    """The requests of the window in order: at random times, every third or so a repeat."""
    random_ = random.Random(seed)
    count = max(2, round(load.per_minute * window_s / 60))
    repeats = set(random_.sample(range(1, count), round(REPEATS * count)))
    times_s = sorted(random_.uniform(0, window_s) for _ in range(count))
    asked: list[Asked] = []
    for number, due_s in enumerate(times_s):
        repeat = number in repeats
        topic = random_.choice(asked).topic if repeat else number
        asked.append(Asked(number, due_s, random_.randrange(load.users), topic, repeat))
    return asked


def one_load(load: Load, way: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """A fresh server, and a fresh process that makes what is asked for."""
    with paced_server("seed", chapters=0) as server:
        given = {name: getattr(arguments, name) for name in ("minutes", "window", "at_once", "database")}
        told = in_a_process(__file__, {"url": server.base_url, "way": way, "load": vars(load), **given})
    for error in told["errors"]:
        print(f"failed: {error}", file=sys.stderr)
    row: dict[str, Any] = told["row"]
    return row


async def episodes(job: dict[str, Any]) -> dict[str, Any]:
    """Let every user ask for what they want, wait until all is done, and count."""
    load = Load(**job["load"])
    asked = requests(load, job["window"])
    with tempfile.TemporaryDirectory() as name:
        async with way_of(job, Path(name)) as way:
            # One request that is not counted: imports, first connections.
            await way.make(fields_of(Asked(0, 0.0, 0, -1, repeat=False), job, Path(name) / "warm"))
            PacedServer(job["url"]).clear()
            before, began_s = way.spent(), time.time()
            answered = await everybody(asked, way, job, Path(name), began_s)
            spent, wall_s = way.spent(), time.time() - began_s
        rates = hit_rates(asked, Path(name))
    row = row_of(load, job["way"], answered) | rates
    row |= {"busy cores": (spent["CPU s"] - before["CPU s"]) / wall_s, "peak MB": spent["peak MB"]}
    return {"row": row, "errors": sorted({each.error for each in answered if each.error})}


async def everybody(
    asked: list[Asked], way: Way, job: dict[str, Any], folder: Path, began_s: float
) -> list[Answered]:
    """What became of the requests of all users, who know nothing of one another."""

    async def one_user(wanted: list[Asked]) -> list[Answered]:
        return [await answer(one, way, fields_of(one, job, folder), began_s) for one in wanted]

    def user(one: Asked) -> int:
        return one.user

    users = [list(wanted) for _, wanted in groupby(sorted(asked, key=user), user)]
    return [each for answers in await asyncio.gather(*map(one_user, users)) for each in answers]


def hit_rates(asked: list[Asked], folder: Path) -> dict[str, float]:
    """Of the lines of the finished episodes that repeat others, and of all, those that nobody spoke anew."""
    told = [
        (one.repeat, *map(int, json.loads(page.read_text(encoding="utf-8"))["cache_hits"]["tts"].split("/")))
        for one in asked
        for page in folder.glob(f"out/{one.number}/*/episode.json")
    ]

    def percent(rows: list[tuple[int, ...]]) -> float:
        return 100 * sum(hits for _, hits, _ in rows) / max(1, sum(lines for *_, lines in rows))

    return {"hits of repeats %": percent([row for row in told if row[0]]), "hits of all %": percent(told)}


def way_of(job: dict[str, Any], folder: Path) -> Way:
    settings = settings_for(PacedServer(job["url"]), folder / "home")
    if job["way"] == "api":
        return ThroughApi(settings)
    return ThroughQueue(settings, folder, at_once=job["at_once"], database=job["database"])


def fields_of(asked: Asked, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The request's fields: a repeat differs from what it repeats in its folder only."""
    return {
        "sources": (source_text(round(200 * job["minutes"]), seed=asked.topic),),
        "minutes": job["minutes"],
        "engine": "openai",
        "writer": "openai",
        "out": str(folder / "out" / f"{asked.number}"),
    }


async def answer(asked: Asked, way: Way, fields: dict[str, Any], began_s: float) -> Answered:
    """Ask when it is due, or at once if it is late; the wait counts from when it was due."""
    due_s = began_s + asked.due_s
    await asyncio.sleep(due_s - time.time())
    try:
        made = await way.make(fields)
    except Exception as error:  # noqa: BLE001 - whatever fails is what a user sees, and the others go on
        return Answered(asked, time.time() - due_s, error=f"{type(error).__name__}: {error}")
    return Answered(asked, made.at - due_s, made.first_answer_s)


def row_of(load: Load, way: str, answered: list[Answered]) -> dict[str, Any]:
    """What the users saw."""
    done = [each for each in answered if not each.error]
    repeats = [each.done_s for each in done if each.asked.repeat]
    first_ms = [1000 * each.first_answer_s for each in done if each.first_answer_s]
    return {
        "load": f"{way} {load.users}x{load.per_minute:g}/min",
        "requests": len(answered),
        "P50 s": percentile([each.done_s for each in done], 50),
        "P95 s": percentile([each.done_s for each in done], 95),
        "P100 s": max((each.done_s for each in done), default=0.0),
        "repeats P95 s": percentile(repeats, 95),
        "in time %": 100 * sum(each.done_s <= load.within_s for each in done) / len(answered),
        "errors %": 100 * (len(answered) - len(done)) / len(answered),
        **({"first answer P95 ms": percentile(first_ms, 95)} if first_ms else {}),
    }


if __name__ == "__main__":
    sys.exit(main())
