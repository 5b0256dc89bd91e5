"""What the record and the cache cost: a commit per row against one transaction, and cache hits.

    python benchmarks/bench_storage.py           # half a minute
    python benchmarks/bench_storage.py --full    # two minutes: also 600 segments, a commit per row, 20 ms
    python benchmarks/bench_storage.py --json -  # the last line is one JSON object

A real PostgreSQL (fsync on) behind a proxy that counts round trips and makes them longer; a real Valkey. Both
ways of saving run in turn in this one run, through the same engine, driver and upserts.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from report import Goal, parser, report

from fixtures.postgres import postgres, url
from fixtures.proxy import proxy
from fixtures.records import record
from fixtures.valkey import valkey
from podloom.cache.opening import open_cache, open_clips
from podloom.db import rows, tables
from podloom.db.database import Database
from podloom.db.target import Target
from podloom.db.upsert import Batch, upsert
from podloom.domain import EpisodeRecord
from podloom.settings import CacheSettings, Settings

SEGMENTS = (60, 600)
ROUND_TRIPS_MS = (0, 1, 20)
REPEATS = 3
CLIP_BYTES = 300_000
HITS = 200
GOALS = [
    Goal("round_trips_600_new_connection", 12),
    Goal("times_faster_600_local", 50, at_least=True),
    Goal("times_faster_600_1ms", 50, at_least=True),
    Goal("hit_300kb_files_ms", 1),
    Goal("hit_300kb_redis_ms", 1),
]


@dataclass(frozen=True)
class Cell:
    """One way of saving, measured."""

    seconds: float
    round_trips: int


def main() -> int:
    """Print tables, and JSON if asked for."""
    arguments = parser(__doc__)
    arguments.add_argument("--full", action="store_true", help="a commit per row also where it takes minutes")
    options = arguments.parse_args()
    metrics = {**asyncio.run(saving(full=options.full)), **asyncio.run(hits())}
    report("bench_storage", metrics, GOALS, to=options.json)
    return 0


# --- the record -------------------------------------------------------------------------------------


async def saving(*, full: bool) -> dict[str, float]:
    metrics: dict[str, float] = {}
    columns = ("segments", 8), ("added ms", 8), ("per row s", 10), ("trips", 6), ("ours s", 8), ("trips", 6)
    print(*(f"{title:>{width}}" for title, width in columns), f"{'times':>7}")
    with postgres(durable=True) as socket, tempfile.TemporaryDirectory() as home:
        for round_trip_ms in ROUND_TRIPS_MS:
            async with proxy(socket, round_trip_ms / 1000) as between:
                # Local is without the proxy: it would slow down the way that makes more round trips.
                folder = between.folder if round_trip_ms else socket
                settings = Settings(home=Path(home), database_url=url(folder))
                for segments in SEGMENTS:
                    slow = full or not (segments == 600 and round_trip_ms == 20)
                    found = await compare(settings, between, segments, per_row=slow)
                    metrics |= told(found, segments, round_trip_ms)
    return metrics


def told(found: dict[str, Cell], segments: int, round_trip_ms: int) -> dict[str, float]:
    """Print a line of the table and return its figures."""
    where = f"{segments}_{round_trip_ms}ms" if round_trip_ms else f"{segments}_local"
    ours, naive = found["ours"], found.get("per row")
    times = naive.seconds / ours.seconds if naive else 0.0
    per_row = (f"{naive.seconds:10.3f}", f"{naive.round_trips or '':>6}") if naive else (" " * 10, " " * 6)
    print(
        f"{segments:8d} {round_trip_ms:8d}",
        *per_row,
        f"{ours.seconds:8.4f} {ours.round_trips or '':>6}",
        end=" ",
    )
    print(f"{times:7.1f}" if naive else "")
    figures = {f"ours_{where}_s": ours.seconds}
    if round_trip_ms == 1:
        figures[f"round_trips_{segments}_new_connection"] = found["new"].round_trips
        figures[f"round_trips_{segments}"] = ours.round_trips
    if naive:
        figures |= {f"per_row_{where}_s": naive.seconds, f"times_faster_{where}": times}
    return figures


async def compare(settings: Settings, between: Any, segments: int, *, per_row: bool) -> dict[str, Cell]:
    """Both ways, each with an episode that is not there yet; ours as the median of a few."""
    database, found = Database(settings), {}
    await database.open()

    async def save(name: str) -> Cell:
        episode = unique(segments, name)
        return await measured(between, lambda: database.save_episode(episode))

    found["new"] = await save("new")
    cells = [await save(f"ours{number}") for number in range(REPEATS)]
    found["ours"] = Cell(statistics.median(cell.seconds for cell in cells), cells[0].round_trips)
    await database.close()
    if per_row:
        engine = Target(settings).engine()
        await commit_each(engine, unique(2, "warm"))
        found["per row"] = await measured(between, lambda: commit_each(engine, unique(segments, "row")))
        await engine.dispose()
    return found


def unique(segments: int, name: str) -> EpisodeRecord:
    """An episode none of whose rows is in the database."""
    key = f"{name}-{time.time_ns()}"
    return record(segments, chapters=min(8, segments), episode=key, run=key, said=key, podcast=key)


async def measured(between: Any, work: Callable[[], Awaitable[None]]) -> Cell:
    between.round_trips = 0
    begun = time.perf_counter()
    await work()
    return Cell(time.perf_counter() - begun, between.round_trips)


async def commit_each(engine: Any, episode: EpisodeRecord) -> None:
    """What an ORM session with a commit after each object does, at its best: prepared, without a read."""
    batches: list[Batch] = [
        (tables.podcasts, [{"title": episode.episode.podcast}]),
        (tables.runs, [rows.run_row(episode)]),
        (tables.episodes, [rows.episode_row(episode)]),
        (tables.clips, rows.clip_rows(episode)),
        (tables.sources, rows.source_rows(episode)),
        (tables.chapters, rows.chapter_rows(episode)),
        (tables.segments, rows.segment_rows(episode)),
        (tables.episode_sources, rows.episode_source_rows(episode)),
        (tables.stage_timings, rows.timing_rows(episode.episode.run_id, episode.timings)),
        (tables.counters, rows.counter_rows(episode.episode.run_id, episode.counters)),
    ]
    async with engine.connect() as connection:
        for table, of_table in batches:
            for row in of_table:
                await upsert(connection, [(table, [row])])
                await connection.commit()


# --- the cache --------------------------------------------------------------------------------------


async def hits() -> dict[str, float]:
    metrics: dict[str, float] = {}
    print(f"\n{'300 KB':>14} {'hit ms':>8} {'miss ms':>8} {'put ms':>8} {'clip hit ms':>12}")
    with valkey() as server, tempfile.TemporaryDirectory() as home:
        places = {
            "files": CacheSettings(),
            "redis": CacheSettings(redis_url=server.url, clips_in_redis=True),
        }
        for name, cache_settings in places.items():
            settings = Settings(home=Path(home) / name, cache=cache_settings)
            figures = await of_place(settings)
            metrics |= {f"{what}_300kb_{name}_ms": round(value, 4) for what, value in figures.items()}
            print(f"{name:>14} " + " ".join(f"{value:8.3f}" for value in figures.values()))
    return metrics


async def of_place(settings: Settings) -> dict[str, float]:
    """Medians in ms: get of what is there and what is not, put, and a checked clip (about 300 KB of FLAC)."""
    cache = open_cache(settings)
    clips = open_clips(settings, cache)
    generator = np.random.default_rng(7)
    value = generator.bytes(CLIP_BYTES)
    noise = (0.012 * generator.standard_normal(240_000)).astype(np.float32)
    clip = await clips.put(noise, 24_000)
    await cache.put("tts", "there", value)
    figures = {
        "hit": await median_ms(lambda _: cache.get("tts", "there")),
        "miss": await median_ms(lambda _: cache.get("tts", "not there")),
        "put": await median_ms(lambda number: cache.put("script", f"{number}", value)),
        "clip_hit": await median_ms(lambda _: clips.get(clip.sha256)),
    }
    await cache.close()
    return figures


async def median_ms(call: Callable[[int], Awaitable[Any]]) -> float:
    seconds = []
    for number in range(HITS):
        begun = time.perf_counter()
        await call(number)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
