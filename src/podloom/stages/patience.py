"""Cancelling with patience: an answer that is on its way is paid for, so it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
GRACE_S = 0.5
"""How much longer a stopped run may take for what is nearly done."""


async def nearly_done(work: Coroutine[Any, Any, T], grace_s: float = GRACE_S) -> T:
    """The result of `work`, also when the caller is cancelled and it comes within `grace_s`.

    The cancellation is spent then: the caller goes on, keeps the result, and nobody waits for what follows.
    Only for tasks of their own that end soon after.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _wait(task, grace_s)
        if task.done() and not task.cancelled() and task.exception() is None:
            return task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


async def _wait(task: asyncio.Future[Any], grace_s: float) -> None:
    """Until it is done or the grace is over, however often somebody cancels meanwhile."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace_s
    while not task.done() and (left := deadline - loop.time()) > 0:
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task}, timeout=left)
