"""Runs that ended where nobody was who could tell, on a real server."""

import asyncio
from datetime import timedelta

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Cancelled, Failed, Scheduled

from fixtures.ends import run_end
from fixtures.flow_runs import KilledError, killed
from fixtures.prefect_events import episode_events, events
from fixtures.trees import TREES
from podloom.db.database import Database
from podloom.errors import RequestError
from podloom.flows import giving_up, untold
from podloom.flows.revoice import revoice_flow
from podloom.flows.show import scheduled_show_flow
from podloom.flows.untold import UNSAID, tell_untold
from podloom.settings import load_settings
from podloom.stages import shared
from podloom.stages.show import Show

pytestmark = pytest.mark.prefect
ASKED = {"request": {"sources": [TREES], "title": "Trees", "podcast": "Green"}}


@pytest.fixture(autouse=True)
async def _long_ago(monkeypatch):
    """Every run has ended an hour ago: the server takes no times from clients."""
    monkeypatch.setattr(untold, "age", lambda _: timedelta(hours=1))
    yield
    await shared.close()


@pytest.fixture
def ended(run_in):
    """Makes a run that has ended so before anybody began with it."""

    async def made(state, *deployment):
        run_id = await run_in(Scheduled(), *(deployment or ("generate-podcast", ASKED)))
        async with get_client() as client:
            await client.set_flow_run_state(run_id, state, force=True)
        return run_id

    return made


async def told(run_id):
    return [said for said in await tell_untold(load_settings()) if str(run_id) in said]


def sent_about(run_id, webhook):
    return [sent for sent in webhook if sent["data"]["run_id"] == str(run_id)]


async def recorded(run_id):
    database = Database(load_settings())
    run = await database.run(str(run_id))
    await database.close()
    return run


async def test_a_run_that_is_cancelled_before_it_begins_is_told_and_recorded_once(
    prefect_api, ended, webhook
):
    """However many look at the same time."""
    run_id = await ended(Cancelled())
    several = await asyncio.gather(*(told(run_id) for _ in range(3)))
    assert sorted(map(len, several)) == [0, 0, 1]
    (sent,) = sent_about(run_id, webhook)
    assert (sent["type"], sent["data"]["title"]) == ("podloom.episode.cancelled", "Trees")
    (event,) = await episode_events(prefect_api, run_id)
    assert (event["event"], event["resource"]["podloom.podcast"]) == ("podloom.episode.cancelled", "Green")
    run = await recorded(run_id)
    assert (run.state, run.request.title) == ("cancelled", "Trees")
    assert await told(run_id) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("The flow was paused and never resumed.", ("PodloomError", UNSAID)),
        ("Flow run received invalid parameters: - secret", ("PodloomError", UNSAID)),
        ("VoiceError: there is no voice 'x'", ("VoiceError", "there is no voice 'x'")),
    ],
)
async def test_a_failure_is_told_without_what_others_have_said(ended, webhook, message, error):
    run_id = await ended(Failed(message=message))
    await told(run_id)
    (sent,) = sent_about(run_id, webhook)
    assert (sent["data"]["error"]["type"], sent["data"]["error"]["message"]) == error
    assert (await recorded(run_id)).state == "failed"


async def test_a_run_that_waited_for_its_reviewer_waits_no_longer_and_keeps_what_it_measured(ended):
    run_id = await ended(Cancelled())
    database = Database(load_settings())
    await database.end_run(run_end(str(run_id), "waiting"))
    await told(run_id)
    assert (await recorded(run_id)).state == "cancelled"
    (row,) = await database.stats(["engine"])
    assert (row.cancelled, row.group["engine"]) == (1, run_end("x", "waiting").engine)
    await database.close()


@pytest.mark.slow
async def test_what_a_run_has_told_itself_is_not_told_again(prefect_api, tmp_path, webhook):
    show = Show(podcast="Nowhere", folders=(str(tmp_path / "gone"),), out=str(tmp_path / "out"))
    state = await scheduled_show_flow(show, return_state=True)
    run_id = state.state_details.flow_run_id
    about = {"related": {"id": [f"prefect.flow-run.{run_id}"]}, "event": {"prefix": ["podloom.episode."]}}
    (event,) = await events(prefect_api, about)
    assert event["event"] == "podloom.episode.failed"
    assert await told(run_id) == []


@pytest.mark.slow
async def test_what_a_finder_that_died_has_not_proved_is_told_again(ended, webhook, monkeypatch):
    run_id = await ended(Cancelled())
    with monkeypatch.context() as killing:
        killing.setattr(giving_up, "_post_event", killed)
        with pytest.raises(KilledError):
            await told(run_id)
    assert await told(run_id) == []  # perhaps the other is still telling
    monkeypatch.setattr(untold, "TELLING", timedelta(0))
    assert len(await told(run_id)) == 1
    first, second = sent_about(run_id, webhook)
    assert first == second


@pytest.mark.parametrize(
    ("flow", "asked", "podcast"),
    [
        (scheduled_show_flow, {"show": {"podcast": "Gone", "folders": ["/nowhere"]}}, "Gone"),
        (revoice_flow, {"script": "/nowhere/script.json"}, "Podloom"),
    ],
)
async def test_what_fails_before_it_is_known_which_episode_is_told_and_recorded(
    prefect_api, webhook, tmp_path, monkeypatch, flow, asked, podcast
):
    monkeypatch.setenv("PODLOOM_OUT_ROOT", str(tmp_path))
    state = await flow(**asked, return_state=True)
    assert state.is_failed()
    with pytest.raises(RequestError):
        await state.aresult()
    run_id = state.state_details.flow_run_id
    (sent,) = sent_about(run_id, webhook)
    assert (sent["type"], sent["data"]["podcast"]) == ("podloom.episode.failed", podcast)
    assert sent["data"]["error"]["type"] == "RequestError"
    assert ((await recorded(run_id)).state, (await recorded(run_id)).request.podcast) == ("failed", podcast)
