"""Runs that end before they are open: recorded, counted and held against the alerts like all others."""

import asyncio

import pytest

from fixtures.trees import TREES
from podloom.db.database import Database
from podloom.domain import EpisodeRequest
from podloom.errors import ProviderError, StorageError, VoiceError
from podloom.settings import AlertSettings, Settings, SpeechSettings
from podloom.stages import ending, opening, shared
from podloom.stages.metering import metrics_registry
from podloom.stages.opening import open_studio
from podloom.telemetry import Telemetry

NOBODY_LISTENS = SpeechSettings(base_url="http://127.0.0.1:9/v1", max_retries=0)


@pytest.fixture(autouse=True)
async def _closed(monkeypatch):
    """A busy machine takes its time to make a database, which is no reason to do without."""
    monkeypatch.setattr(ending, "LATE_S", 60.0)
    yield
    await shared.close()


@pytest.fixture
def asked(tmp_path):
    fields = {"minutes": 0.5, "writer": "offline", "music": False, "title": "Trees"}
    return EpisodeRequest(sources=(TREES,), out=str(tmp_path / "out"), **fields)


async def refused(asked, settings, kind, telemetry=None, run_id="r1"):
    with pytest.raises(kind):
        async with open_studio(asked, settings, telemetry or Telemetry(), run_id=run_id):
            pytest.fail("the run was opened")


async def recorded(settings, run_id="r1"):
    return await (await shared.database(settings)).run(run_id)


async def test_a_speech_server_that_is_away_is_a_failed_run(asked):
    settings = Settings(speech=NOBODY_LISTENS)
    labels = {"outcome": "failed", "language": "en", "engine": "openai"}
    before = metrics_registry().get_sample_value("podloom_episodes_total", labels) or 0.0
    await refused(asked, settings, ProviderError)
    run = await recorded(settings)
    assert (run.state, run.request.title, run.episode_id) == ("failed", "Trees", None)
    assert "127.0.0.1:9" in run.error
    assert metrics_registry().get_sample_value("podloom_episodes_total", labels) == before + 1
    (row,) = await (await shared.database(settings)).stats(["engine"])
    assert (row.group, row.failed, row.errors) == ({"engine": "openai"}, 1, {"ProviderError": 1})


async def test_so_is_a_request_that_cannot_be_made(asked):
    settings = Settings()
    await refused(asked.model_copy(update={"engine": "nobody"}), settings, VoiceError)
    assert (await recorded(settings)).state == "failed"
    assert [row.group for row in await (await shared.database(settings)).stats(["engine"])] == [
        {"engine": ""}
    ]


async def test_one_that_is_stopped_meanwhile_counts_as_stopped(asked, monkeypatch):
    async def for_ever(*_):
        asyncio.current_task().cancel()
        await asyncio.Event().wait()

    monkeypatch.setattr(opening, "meet_voices", for_ever)
    task = asyncio.ensure_future(refused(asked, Settings(), asyncio.CancelledError))
    await asyncio.gather(task, return_exceptions=True)
    assert (await recorded(Settings())).state == "cancelled"


async def test_alerts_look_at_them_too(asked):
    settings = Settings(speech=NOBODY_LISTENS, alerts=AlertSettings(least_runs=1, error_rate=0.5))
    told = []
    await refused(asked, settings, ProviderError, Telemetry(on_alert=told.append))
    assert [(alert.name, alert.active) for alert in told] == [("error_rate", True)]


async def test_a_refusal_does_not_wait_for_a_database_that_is_slow_or_away(asked, monkeypatch):
    async def slow(self):
        await asyncio.Event().wait()

    monkeypatch.setattr(ending, "LATE_S", 0.0)
    monkeypatch.setattr(Database, "open", slow)
    await refused(asked.model_copy(update={"engine": "nobody"}), Settings(), VoiceError)

    async def away(self):
        raise StorageError("the database is away")

    monkeypatch.setattr(ending, "LATE_S", 60.0)
    monkeypatch.setattr(Database, "open", away)
    await refused(asked.model_copy(update={"engine": "nobody"}), Settings(), VoiceError)
