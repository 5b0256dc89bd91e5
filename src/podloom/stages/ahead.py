"""Reading ahead: the next item is made while its taker works on the one before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

T = TypeVar("T")


class _End:
    """What comes after the last item."""


async def one_ahead(items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The same items in the same order; an error comes when its item would have come."""

    async def following() -> T | _End:
        return await anext(items, _End())

    coming = asyncio.ensure_future(following())
    try:
        while not isinstance(item := await coming, _End):
            coming = asyncio.ensure_future(following())
            yield item
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await items.aclose()
