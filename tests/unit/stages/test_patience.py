"""What is nearly done when a run is stopped is kept; what is not is stopped."""

import asyncio

import pytest

from podloom.stages.patience import nearly_done


async def started(work, grace_s):
    """A task of `nearly_done`, with its work under way."""
    under_way = asyncio.Event()

    async def begin():
        under_way.set()
        return await work()

    task = asyncio.create_task(nearly_done(begin(), grace_s))
    await under_way.wait()
    return task


async def arriving(answer):
    await answer.wait()
    return "paid for"


async def test_what_comes_within_the_grace_is_the_result():
    answer = asyncio.Event()
    task = await started(lambda: arriving(answer), grace_s=60)
    task.cancel()
    await asyncio.sleep(0)
    answer.set()
    assert await task == "paid for"


async def test_what_does_not_come_is_stopped():
    stopped = []

    async def work():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append(True)
            raise

    task = await started(work, grace_s=0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped == [True]


async def test_it_does_not_matter_how_often_it_is_stopped():
    answer = asyncio.Event()
    task = await started(lambda: arriving(answer), grace_s=60)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    answer.set()
    assert await task == "paid for"


async def test_a_failure_within_the_grace_is_a_cancellation():
    answer = asyncio.Event()

    async def work():
        await answer.wait()
        raise ValueError("no")

    task = await started(work, grace_s=60)
    task.cancel()
    await asyncio.sleep(0)
    answer.set()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("later", range(10))
async def test_an_answer_is_kept_at_whatever_moment_it_is_stopped_again(later):
    """The error of another line stops all lines of a chapter, and its end stops them once more."""
    answer = asyncio.Event()
    task = await started(lambda: arriving(answer), grace_s=60)
    task.cancel()
    await asyncio.sleep(0)
    answer.set()
    for _ in range(later):
        await asyncio.sleep(0)
    task.cancel()
    assert await task == "paid for"
