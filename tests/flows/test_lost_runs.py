"""Runs whose worker was killed, on a real server."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.exceptions import Abort
from prefect.flow_engine import run_flow
from prefect.states import Crashed, Pending, Running, Scheduled

from fixtures.command import remembered
from fixtures.flow_runs import KilledError, killed, state_of
from fixtures.prefect_events import episode_events
from podloom.flows import giving_up, lost
from podloom.flows.automations import UPKEEP_FLOWS
from podloom.flows.deploying import POOL
from podloom.flows.finding import find_lost_runs_flow
from podloom.flows.lost import note_told, resume_lost_runs
from podloom.flows.remote import RemotePrefect
from podloom.flows.worker import WarmWorker
from podloom.settings import RunSettings
from podloom.tasks.ending import ended
from podloom.tasks.lookout import lookout

pytestmark = pytest.mark.prefect
AT_ONCE = RunSettings(lost_after_s=0.001, resumptions=2)


async def found(run_id, settings=AT_ONCE):
    return [one.number for one in await resume_lost_runs(settings) if one.run.id == run_id]


@pytest.mark.parametrize("state", [Running(), Pending(), Crashed(message="killed")], ids=lambda s: s.name)
async def test_a_run_without_a_sign_of_life_is_started_again(run_in, state):
    run_id = await run_in(state)
    assert await found(run_id) == [1]
    resumed = await state_of(run_id)
    assert (resumed.type, resumed.name) == (StateType.SCHEDULED, "Resuming")
    assert "1 of 2" in resumed.message


@pytest.mark.parametrize("state", [Crashed(), Running()], ids=lambda s: s.name)
async def test_finders_at_once_start_it_once(run_in, silent_for_long, state):
    run_id = await run_in(state)
    several = await asyncio.gather(*(found(run_id, RunSettings()) for _ in range(4)))
    assert sorted(several) == [[], [], [], [1]]
    assert (await state_of(run_id)).name == "Resuming"


@pytest.mark.slow
async def test_a_finder_that_is_behind_leaves_a_run_alone_that_another_has_started_again(
    run_in, silent_for_long, monkeypatch
):
    run_id = await run_in(Running())
    async with get_client() as client:
        seen = [await client.read_flow_run(run_id)]
    assert await found(run_id, RunSettings()) == [1]

    async def silent_before(*_):
        return seen

    monkeypatch.setattr(lost, "silent_runs", silent_before)
    assert await found(run_id, RunSettings()) == []
    assert (await state_of(run_id)).name == "Resuming"


@pytest.mark.slow
async def test_what_a_finder_that_died_has_not_called_crashed_is_called_so_by_another(
    run_in, silent_for_long, monkeypatch
):
    run_id = await run_in(Running())
    with monkeypatch.context() as killing:
        killing.setattr(PrefectClient, "set_flow_run_state", killed)
        with pytest.raises(KilledError):
            await found(run_id, RunSettings())
    assert await found(run_id, RunSettings()) == []  # perhaps the other is about to
    assert await found(run_id) == [1]


async def test_runs_of_the_finders_own_process_are_alive_whatever_the_server_has_heard(
    run_in, silent_for_long
):
    run_id = await run_in(Running())
    with lookout(1.0).over(run_id):
        assert await found(run_id, RunSettings()) == []
    assert await found(run_id, RunSettings()) == [1]


@pytest.mark.slow
async def test_upkeep_whose_worker_was_killed_has_crashed_and_is_left_at_that(run_in, silent_for_long):
    """It would keep the next from beginning."""
    runs = [await run_in(Running(), name, {}) for name in UPKEEP_FLOWS]
    for _ in range(2):
        assert [one for one in await resume_lost_runs(RunSettings()) if one.run.id in runs] == []
        assert {(await state_of(run_id)).type for run_id in runs} == {StateType.CRASHED}


@pytest.mark.slow
async def test_flows_of_others_that_have_the_same_name_are_none_of_our_business(run_in, silent_for_long):
    run_id = await run_in(Running(), "clean-up", {})
    async with get_client() as client:
        await client.update_flow_run(run_id, tags=["theirs"])
    assert await found(run_id, RunSettings()) == []
    assert (await state_of(run_id)).type == StateType.RUNNING


async def test_silence_is_not_believed_after_the_server_was_away(run_in, silent_for_long):
    run_id, crashed = await run_in(Running()), await run_in(Crashed())
    resumed = await resume_lost_runs(RunSettings(), believe_silence=False)
    assert [one.run.id for one in resumed if one.run.id in (run_id, crashed)] == [crashed]


async def test_it_is_given_up_after_so_many_times_and_said_once(prefect_api, run_in, monkeypatch, webhook):
    """However many look for it at the same time."""
    monkeypatch.setenv("PODLOOM_RUNS_LOST_AFTER_S", "0.001")
    monkeypatch.setenv("PODLOOM_RUNS_RESUMPTIONS", "2")
    run_id = await run_in(Crashed())
    said = []
    for finders in (1, 1, 2, 2):
        several = await asyncio.gather(*(find_lost_runs_flow.fn() for _ in range(finders)))
        said.append([state.message for state in several if str(run_id) in state.message])
        async with get_client() as client:
            await client.set_flow_run_state(run_id, Crashed(), force=True)
    assert [len(sentences) > 0 for sentences in said] == [True, True, True, False]
    assert ["given up" in sentence for sentence in said[2]] == [True]
    assert [(sent["type"], sent["data"]["run_id"]) for sent in webhook] == [
        ("podloom.episode.failed", str(run_id))
    ]
    (told,) = await episode_events(prefect_api, run_id)
    assert told["event"] == "podloom.episode.failed"
    related = {one["prefect.resource.role"]: one["prefect.resource.id"] for one in told["related"]}
    assert related["flow-run"] == f"prefect.flow-run.{run_id}"


@pytest.mark.slow
async def test_who_follows_a_lost_run_waits_until_it_is_given_up(run_in):
    run_id = await run_in(Crashed())
    async with RemotePrefect() as server, get_client() as client:
        assert not (await server.look(str(run_id))).final
        await note_told(await client.read_flow_run(run_id))
        assert (await server.look(str(run_id))).final


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "sent_before"), [("_post_event", 0), ("send_news", 0), ("note_told", 1)], ids=lambda at: at
)
async def test_what_a_killed_finder_did_not_tell_is_told_by_another(
    prefect_api, run_in, monkeypatch, webhook, place, sent_before
):
    """With the same identity, so that whoever was told already can know."""
    monkeypatch.setenv("PODLOOM_RUNS_LOST_AFTER_S", "0.001")
    monkeypatch.setenv("PODLOOM_RUNS_RESUMPTIONS", "0")
    run_id = await run_in(Crashed())
    with monkeypatch.context() as killing:
        killing.setattr(giving_up, place, killed)
        with pytest.raises(KilledError):
            await find_lost_runs_flow.fn()
    assert len(webhook) == sent_before
    await find_lost_runs_flow.fn()  # perhaps the other is still telling
    assert len(webhook) == sent_before
    monkeypatch.setattr(lost, "TELLING", timedelta(0))
    for _ in range(2):
        await find_lost_runs_flow.fn()
    assert len(webhook) == sent_before + 1
    assert all(sent == webhook[0] for sent in webhook)
    assert webhook[0]["data"]["run_id"] == str(run_id)
    assert len(await episode_events(prefect_api, run_id)) == 1


async def test_a_run_that_began_just_now_is_left_alone(run_in):
    begun = await run_in(Running())
    assert await found(begun, RunSettings()) == []


async def test_a_run_that_crashed_long_ago_is_left_alone(run_in, monkeypatch):
    monkeypatch.setattr(lost, "age", lambda _: timedelta(days=1))
    assert await found(await run_in(Crashed())) == []


@pytest.mark.slow
async def test_a_run_that_was_wrongly_taken_for_lost_is_left_to_whoever_goes_on_with_it(run_in):
    """It loses its place there, so Prefect stops it: as if somebody had cancelled what awaits it."""
    begun = asyncio.Event()

    async def forever():
        begun.set()
        await asyncio.Event().wait()

    @flow
    async def works(request):
        return await ended(forever())

    run_id = await run_in(Pending())
    async with get_client() as client:
        task = asyncio.create_task(run_flow(works, flow_run=await client.read_flow_run(run_id)))
        await begun.wait()
        await client.set_flow_run_state(run_id, Scheduled(name="Resuming"), force=True)
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(outcome, Abort)
    assert (await state_of(run_id)).name == "Resuming"


@pytest.fixture
def impatient(monkeypatch):
    """A short pulse, and what a killed process was making is free at once."""
    monkeypatch.setenv("PODLOOM_RUNS_HEARTBEAT_S", "0.5")
    monkeypatch.setenv("PODLOOM_CACHE_LEASE_S", "0.5")


async def test_a_killed_workers_run_is_finished_by_another_and_nothing_is_paid_for_twice(
    impatient, serving, rehearsed_environment, asked, home
):
    server = rehearsed_environment
    async with RemotePrefect() as prefect:
        run_id = await prefect.submit(asked.model_copy(update={"title": "Survives"}))
        while server.calls.count("speech") < 3 or remembered(home, "tts") < 2:
            assert not (await prefect.look(run_id)).final
        serving.kill()
        numbers = []
        while not numbers:
            numbers = await found(UUID(run_id), RunSettings(lost_after_s=2))
        await WarmWorker(work_pool_name=POOL, create_pool_if_not_found=False).start(
            run_once=True, printer=len
        )
        view = await prefect.look(run_id)
    assert (view.state, numbers) == ("COMPLETED", [1])
    assert [call for call in server.calls.paid_twice() if call.route != "models"] == []
