"""Runs a command's coroutine in a loop of its own, so that Ctrl-C and SIGTERM stop it at once."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from podloom.errors import StoppedError

STOPPED = "stopped; what was made is kept, the same command goes on from there"

T = TypeVar("T")


def run_async(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result; connections and threads are given back before the loop ends.

    Raises:
        StoppedError: Ctrl-C, or SIGTERM.
    """

    async def whole() -> T:
        task = asyncio.current_task()
        assert task is not None
        with suppress(NotImplementedError, ValueError, RuntimeError):  # Windows, or not the main thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        try:
            return await coroutine
        finally:
            from podloom.stages import shared  # noqa: PLC0415 - imports the rooms

            await shared.close()

    try:
        return asyncio.run(whole())
    except _stops():
        raise StoppedError(STOPPED) from None


def _stops() -> tuple[type[BaseException], ...]:
    """What a stopped run ends in; in a flow run Prefect takes SIGTERM for itself and raises its own."""
    prefect = sys.modules.get("prefect.exceptions")
    return (KeyboardInterrupt, asyncio.CancelledError, *([prefect.TerminationSignal] if prefect else []))
