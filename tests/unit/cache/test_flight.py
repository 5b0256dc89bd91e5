"""Single flight, with leases in memory."""
# ruff: noqa: ASYNC110 - what is waited for tells nobody

import asyncio

import pytest

from podloom.cache.flight import SingleFlight
from podloom.errors import ScriptError, StorageError


class MemoryLeases:
    """Leases of processes that share a dictionary; never run out by themselves."""

    def __init__(self):
        self.held = {}
        self.extended = asyncio.Event()

    async def take(self, name, token, lease_s):
        return self.held.setdefault(name, token) == token

    async def extend(self, name, token, lease_s):
        self.extended.set()
        return self.held.get(name) == token

    async def drop(self, name, token):
        if self.held.get(name) == token:
            del self.held[name]


class BrokenLeases:
    async def fail(self, *_):
        raise StorageError("gone")

    take = extend = drop = fail


class Process:
    """One of several that share leases and values."""

    def __init__(self, leases, values, *, lease_s=30.0, wait_s=30.0):
        self.waits, self.troubles, self.made = [], [], 0
        self.go = asyncio.Event()
        self.started = asyncio.Event()
        self._values = values
        self._flight = SingleFlight(
            leases, lease_s=lease_s, wait_s=wait_s, on_wait=self.waits.append, on_trouble=self.troubles.append
        )

    async def ask(self, name="key"):
        async def read():
            return self._values.get(name)

        async def make():
            self.made += 1
            self.started.set()
            await self.go.wait()
            self._values[name] = b"value"
            return b"value"

        return await self._flight.fly(name, read, make)

    def asked(self, times=1):
        return [asyncio.create_task(self.ask()) for _ in range(times)]


async def test_callers_of_one_process_share_one_making():
    process = Process(MemoryLeases(), {})
    tasks = process.asked(20)
    await process.started.wait()
    process.go.set()
    made = await asyncio.gather(*tasks)
    assert process.made == 1
    assert sorted(each.hit for each in made) == [False] + [True] * 19
    assert {each.value for each in made} == {b"value"}
    assert process.waits == [False] * 19


async def test_callers_of_two_processes_share_one_making():
    leases, values = MemoryLeases(), {}
    first, second = Process(leases, values), Process(leases, values)
    making = first.asked()
    await first.started.wait()
    waiting = second.asked(3)
    while True not in second.waits:
        await asyncio.sleep(0)
    first.go.set()
    assert [made.hit for made in await asyncio.gather(*making, *waiting)] == [False, True, True, True]
    assert (first.made, second.made) == (1, 0)
    assert leases.held == {}


async def test_an_error_reaches_all_who_waited_and_the_next_caller_tries_again():
    flight = SingleFlight(
        MemoryLeases(), lease_s=30, wait_s=30, on_wait=lambda _: None, on_trouble=lambda _: None
    )
    go = asyncio.Event()

    async def nothing():
        return None

    async def fail():
        await go.wait()
        raise ScriptError("no")

    async def succeed():
        return b"yes"

    tasks = [asyncio.create_task(flight.fly("key", nothing, fail)) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == [ScriptError] * 3
    assert (await flight.fly("key", nothing, succeed)).value == b"yes"


async def test_when_the_maker_is_cancelled_another_caller_takes_over():
    process = Process(MemoryLeases(), {})
    first, second, third = process.asked(3)
    await process.started.wait()
    process.started.clear()
    first.cancel()
    await process.started.wait()
    process.go.set()
    assert sorted([(await second).hit, (await third).hit]) == [False, True]
    assert first.cancelled() or first.cancelling()
    assert process.made == 2


async def test_a_caller_that_is_cancelled_stops_nobody_else():
    process = Process(MemoryLeases(), {})
    first, second = process.asked(2)
    await process.started.wait()
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    process.go.set()
    assert not (await first).hit
    assert process.made == 1


async def test_waiting_has_an_end():
    leases, values = MemoryLeases(), {}
    await leases.take("key", "a process that hangs", 30)
    process = Process(leases, values, wait_s=0.02)
    process.go.set()
    assert not (await process.ask()).hit
    assert process.waits == [True]
    assert leases.held == {"key": "a process that hangs"}


async def test_without_leases_everybody_makes_it():
    process = Process(BrokenLeases(), {})
    process.go.set()
    assert not (await process.ask()).hit
    assert [str(trouble) for trouble in process.troubles] == ["gone", "gone"]


async def test_the_lease_is_extended_while_it_is_made():
    leases = MemoryLeases()
    process = Process(leases, {}, lease_s=0.01)
    task = asyncio.create_task(process.ask())
    await asyncio.wait_for(leases.extended.wait(), 10)
    process.go.set()
    assert not (await task).hit


async def test_a_heartbeat_survives_trouble():
    process = Process(BrokenLeases(), {}, lease_s=0.01)
    task = asyncio.create_task(process.ask())
    while len(process.troubles) < 4:
        await asyncio.sleep(0.001)
    process.go.set()
    assert not (await task).hit


async def test_what_was_made_between_look_and_lease_is_not_made_again():
    values = {}

    class Leases(MemoryLeases):
        async def take(self, name, token, lease_s):
            values[name] = b"just made"
            return await super().take(name, token, lease_s)

    process = Process(Leases(), values)
    made = await process.ask()
    assert (made.value, made.hit, process.made) == (b"just made", True, 0)


async def test_a_maker_that_is_stopped_twice_gives_its_lease_back():
    class SlowLeases(MemoryLeases):
        dropping, go = asyncio.Event(), asyncio.Event()

        async def drop(self, name, token):
            self.dropping.set()
            await self.go.wait()
            await super().drop(name, token)

    leases = SlowLeases()
    process = Process(leases, {})
    (asked,) = process.asked(1)
    await process.started.wait()
    asked.cancel()
    await leases.dropping.wait()
    for _ in range(2):
        asked.cancel()
        await asyncio.sleep(0)
    leases.go.set()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert leases.held == {}
