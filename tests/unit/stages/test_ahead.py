"""Reading ahead changes when items are made, and nothing else."""

import asyncio
from contextlib import aclosing

import pytest

from podloom.stages.ahead import one_ahead


class Source:
    """Counts up; notes what was made and whether it was closed."""

    def __init__(self, length: int, error: Exception | None = None) -> None:
        self.length, self.error = length, error
        self.made: list[int] = []
        self.closed = False

    async def items(self):
        try:
            for number in range(self.length):
                await asyncio.sleep(0)
                self.made.append(number)
                yield number
            if self.error:
                raise self.error
        finally:
            self.closed = True


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_next_item_is_made_meanwhile_and_no_more():
    source, taken = Source(4), []
    async for item in one_ahead(source.items()):
        taken.append(item)
        await settle()
        assert len(source.made) == min(len(taken) + 1, 4)
    assert taken == source.made == [0, 1, 2, 3]


async def test_an_error_comes_in_its_place():
    taken = []

    async def take_all():
        async for item in one_ahead(Source(2, ValueError("broken")).items()):
            await settle()
            taken.append(item)

    with pytest.raises(ValueError, match="broken"):
        await take_all()
    assert taken == [0, 1]


async def test_leaving_early_stops_what_is_being_made():
    source = Source(9)
    items = source.items()
    async with aclosing(one_ahead(items)) as ahead:
        async for _ in ahead:
            break
    assert source.made == [0]
    assert source.closed


async def test_nothing():
    assert [item async for item in one_ahead(Source(0).items())] == []
