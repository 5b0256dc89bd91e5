"""An alert as an event of Prefect's, and the automation for it."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import ReceivedEvent

from fixtures.prefect_events import alert_events
from podloom import Settings
from podloom.db.database import Database
from podloom.domain import Benchmark
from podloom.flows.automations import table
from podloom.flows.benchmark import daily_benchmark_flow
from podloom.stages import benchmark
from podloom.tasks.context import Given, give

pytestmark = pytest.mark.prefect


def benchmark_of(number, wall_s):
    return Benchmark(
        id=f"b{number}",
        name="seed",
        machine="here",
        version="1",
        made_at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=number),
        wall_s=wall_s,
        floor_s=8.0,
        first_clip_s=2.0,
        cpu_s=5.0,
        load=0.1,
    )


async def test_a_slow_benchmark_raises_an_alert_that_the_automation_matches(prefect_api, monkeypatch):
    settings, since = Settings(), datetime.now(UTC)
    database = Database(settings)
    for number in range(3):
        await database.add_benchmark(benchmark_of(number, 8.0))
    program = f"print({benchmark_of(3, 12.0).model_dump_json()!r})"
    monkeypatch.setattr(benchmark, "COMMAND", (sys.executable, "-c", program))
    give(Given(settings))
    state = await daily_benchmark_flow(return_state=True)
    assert state.message == "seed: 12.0 s, at least 8.0 s; 3 before it"
    (event,) = await alert_events(prefect_api, "benchmark_seed", since)
    assert event["event"] == "podloom.alert.raised"
    assert event["payload"]["message"].startswith("the benchmark 'seed' took 12.0 s, +50%")
    (row,) = [row for row in table(settings) if "alert" in row.name]
    trigger = EventTrigger.model_validate(row.trigger.model_dump())
    received = ReceivedEvent.model_validate(event | {"received": event["occurred"]})
    assert trigger.covers(received)
    await database.close()
