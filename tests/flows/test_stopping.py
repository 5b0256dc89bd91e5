"""Runs that are to be cancelled and have nobody who does it, on a real server."""

import asyncio
from datetime import timedelta

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.states import AwaitingRetry, Running

from fixtures.flow_runs import KilledError, killed, state_of
from fixtures.prefect_events import episode_events
from podloom.flows import stopping
from podloom.flows.remote import RemotePrefect
from podloom.flows.stopping import stop_silent_runs
from podloom.settings import load_settings
from podloom.tasks.lookout import lookout

pytestmark = pytest.mark.prefect


@pytest.fixture
async def cancelling(run_in):
    """Makes a run that somebody cancels while nobody works at it."""

    async def made(before, *deployment):
        run_id = await run_in(before, *deployment)
        async with get_client() as client, RemotePrefect() as server:
            await client.update_flow_run(run_id, infrastructure_pid="gone")
            await server.cancel(str(run_id))
        assert (await state_of(run_id)).type == StateType.CANCELLING
        return run_id

    return made


async def stopped(run_id):
    return [run.id for run in await stop_silent_runs(load_settings()) if run.id == run_id]


async def test_a_run_whose_worker_died_is_cancelled_and_that_is_told_once(
    prefect_api, cancelling, silent_for_long, webhook
):
    """However many look for it at the same time."""
    run_id = await cancelling(Running())
    several = await asyncio.gather(*(stopped(run_id) for _ in range(3)))
    assert sorted(several) == [[], [], [run_id]]
    assert await stopped(run_id) == []
    async with RemotePrefect() as server:
        view = await server.look(str(run_id))
    assert (view.state, view.final) == ("CANCELLED", True)
    told = [(sent["type"], sent["data"]["run_id"]) for sent in webhook]
    assert told == [("podloom.episode.cancelled", str(run_id))]
    (event,) = await episode_events(prefect_api, run_id)
    assert event["event"] == "podloom.episode.cancelled"


async def test_a_run_that_is_cancelled_while_it_waits_to_be_tried_again_is_cancelled(
    cancelling, silent_for_long, webhook
):
    """It has been somewhere before, so the server expects that somebody stops it there."""
    run_id = await cancelling(AwaitingRetry())
    assert await stopped(run_id) == [run_id]
    assert (await state_of(run_id)).type == StateType.CANCELLED


async def test_upkeep_is_cancelled_and_nobody_told(cancelling, silent_for_long, webhook):
    run_id = await cancelling(Running(), "clean-up", {})
    assert await stopped(run_id) == [run_id]
    assert (await state_of(run_id)).type == StateType.CANCELLED
    assert webhook == []


@pytest.mark.slow
async def test_a_run_that_is_being_stopped_is_left_to_its_worker(cancelling, monkeypatch):
    run_id = await cancelling(Running())
    assert await stopped(run_id) == []
    monkeypatch.setenv("PODLOOM_RUNS_LOST_AFTER_S", "0.001")
    with lookout(1.0).over(run_id):
        assert await stopped(run_id) == []


@pytest.mark.slow
async def test_what_a_killed_finder_has_told_is_told_again_in_the_same_words(
    prefect_api, cancelling, silent_for_long, webhook, monkeypatch
):
    run_id = await cancelling(Running())
    with monkeypatch.context() as killing:
        killing.setattr(PrefectClient, "set_flow_run_state", killed)
        with pytest.raises(KilledError):
            await stopped(run_id)
    assert await stopped(run_id) == []  # perhaps the other is still telling
    monkeypatch.setattr(stopping, "TELLING", timedelta(0))
    assert await stopped(run_id) == [run_id]
    assert [sent["data"]["run_id"] for sent in webhook] == [str(run_id)] * 2
    assert webhook[0] == webhook[1]
    assert len(await episode_events(prefect_api, run_id)) == 1
