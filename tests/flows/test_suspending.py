"""A run that somebody suspends in the UI, on the warm worker."""

import asyncio
from uuid import UUID

import pytest
from prefect import flow_engine
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.flow_runs import asuspend_flow_run

from fixtures.flow_runs import state_of, until, work
from podloom.flows.remote import RemotePrefect

pytestmark = pytest.mark.prefect


def refuse(*_, **__):
    raise AssertionError("the engine waits for the server, and every run of the process with it")


async def test_it_stops_by_itself_and_goes_on_when_it_is_resumed(
    deployed, rehearsed_environment, asked, monkeypatch
):
    monkeypatch.setattr(flow_engine, "observe_flow_run_suspension", refuse)
    server = rehearsed_environment
    async with RemotePrefect() as prefect:
        run_id = UUID(await prefect.submit(asked.model_copy(update={"title": "Suspended for a while"})))
    working = asyncio.create_task(work())
    await until(lambda: server.calls.count("speech") == 3)  # which takes a minute
    await asuspend_flow_run(flow_run_id=run_id)
    await working
    assert (await state_of(run_id)).type == StateType.PAUSED
    assert not server.calls.running("speech")
    async with get_client() as client:
        await client.resume_flow_run(run_id)
    await work()
    assert (await state_of(run_id)).type == StateType.COMPLETED
    assert server.calls.paid_twice() == []
