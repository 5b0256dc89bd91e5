"""The automations on a real server: made once, changed in their place, and left as a person wants them."""

import asyncio

import pytest
from prefect.automations import Automation
from prefect.client.orchestration import get_client

from podloom import Settings, SettingsError
from podloom.flows.automations import deploy_automations, table
from podloom.settings import RunSettings

pytestmark = pytest.mark.prefect


async def deploy(**runs):
    async with get_client() as client:
        return await deploy_automations(client, Settings(runs=RunSettings(**runs)))


async def known(name):
    async with get_client() as client:
        return await client.read_automations_by_name(name)


async def test_automations_are_made_once_changed_in_place_and_kept_switched_off(prefect_api):
    await deploy(lost_after_s=100)
    assert await deploy(lost_after_s=100) == []
    lost, *_ = [row.name for row in table(Settings())]
    (made,) = await known(lost)
    automation = await Automation.aread(id=made.id)
    assert await automation.adisable()
    assert await deploy(lost_after_s=200) == [lost]
    (changed,) = await known(lost)
    assert (changed.id, changed.enabled) == (made.id, False)
    assert changed.trigger.within.total_seconds() == 400


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
    lost, *_ = table(Settings())
    assert "prefect.flow-run.Cancelling" in lost.trigger.expect
