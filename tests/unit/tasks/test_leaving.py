"""A worker that is told to leave: its runs go on elsewhere, unless they are cancelled or nobody could."""

import asyncio
import threading
from uuid import uuid4

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort
from prefect.states import Cancelling, Running

from podloom.tasks import ending, watching
from podloom.tasks.ending import ended
from podloom.tasks.watching import RESUMING, hand_over_after, knowing_why, was_replaced

RUN, DEPLOYMENT = uuid4(), uuid4()


class Server:
    """Stands for Prefect's client: knows one run, and notes what its state is set to."""

    def __init__(self, state, *, away=False):
        self.state, self.away, self.set_to = state, away, []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def read_flow_run(self, _):
        if self.away:
            raise httpx.ConnectError("away")
        return FlowRun(id=RUN, flow_id=uuid4(), deployment_id=DEPLOYMENT, state=self.state, run_count=1)

    async def count_flow_runs(self, **_):
        return 0

    async def set_flow_run_state(self, run_id, state):
        self.set_to.append((run_id, state.name))


@pytest.fixture
def stopped(monkeypatch):
    """Has a run be stopped after its worker was told to leave, or not; its end, and whether that is told."""
    for name, value in {"ID": RUN, "RUN_COUNT": 1}.items():
        monkeypatch.setenv(f"PREFECT__RUNTIME__FLOW_RUN__{name}", str(value))
    monkeypatch.setattr(watching, "is_deployed", lambda: True)
    monkeypatch.setattr(watching, "emit_event", lambda *_, **__: None)
    monkeypatch.setattr(ending, "say", lambda *_: None)

    async def stop(server, *, leaving=True):
        monkeypatch.setattr(watching, "get_client", lambda: server)
        begun, left, told = asyncio.Event(), threading.Event(), []

        async def calls():
            begun.set()
            await asyncio.Event().wait()

        async def work():
            try:
                await knowing_why(calls())
            finally:
                told.append(not was_replaced())

        hand_over_after(left)
        task = asyncio.create_task(ended(work()))
        await begun.wait()
        if leaving:
            left.set()
        task.cancel()
        (end,) = await asyncio.gather(task, return_exceptions=True)
        return end, told

    return stop


async def test_a_run_goes_on_elsewhere_and_no_end_is_told(stopped):
    server = Server(Running())
    end, told = await stopped(server)
    assert isinstance(end, Abort)
    assert told == [False]
    assert server.set_to == [(RUN, RESUMING)]


async def test_a_server_that_is_away_finds_the_run_lost_later(stopped, caplog):
    server = Server(Running(), away=True)
    end, told = await stopped(server)
    assert isinstance(end, Abort)
    assert (told, server.set_to) == ([False], [])
    assert "missed only later" in caplog.text


async def test_a_run_that_is_to_be_cancelled_is_cancelled(stopped):
    server = Server(Cancelling())
    end, told = await stopped(server)
    assert end.is_cancelled()
    assert (told, server.set_to) == ([True], [])


@pytest.mark.parametrize("missing", ["deployment", "order"])
async def test_without_an_order_or_another_worker_a_stopped_run_is_cancelled(stopped, monkeypatch, missing):
    """Ctrl-C, or a run that no worker could go on with."""
    if missing == "deployment":
        monkeypatch.setattr(watching, "is_deployed", lambda: False)
    server = Server(Running())
    end, told = await stopped(server, leaving=missing != "order")
    assert isinstance(end, asyncio.CancelledError)
    assert (told, server.set_to) == ([True], [])
