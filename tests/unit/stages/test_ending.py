"""How runs end: what is recorded, counted and told, and that it never hides the run's own error."""

import asyncio
import logging

import pytest
from sqlalchemy import select, text

from fixtures.trees import TREES
from podloom.db import tables
from podloom.db.database import Database
from podloom.domain import EpisodeRequest
from podloom.domain.review import ScriptDraft
from podloom.errors import PodloomError, ProviderError, SpeechError, StoppedError
from podloom.pipeline import make_episode
from podloom.settings import AlertSettings, Settings
from podloom.stages import shared
from podloom.stages.opening import open_studio
from podloom.telemetry import Telemetry


@pytest.fixture(autouse=True)
async def _closed():
    yield
    await shared.close()


@pytest.fixture
def asked(tmp_path):
    fields = {"minutes": 0.5, "engine": "tone", "writer": "offline", "music": False, "title": "Trees"}
    return EpisodeRequest(sources=(TREES,), out=str(tmp_path / "out"), **fields)


async def end(asked, settings, error=None, *, run="r1", telemetry=None):
    """A run that ends at once, with this error or well."""
    async with open_studio(asked, settings, telemetry or Telemetry(), run_id=run):
        if error is not None:
            raise error


async def run_rows(settings):
    async def read(connection):
        rows = await connection.execute(select(tables.runs).order_by(tables.runs.c.id))
        return [dict(row) for row in rows.mappings()]

    database = Database(settings)
    rows = await database._transact(read)
    await database.close()
    return rows


async def test_every_end_has_its_outcome(asked):
    settings = Settings()
    ends = {
        ProviderError("the server is away"): ("failed", "ProviderError", "the server is away"),
        RuntimeError("a defect"): ("failed", "RuntimeError", "a defect"),
        StoppedError("stopped"): ("cancelled", "", ""),
        asyncio.CancelledError(): ("cancelled", "", ""),
    }
    for number, error in enumerate(ends):
        with pytest.raises(type(error)):
            await end(asked, settings, error, run=f"r{number}")
    rows = await run_rows(settings)
    assert [(row["state"], row["error_class"], row["error"]) for row in rows] == list(ends.values())
    assert {(row["language"], row["engine"], row["writer"]) for row in rows} == {("en", "tone", "offline")}
    assert {(row["audio_s"], row["segments"], row["cost"]) for row in rows} == {(0.0, 0, 0.0)}
    assert all(row["memory_mb"] > 10 and row["seconds"] > 0 for row in rows)


class LaterDesk:
    """Ends the run until its reviewer has answered, as Prefect's suspension does."""

    lasting = True

    class Suspended(BaseException):
        pass

    async def recall(self):
        return ScriptDraft()

    async def keep(self, draft):
        pass

    async def ask(self, draft):
        raise self.Suspended


async def test_a_run_that_waits_for_its_reviewer_has_not_ended(asked, podloom):
    settings = Settings()
    asked = asked.model_copy(update={"review": True})

    async def run():
        async with open_studio(asked, settings, Telemetry(), run_id="r1") as studio:
            studio.desk = LaterDesk()
            await make_episode(studio)

    with pytest.raises(LaterDesk.Suspended):
        await run()
    (row,) = await run_rows(settings)
    assert (row["state"], row["error"], row["finished_at"]) == ("waiting", "", None)
    database = Database(settings)
    assert await database.stats() == []
    await database.close()
    told = await asyncio.to_thread(podloom, "resume")
    assert (told.code, "`podloom review r1`" in told.err) == (2, True)


async def test_a_database_that_is_away_hides_no_error(asked):
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:9/x")
    with pytest.raises(SpeechError, match="no voice"):
        await end(asked, settings, SpeechError("no voice"))


async def test_a_database_that_goes_away_is_a_warning(asked, caplog):
    settings = Settings()

    async def run():
        async with open_studio(asked, settings, Telemetry(), run_id="r1"):
            database = await shared.database(settings)
            await database._transact(lambda connection: connection.execute(text("drop table counters")))
            raise SpeechError("no voice")

    with pytest.raises(SpeechError, match="no voice"):
        await run()
    assert "how run r1 ended is not in the database" in caplog.text
    assert (await run_rows(settings))[0]["state"] == "running"


async def test_an_alert_is_told_once_until_it_is_cleared(asked, caplog):
    caplog.set_level(logging.INFO, "podloom")
    settings = Settings(alerts=AlertSettings(runs=2, least_runs=1, error_rate=0.5))
    told = []
    for number, fails in enumerate([False, True, True, True, False, False]):
        telemetry = Telemetry(on_alert=told.append)
        try:
            await end(
                asked,
                settings,
                SpeechError("no voice") if fails else None,
                run=f"r{number}",
                telemetry=telemetry,
            )
        except PodloomError:
            assert fails
    assert [(alert.name, alert.active, alert.value) for alert in told] == [
        ("error_rate", True, 1.0),
        ("error_rate", False, 0.0),
    ]
    said = [(record.levelname, record.message) for record in caplog.records if "alert" in record.message]
    assert said == [
        (
            "WARNING",
            "alert 'error_rate' raised: 100% of the runs failed over the last 2 runs; the threshold is 0.5",
        ),
        (
            "INFO",
            "alert 'error_rate' cleared: 0% of the runs failed over the last 2 runs; the threshold is 0.5",
        ),
    ]
