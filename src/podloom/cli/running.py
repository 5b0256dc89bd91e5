"""Runs a command's coroutine in a loop of its own, so that Ctrl-C stops it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from podloom.errors import StoppedError

STOPPED = "stopped; what was made is kept, the same command goes on from there"

T = TypeVar("T")


def run_async(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result; connections and threads are given back before the loop ends.

    Raises:
        StoppedError: Ctrl-C.
    """

    async def whole() -> T:
        try:
            return await coroutine
        finally:
            from podloom.stages import shared  # noqa: PLC0415 - imports the rooms

            await shared.close()

    try:
        return asyncio.run(whole())
    except KeyboardInterrupt:
        raise StoppedError(STOPPED) from None
