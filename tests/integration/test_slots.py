"""Slots of a fleet, on a real Valkey: the bound, and what holds it when something fails."""

# ruff: noqa: ASYNC110 - the server tells nobody

import asyncio
import math
import sys
from asyncio.subprocess import PIPE

import pytest

from fixtures.fleet import fleet
from podloom.cache import slots as slots_module
from podloom.cache.redis import RedisBackend

PATIENCE_S = 20.0
"""A run goes on without a server that is silent for half a second; a busy machine must not look like one."""
CLAIM = (1, math.inf, 0.0)


@pytest.fixture
async def backend(own_valkey):
    backend = RedisBackend(own_valkey.url, timeout_s=PATIENCE_S)
    yield backend
    await backend.close()


async def test_never_more_than_the_limit_hold_one(own_valkey, backend):
    backends = [RedisBackend(own_valkey.url, timeout_s=PATIENCE_S) for _ in range(3)]
    now, most, full = 0, 0, asyncio.Event()

    async def job(episode, position):
        nonlocal now, most
        async with episode.line(position):
            now += 1
            most = max(most, now)
            if now == 4:
                full.set()
            await full.wait()  # as many as may begin do
            await asyncio.sleep(0.005)
            now -= 1

    async with fleet(backend, limit=4) as opened:
        episodes = [opened.episode(backend=each) for each in backends]
        await asyncio.gather(*(job(episode, line) for episode in episodes for line in range(10)))
        assert most == 4
        await asyncio.gather(*(episode.slots.close() for episode in episodes))
        assert (await opened.count("held"), await opened.count("line")) == (0, 0)
    for each in backends:
        await each.close()


