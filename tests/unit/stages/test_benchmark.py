"""The daily benchmark: its process, its history, and when it is worth an alert."""

import asyncio
import os
import sys
from datetime import UTC, datetime

import pytest

from podloom.domain import Benchmark
from podloom.errors import PodloomError
from podloom.settings import AlertSettings, Settings
from podloom.stages import benchmark, shared
from podloom.stages.benchmark import comparison, keep_benchmark, run_benchmark


def made(number, wall_s=8.0, **changes):
    fields = {"id": f"b{number}", "name": "seed", "machine": "here", "version": "1", "wall_s": wall_s}
    made_at = datetime(2026, 11, number + 1, tzinfo=UTC)
    return Benchmark(
        **{
            **fields,
            "made_at": made_at,
            "floor_s": 8.0,
            "first_clip_s": 2.0,
            "cpu_s": 5.0,
            "load": 0.1,
            **changes,
        }
    )


@pytest.fixture
def command(monkeypatch):
    """Another program in the place of the benchmark."""

    def put(program):
        monkeypatch.setattr(benchmark, "COMMAND", (sys.executable, "-c", program))

    return put


async def test_what_it_measured_is_read(command):
    command(f"import sys; assert sys.argv[1] == 'seed'; print({made(1).model_dump_json()!r})")
    assert await run_benchmark("seed") == made(1)


async def test_it_is_not_traced(command, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    command("import os, sys; sys.exit(os.environ['OTEL_SDK_DISABLED'])")
    with pytest.raises(PodloomError, match="failed: true"):
        await run_benchmark("seed")


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise SystemExit('no room on the disk')", "no room on the disk"),
        ("raise SystemExit(3)", "no reason given"),
    ],
)
async def test_a_failure_says_why(command, program, reason):
    command(program)
    with pytest.raises(PodloomError, match=f"the benchmark 'seed' failed: {reason}"):
        await run_benchmark("seed")


async def test_one_that_hangs_is_ended(command, monkeypatch):
    monkeypatch.setattr(benchmark, "LIMIT_S", 0.05)
    command("import time; time.sleep(60)")
    with pytest.raises(PodloomError, match=r"was not done after 0\.05 s"):
        await run_benchmark("seed")


async def test_one_that_is_cancelled_takes_its_processes_along(command, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    child = f"import time; held = open({str(fifo)!r}, 'w'); time.sleep(60)"
    command(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
    running = asyncio.create_task(run_benchmark("seed"))
    reader = await asyncio.to_thread(fifo.open, "rb")  # waits for the child
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await asyncio.to_thread(reader.read) == b""  # comes when nobody holds the other end
    reader.close()


@pytest.mark.parametrize(
    ("before", "wall_s", "value"),
    [
        ([], 9.0, None),
        ([8.0, 8.0], 99.0, None),
        ([8.0, 8.0, 8.0], 9.0, 1.125),
        ([8.0, 80.0, 8.0], 10.0, 1.25),
        ([7.0, 8.0, 9.0, 10.0], 8.5, 1.0),
    ],
)
def test_it_is_held_against_the_median_of_those_before(before, wall_s, value):
    found = comparison(made(9, wall_s), [made(n, s) for n, s in enumerate(before)], AlertSettings())
    assert (found and found.value) == value


def test_the_alert_says_how_much_and_against_what():
    found = comparison(made(9, 10.0), [made(n) for n in range(7)], AlertSettings())
    assert (found.limit, found.clear_at) == (1.15, 1.15)
    assert found.sentence == (
        "the benchmark 'seed' took 10.0 s, +25% against the median of the 7 before it (8.0 s);"
        " the threshold is +15%"
    )
    assert comparison(made(9, 10.0), [made(n) for n in range(7)], AlertSettings(benchmark_slower=0)) is None


async def test_a_slower_one_raises_an_alert_once_until_it_is_as_fast_again():
    settings = Settings(alerts=AlertSettings(benchmark_days=3))
    told = []
    for number, wall_s in enumerate([8.0, 8.0, 8.0, 10.0, 10.0, 8.1]):
        kept = await keep_benchmark(made(number, wall_s), settings)
        told += [(number, alert.name, alert.active) for alert in kept.alerts]
    assert told == [(3, "benchmark_seed", True), (5, "benchmark_seed", False)]
    assert [each.id for each in kept.before] == ["b4", "b3", "b2"]
    again = await keep_benchmark(made(5, 8.1), settings)  # a retry of the same run is not its own past
    assert [each.id for each in again.before] == ["b4", "b3", "b2"]
    await shared.close()


async def test_another_workload_leaves_the_alert_as_it_is():
    settings, told = Settings(), []
    for number, wall_s in enumerate([8.0, 8.0, 8.0, 12.0]):
        for name in ("seed", "peer"):
            one = made(number, wall_s if name == "seed" else 5.0, id=f"{name}{number}", name=name)
            told += [(name, number, alert.name) for alert in (await keep_benchmark(one, settings)).alerts]
    assert told == [("seed", 3, "benchmark_seed")]
    after = await keep_benchmark(made(4, 8.0), settings)
    assert [(alert.name, alert.active) for alert in after.alerts] == [("benchmark_seed", False)]
    await shared.close()
