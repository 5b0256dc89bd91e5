"""The automations on a real server: made once, changed in their place, and left as a person wants them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prefect.automations import Automation
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import RelatedResource, Resource
from prefect.states import Crashed, Running, Suspended

from fixtures.flow_runs import state_of
from fixtures.prefect_events import episode_events, events
from podloom import Settings, SettingsError
from podloom.flows.automations import deploy_automations, table
from podloom.flows.giving_up import tell_given_up
from podloom.settings import RunSettings, WebhookSettings

pytestmark = pytest.mark.prefect


LOST, UPKEEP, FAILED, UNANSWERED, _ = table(Settings())


async def deploy(**runs):
    async with get_client() as client:
        return await deploy_automations(client, Settings(runs=RunSettings(**runs)))


async def known(name):
    async with get_client() as client:
        return await client.read_automations_by_name(name)


async def test_automations_are_made_once_changed_in_place_and_kept_switched_off(prefect_api):
    await deploy(lost_after_s=100)
    assert await deploy(lost_after_s=100) == []
    lost = LOST.name
    (made,) = await known(lost)
    automation = await Automation.aread(id=made.id)
    assert await automation.adisable()
    assert await deploy(lost_after_s=200) == [lost, UPKEEP.name]
    (changed,) = await known(lost)
    assert (changed.id, changed.enabled) == (made.id, False)
    assert changed.trigger.within.total_seconds() == 400


@pytest.mark.slow
async def test_two_workers_that_begin_together_leave_one_of_each(prefect_api):
    async with get_client() as client:
        for automation in await client.read_automations():
            await client.delete_automation(automation.id)
    await asyncio.gather(*(deploy() for _ in range(3)))
    assert [len(await known(row.name)) for row in table(Settings())] == [1] * len(table(Settings()))


async def test_a_notification_block_that_is_not_there_is_named(prefect_api):
    with pytest.raises(SettingsError, match="slack-webhook/nobody"):
        await deploy(notify_block="slack-webhook/nobody")


def test_a_run_that_is_to_be_cancelled_is_not_called_crashed():
    """It would be started again."""
    assert "prefect.flow-run.Cancelling" in LOST.trigger.expect


@pytest.mark.parametrize(
    ("flow", "tag", "ours"),
    [("clean-up", "podloom", True), ("clean-up", "theirs", False), ("their-flow", "podloom", False)],
)
def test_only_our_own_upkeep_is_missed(flow, tag, ours):
    trigger = EventTrigger.model_validate(UPKEEP.trigger.model_dump())
    related = [
        {"prefect.resource.id": "f", "prefect.resource.role": "flow", "prefect.resource.name": flow},
        {"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"},
    ]
    run = Resource.model_validate({"prefect.resource.id": "prefect.flow-run.1"})
    assert trigger.covers_resources(run, [RelatedResource.model_validate(one) for one in related]) == ours


async def fired(api, row, by):
    """Ids of the events that have set the automation off, as soon as this one has."""
    (automation,) = await known(row.name)
    about = {"resource": {"id": [f"prefect.automation.{automation.id}"]}}
    causes = set()
    while str(by) not in causes:
        triggered = await events(api, about | {"event": {"name": ["prefect.automation.triggered"]}})
        causes = {one["payload"]["triggering_event"]["id"] for one in triggered}
    return causes


async def test_an_episode_that_was_not_made_sets_off_its_automation_and_a_crash_does_not(prefect_api, run_in):
    """A crashed run is started again; when it is given up, or fails, the event says so."""
    await deploy()
    run_id = await run_in(Crashed())
    crash = (await state_of(run_id)).id  # the event's as well
    async with get_client() as client:
        await tell_given_up(await client.read_flow_run(run_id), WebhookSettings())
    (failed,) = await episode_events(prefect_api, run_id)
    assert str(crash) not in await fired(prefect_api, FAILED, failed["id"])


async def test_a_review_that_nobody_has_answered_sets_off_its_automation(prefect_api, run_in):
    await deploy()
    run_id = await run_in(Running())
    expired = Suspended(pause_expiration_time=datetime.now(UTC) - timedelta(minutes=1))
    async with get_client() as client:
        await client.set_flow_run_state(run_id, expired, force=True)
    while (state := await state_of(run_id)).type == StateType.PAUSED:  # noqa: ASYNC110 - a process
        await asyncio.sleep(0.1)
    assert state.type == StateType.FAILED
    assert await fired(prefect_api, UNANSWERED, state.id)
