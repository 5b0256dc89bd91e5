"""A flow run that is stopped cleans up, however often it is told to stop."""

import asyncio

import anyio
import pytest
from prefect.exceptions import Abort

from podloom.errors import ProviderError
from podloom.tasks.ending import ended
from podloom.tasks.watching import Watch, knowing_why, was_replaced


async def test_who_is_told_to_stop_again_and_again_still_puts_its_things_away():
    begun, steps = asyncio.Event(), []

    async def work():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            for step in range(5):
                await asyncio.sleep(0)
                steps.append(step)

    async with anyio.create_task_group() as group:  # delivers its cancellation until everybody has ended
        group.start_soon(ended, work())
        await begun.wait()
        group.cancel_scope.cancel()
    assert steps == [0, 1, 2, 3, 4]


async def test_what_is_done_when_it_is_told_to_stop_counts():
    begun = asyncio.Event()

    async def work():
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "done"

    task = asyncio.create_task(ended(work()))
    await begun.wait()
    task.cancel()
    assert await task == "done"


@pytest.mark.parametrize("error", [None, ProviderError("away")], ids=["stopped", "failed"])
async def test_a_stop_is_a_stop_whatever_the_work_says_to_it(error):
    begun = asyncio.Event()

    async def work():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            if error is not None:
                raise error

    task = asyncio.create_task(ended(work()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_calls_stop_before_the_server_has_said_how_the_run_is(monkeypatch):
    """It may be slow; whoever tells the world waits for it."""
    begun, stopped, answer = asyncio.Event(), asyncio.Event(), asyncio.Event()
    said = []

    async def look(watch, longest_s):
        await answer.wait()
        watch.ending = "replaced"

    async def calls():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async def work():
        try:
            await knowing_why(calls())
        finally:
            said.append(was_replaced())

    monkeypatch.setattr(Watch, "_look", look)
    task = asyncio.create_task(ended(work()))
    await begun.wait()
    task.cancel()
    await stopped.wait()
    assert not task.done()
    answer.set()
    with pytest.raises(Abort):
        await task
    assert said == [True]
