"""Slots of a fleet, on a real Valkey."""

# ruff: noqa: ASYNC110 - the server tells nobody

import asyncio
import sys
from asyncio.subprocess import PIPE

import pytest

from podloom.cache import slots as slots_module
from podloom.cache.redis import RedisBackend
from podloom.cache.slots import RedisSlots

PATIENCE_S = 20.0
"""A run goes on without a server that is silent for half a second; a busy machine must not look like one."""


@pytest.fixture
async def backend(own_valkey):
    backend = RedisBackend(own_valkey.url, timeout_s=PATIENCE_S)
    yield backend
    await backend.close()


async def waiting(backend, count):
    """Until so many are waiting in line."""
    while await backend.ask(lambda server: server.zcard("{podloom:1:slots:s}:wait")) != count:
        await asyncio.sleep(0.005)


async def test_never_more_than_the_limit_hold_one(own_valkey):
    backends = [RedisBackend(own_valkey.url, timeout_s=PATIENCE_S) for _ in range(3)]
    now, most = 0, 0

    async def job(backend):
        nonlocal now, most
        async with RedisSlots(backend, "s", 4).slot():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.005)
            now -= 1

    await asyncio.gather(*(job(backend) for backend in backends for _ in range(10)))
    assert most == 4
    for backend in backends:
        await backend.close()


async def test_the_most_urgent_is_next_then_the_first_that_asked(backend):
    slots, order = RedisSlots(backend, "s", 1), []

    async def job(name, priority):
        async with slots.slot(priority):
            order.append(name)

    tasks = []
    async with slots.slot():
        for count, (name, priority) in enumerate(
            [("late", 2), ("first", 1), ("second", 1), ("urgent", 0)], 1
        ):
            tasks.append(asyncio.create_task(job(name, priority)))
            await waiting(backend, count)
    await asyncio.gather(*tasks)
    assert order == ["urgent", "first", "second", "late"]


async def test_who_is_cancelled_leaves_the_line(backend):
    slots = RedisSlots(backend, "s", 1)

    async def job():
        async with slots.slot():
            raise AssertionError("it never had one")

    async with slots.slot():
        task = asyncio.create_task(job())
        await waiting(backend, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await waiting(backend, 0)


async def test_a_holder_keeps_it_for_longer_than_its_lease(backend):
    slots = RedisSlots(backend, "s", 1, lease_s=0.15)
    taken = asyncio.Event()

    async def job():
        async with slots.slot():
            taken.set()

    async with slots.slot():
        task = asyncio.create_task(job())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(taken.wait(), 0.5)
    await task


async def test_the_slot_of_a_killed_holder_comes_back(own_valkey, backend):
    script = """
import asyncio, sys
from podloom.cache.redis import RedisBackend
from podloom.cache.slots import RedisSlots
async def main():
    async with RedisSlots(RedisBackend(sys.argv[1]), "s", 1, lease_s=0.3).slot():
        print("held", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", script, own_valkey.url, stdout=PIPE)
    assert await holder.stdout.readline() == b"held\n"
    holder.kill()
    await holder.wait()
    async with asyncio.timeout(20), RedisSlots(backend, "s", 1).slot():
        pass


async def test_without_the_server_everybody_goes_on_and_it_is_said_once(own_valkey, backend, caplog):
    troubles = []
    slots = RedisSlots(backend, "s", 1, patience_s=0.05, on_trouble=troubles.append)
    own_valkey.kill()
    async with slots.slot(), slots.slot():
        assert troubles
    said = [record.message for record in caplog.records if "for this process alone" in record.message]
    assert len(said) == 1


async def test_a_server_that_hangs_for_a_while_keeps_the_bound(own_valkey, backend, monkeypatch):
    monkeypatch.setattr(slots_module, "TIMEOUT_S", 0.05)
    slots, taken = RedisSlots(backend, "s", 1), asyncio.Event()

    async def job():
        async with slots.slot():
            taken.set()

    async with slots.slot():
        own_valkey.hang()
        task = asyncio.create_task(job())
        while slots._silent_since_s is None:
            await asyncio.sleep(0.005)
        own_valkey.go_on()
        while slots._silent_since_s is not None:
            await asyncio.sleep(0.005)
        assert not taken.is_set()
    await task


async def test_a_call_that_is_asked_again_takes_one_slot(backend):
    """Its answer may have been lost on the way."""
    slots = RedisSlots(backend, "s", 1)
    assert await slots._take("token", 1)
    assert await slots._take("token", 1)
    assert not await slots._take("other", 1)


async def test_many_calls_at_once_are_no_trouble(own_valkey):
    backend = RedisBackend(own_valkey.url, timeout_s=PATIENCE_S)
    found = await asyncio.gather(*(backend.read("tts", f"k{number}") for number in range(100)))
    assert found == [None] * 100
    await backend.close()


async def test_a_server_that_was_restarted_knows_the_scripts_again(own_valkey, backend):
    slots = RedisSlots(backend, "s", 1)
    async with slots.slot():
        own_valkey.kill()
        own_valkey.start()
    async with asyncio.timeout(20), slots.slot():
        assert await backend.ask(lambda server: server.zcard("{podloom:1:slots:s}:held")) == 1
