"""What ended runs leave in the database: their own rows, averages, alerts and benchmarks."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from fixtures.ends import run_end
from fixtures.records import record
from podloom.db import tables
from podloom.db.database import Database
from podloom.db.upgrade import alembic_config
from podloom.domain import Benchmark, Reading


@pytest.fixture
async def database(database_settings):
    database = Database(database_settings)
    yield database
    await database.close()


async def rows(database, table):
    async def read(connection):
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]

    return await database._transact(read)


async def test_a_run_that_failed_before_it_was_noted_has_its_row(database):
    end = run_end(outcome="failed")
    await database.end_run(end)
    (row,) = await rows(database, tables.runs)
    assert (row["state"], row["error"], row["error_class"]) == ("failed", "no voice", "SpeechError")
    measures = ("language", "engine", "writer", "seconds", "segments", "audio_s", "cost", "memory_mb")
    assert {name: row[name] for name in measures} == {name: getattr(end, name) for name in measures}
    assert {row["name"]: row["value"] for row in await rows(database, tables.counters)} == end.counters
    assert [row["name"] for row in await rows(database, tables.stage_timings)] == ["outline"]


async def test_a_later_attempt_of_a_run_replaces_what_the_first_had_measured(database):
    await database.end_run(run_end(outcome="failed"))
    await database.begin_run("r1", record().request, "/out")
    await database.save_episode(record())
    await database.end_run(run_end(timings=(), counters={"llm.calls": 9.0}))
    (row,) = await rows(database, tables.runs)
    assert (row["state"], row["error"], row["error_class"], row["episode_id"]) == ("done", "", "", "e1")
    assert await rows(database, tables.stage_timings) == []
    assert [row["value"] for row in await rows(database, tables.counters)] == [9.0]


async def fill(database):
    ends = [
        run_end("r0", at="2026-11-15T23:59:59", seconds=2.0, engine="kokoro", cost=None),
        run_end("r1", at="2026-11-16T00:00:00", seconds=4.0, segments=30),
        run_end("r2", "failed", at="2026-11-20T10:00:00", seconds=100.0),
        run_end("r3", "failed", at="2026-11-20T10:00:01", error_class="ProviderError", seconds=100.0),
        run_end("r4", "cancelled", at="2026-11-20T11:00:00", language="ko", counters={}),
        run_end("r5", at="2026-11-20T12:00:00", language="ko", seconds=6.0, counters={"cache.mix.miss": 1.0}),
    ]
    for end in ends:
        await database.end_run(end)
    await database.begin_run("r6", record().request, "/out")  # has not ended


GROUPS = [
    ((), [({}, 3, 2, 1)]),
    (("week",), [({"week": "2026-11-16"}, 2, 2, 1), ({"week": "2026-11-09"}, 1, 0, 0)]),
    (
        ("day",),
        [
            ({"day": "2026-11-20"}, 1, 2, 1),
            ({"day": "2026-11-16"}, 1, 0, 0),
            ({"day": "2026-11-15"}, 1, 0, 0),
        ],
    ),
    (("month",), [({"month": "2026-11"}, 3, 2, 1)]),
    (
        ("language", "engine"),
        [
            ({"language": "en", "engine": "kokoro"}, 1, 0, 0),
            ({"language": "en", "engine": "tone"}, 1, 2, 0),
            ({"language": "ko", "engine": "tone"}, 1, 0, 1),
        ],
    ),
]


async def test_runs_are_counted_by_period_language_and_engine(database):
    await fill(database)
    found = {by: await database.stats(by) for by, _ in GROUPS}
    assert [
        (by, [(row.group, row.done, row.failed, row.cancelled) for row in rows]) for by, rows in found.items()
    ] == GROUPS


async def test_averages_are_of_what_was_made_and_costs_of_everything(database):
    await fill(database)
    (found,) = await database.stats()
    assert (found.mean_s, found.p95_s, found.error_rate) == (4.0, 6.0, 0.4)
    assert found.segments_per_s == pytest.approx(50 / 12)
    assert (found.audio_s, found.cost, found.unpriced) == (120.0, 2.5, 1)
    assert found.hits == {"tts": (12, 40), "mix": (0, 1)}
    assert found.errors == {"SpeechError": 1, "ProviderError": 1}


async def test_only_what_ended_since_then_counts(database):
    await fill(database)
    (found,) = await database.stats(since=datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC))
    assert (found.done, found.failed, found.cancelled) == (1, 1, 1)
    assert await database.stats(since=datetime(2026, 12, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize(("runs", "expected"), [(20, 19), (21, 20)])
async def test_the_95th_percentile_is_the_nearest_rank(database, runs, expected):
    for number in range(runs):
        await database.end_run(run_end(f"r{number}", seconds=float(runs - number)))
    assert (await database.stats())[0].p95_s == expected


async def test_the_latest_runs_are_taken_together(database):
    await fill(database)
    await database.end_run(run_end("r7", at="2026-11-21T00:00:00", memory_mb=900.0, queue_lines=8, seconds=8))
    found = await database.recent_runs(4)
    assert (found.runs, found.mean_s, found.error_rate) == (4, 7.0, pytest.approx(1 / 3))
    assert (found.queue_lines, found.memory_mb) == (5.0, 900.0)


async def test_of_no_runs_there_is_nothing_to_say(database):
    found = await database.recent_runs(5)
    assert (found.runs, found.mean_s, found.error_rate) == (0, None, None)
    assert await database.stats() == []


def reading(value, name="mean_s"):
    return Reading(name=name, value=value, limit=10.0, clear_at=9.0, sentence=f"it is {value}")


async def test_an_alert_is_told_once_until_it_is_cleared(database):
    told = []
    for value in (8.0, 11.0, 12.0, 9.5, 13.0, 9.0, 8.0, 11.0):
        told += [(alert.active, alert.value) for alert in await database.switch_alerts([reading(value)])]
    assert told == [(True, 11.0), (False, 9.0), (True, 11.0)]


async def test_of_many_that_look_at_once_one_is_told(database):
    readings = [reading(11.0), reading(99.0, "error_rate")]
    told = await asyncio.gather(*(database.switch_alerts(readings) for _ in range(6)))
    assert sorted(alert.name for alerts in told for alert in alerts) == ["error_rate", "mean_s"]


def benchmark(number, **changes):
    fields = {"id": f"b{number}", "name": "seed", "machine": "here", "version": "1", "wall_s": float(number)}
    measured = {"floor_s": 8.0, "first_clip_s": 2.0, "cpu_s": 5.0, "load": 0.1}
    made_at = datetime(2026, 11, number + 1, tzinfo=UTC)
    return Benchmark(**{**fields, **measured, "made_at": made_at, **changes})


async def test_benchmarks_of_a_workload_and_a_machine_newest_first(database):
    for number in range(4):
        await database.add_benchmark(benchmark(number))
    await database.add_benchmark(benchmark(3))
    await database.add_benchmark(benchmark(4, machine="there"))
    await database.add_benchmark(benchmark(5, name="peer"))
    assert await database.benchmarks("seed", "here", 3) == [benchmark(3), benchmark(2), benchmark(1)]


def test_runs_of_an_older_schema_know_what_their_episodes_tell(database_settings, monkeypatch):
    from alembic import command

    monkeypatch.setenv("PODLOOM_HOME", str(database_settings.home))
    monkeypatch.setenv("PODLOOM_DATABASE_URL", database_settings.database_url.get_secret_value())

    async def within(work):
        database = Database(database_settings)
        try:
            return await work(database)
        finally:
            await database.close()

    asyncio.run(within(lambda database: database.save_episode(record(6))))
    command.downgrade(alembic_config(), "0002")
    (found,) = asyncio.run(within(lambda database: database.stats(["language", "engine"])))
    assert (found.group, found.mean_s) == ({"language": "en", "engine": "tone"}, 2.5)
    assert found.audio_s == 24.0
