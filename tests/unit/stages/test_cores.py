"""The calls of one mixer come one after the other, also when its run is stopped in the middle of one."""

import asyncio
import threading

import pytest

from podloom.stages.cores import MixerCalls, on_a_core


async def test_a_result_comes_back_and_an_error_is_itself() -> None:
    assert await on_a_core(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await MixerCalls().call(divmod, 7, 0)


async def test_the_end_waits_for_a_call_whose_caller_was_cancelled() -> None:
    mixer, done = MixerCalls(), list[str]()
    began, go_on = threading.Event(), threading.Event()

    def call() -> None:
        began.set()
        go_on.wait(10)
        done.append("call")

    calling = asyncio.create_task(mixer.call(call))
    await asyncio.to_thread(began.wait, 10)
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)
    ending = asyncio.create_task(mixer.end(lambda: done.append("end")))
    await asyncio.sleep(0)
    assert not ending.done()
    go_on.set()
    await ending

    assert done == ["call", "end"]


async def test_a_mixer_that_was_never_called_can_be_ended() -> None:
    done = list[str]()
    await MixerCalls().end(lambda: done.append("end"))
    assert done == ["end"]
