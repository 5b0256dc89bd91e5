"""The circuit breaker before Redis."""

import asyncio

import pytest

from podloom.cache.redis import Breaker, RedisBackend
from podloom.errors import StorageError


def tripped(cooldown_s=0.0):
    breaker = Breaker(threshold=3, cooldown_s=cooldown_s)
    for _ in range(3):
        breaker.failed()
    return breaker


def test_it_opens_after_failures_in_a_row():
    breaker = Breaker(threshold=3, cooldown_s=60)
    for _ in range(2):
        breaker.failed()
    breaker.succeeded()
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    assert breaker.trips == 1


def test_after_a_while_one_probe_is_let_through():
    breaker = tripped()
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.failed()
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(3)] == [True, True, True]
    assert breaker.trips == 1


async def test_a_probe_that_is_cancelled_lets_the_next_one_through():
    backend = RedisBackend("redis://localhost:1")
    backend.breaker = tripped()

    async def hang(_):
        await asyncio.Event().wait()

    probe = asyncio.create_task(backend.ask(hang))
    await asyncio.sleep(0)
    with pytest.raises(StorageError, match="left alone"):
        await backend.ask(hang)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    assert backend.breaker.allows()
    await backend.close()