async def test_who_is_cancelled_leaves_the_line(backend):
    async def job(episode):
        async with episode.line():
            raise AssertionError("it never had one")

    async with fleet(backend) as opened, opened.episode().line():
        task = asyncio.create_task(job(opened.episode()))
        await opened.waiting(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await opened.waiting(0)


async def test_a_holder_keeps_it_for_longer_than_its_lease(backend):
    taken = asyncio.Event()

    async def job(episode):
        async with episode.line():
            taken.set()

    async with fleet(backend) as opened:
        async with opened.episode(lease_s=0.15).line():
            task = asyncio.create_task(job(opened.episode()))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(taken.wait(), 0.5)
        await task


async def test_the_slot_of_a_killed_holder_comes_back(own_valkey, backend):
    script = """
import asyncio, sys
from podloom.cache.redis import RedisBackend
from podloom.cache.slots import RedisSlots
from podloom.tts.queue import SpeechQueue
async def main():
    slots = RedisSlots(RedisBackend(sys.argv[1]), "s", 1, lease_s=0.3)
    async with SpeechQueue(1).turn(gate=slots):
        print("held", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", script, own_valkey.url, stdout=PIPE)
    assert await holder.stdout.readline() == b"held\n"
    holder.kill()
    await holder.wait()
    async with fleet(backend) as opened, asyncio.timeout(20), opened.episode().line():
        pass


async def test_nobody_waits_for_a_dead_process_that_comes_first(backend, monkeypatch):
    monkeypatch.setattr(slots_module, "WAITING_LEASE_S", 0.05)
    async with fleet(backend) as opened:
        dead = opened.episode().slots
        async with opened.episode().line():
            dead._tokens = ["dead"]
            assert await dead._take([(-9, math.inf, 0.0)]) == ([], 0)
        async with asyncio.timeout(20), opened.episode().line():
            pass


@pytest.mark.parametrize("part", ["line", "place", "wait"])
async def test_what_a_full_server_evicts_is_in_nobodys_way(backend, part):
    async with fleet(backend) as opened:
        dead, other = opened.episode().slots, opened.episode()
        async with opened.episode().line():
            dead._tokens = ["dead"]
            await dead._take([(-9, math.inf, 0.0)])
            await backend.ask(lambda server: server.delete(f"{{podloom:1:slots:s}}:{part}"))
        async with asyncio.timeout(20), other.line():
            assert await opened.count("line") == 0


async def test_without_the_server_everybody_goes_on_and_it_is_said_once(own_valkey, backend, caplog):
    troubles = []
    async with fleet(backend) as opened:
        process = opened.process()
        options = {"patience_s": 0.05, "on_trouble": troubles.append}
        own_valkey.kill()
        one = opened.episode(process, **options)
        for _ in range(3):
            async with one.line():
                assert troubles
                assert process.stats.running == 1  # its own bound
    said = [record.message for record in caplog.records if "for this process alone" in record.message]
    assert len(said) == 1


async def test_a_server_that_hangs_for_a_while_keeps_the_bound(own_valkey, backend, monkeypatch):
    monkeypatch.setattr(slots_module, "TIMEOUT_S", 0.05)
    taken = asyncio.Event()

    async def job(episode):
        async with episode.line():
            taken.set()

    async with fleet(backend) as opened:
        waiting = opened.episode()
        async with opened.episode().line():
            own_valkey.hang()
            task = asyncio.create_task(job(waiting))
            while waiting.slots._silent_since_s is None:
                await asyncio.sleep(0.005)
            own_valkey.go_on()
            while waiting.slots._silent_since_s is not None:
                await asyncio.sleep(0.005)
            assert not taken.is_set()
        await task


async def test_a_server_that_hangs_does_not_hold_up_who_is_cancelled(own_valkey, backend, monkeypatch):
    monkeypatch.setattr(slots_module, "TIMEOUT_S", 600.0)
    monkeypatch.setattr(slots_module, "CLOSING_S", 0.01)
    speaking = asyncio.Event()

    async def job(episode):
        async with episode.line():
            speaking.set()
            await asyncio.Event().wait()

    async with fleet(backend) as opened:
        episode, other = opened.episode(), opened.episode()
        tasks = [asyncio.create_task(job(episode))]
        await speaking.wait()
        tasks.append(asyncio.create_task(job(other)))
        await opened.waiting(1)
        own_valkey.hang()
        for task in tasks:
            task.cancel()
        for _ in range(20):
            await asyncio.sleep(0)
        assert all(task.cancelled() for task in tasks)
        async with asyncio.timeout(60):
            await asyncio.gather(episode.slots.close(), other.slots.close())
        own_valkey.go_on()


async def test_a_call_that_is_asked_again_takes_one_slot(backend):
    """Its answer may have been lost on the way."""
    async with fleet(backend) as opened:
        one, other = opened.episode().slots, opened.episode().slots
        one._tokens, other._tokens = ["token"], ["other"]
        assert await one._take([CLAIM]) == (["token"], 0)
        assert await one._take([CLAIM]) == (["token"], 0)
        assert await other._take([CLAIM]) == ([], 0)
        assert (await opened.count("held"), await opened.count("line")) == (1, 1)


async def test_a_slot_that_the_server_has_forgotten_is_noted(backend):
    troubles = asyncio.Queue()
    async with fleet(backend) as opened:
        async with opened.episode(lease_s=0.15, on_trouble=troubles.put_nowait).line():
            await backend.ask(lambda server: server.flushall())
            async with asyncio.timeout(20):
                noted = str(await troubles.get())
        assert noted.endswith("has forgotten a slot that a line still has, so more than 1 calls of s may run")


async def test_many_calls_at_once_are_no_trouble(own_valkey):
    backend = RedisBackend(own_valkey.url, timeout_s=PATIENCE_S)
    found = await asyncio.gather(*(backend.read("tts", f"k{number}") for number in range(100)))
    assert found == [None] * 100
    await backend.close()


async def test_a_server_that_was_restarted_knows_the_scripts_again(own_valkey, backend):
    async with fleet(backend) as opened:
        episode = opened.episode()
        async with episode.line():
            own_valkey.kill()
            own_valkey.start()
        async with asyncio.timeout(20), episode.line():
            assert await opened.count("held") == 1
