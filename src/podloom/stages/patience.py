"""Cancelling with patience: an answer that is on its way is paid for, so it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
GRACE_S = 0.4
"""How much longer a stopped run may take for what is nearly done. An error ends its own chapter first and the
others then: calls have stopped after twice that, which is less than a second."""


async def nearly_done(work: Coroutine[Any, Any, T], grace_s: float | None = None) -> T:
    """The result of `work`, also when the caller is cancelled and it comes within `grace_s` (GRACE_S).

    The cancellation is spent then: the caller goes on, keeps the result, and nobody waits for what follows.
    Only for tasks of their own that end soon after.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _end(task, grace_s)
        if not task.cancelled() and task.exception() is None:
            return task.result()
        raise


async def given_time(work: Coroutine[Any, Any, T], grace_s: float | None = None) -> T:
    """The result of `work`, which keeps what it makes by itself; a caller that is cancelled stays cancelled.

    Only later: the work has `grace_s` (GRACE_S) to come to its end.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _end(task, grace_s)
        raise


async def _end(task: asyncio.Future[Any], grace_s: float | None) -> None:
    """Wait until it is done; stop it when the grace is over."""
    await _wait(task, GRACE_S if grace_s is None else grace_s)
    if not task.done():  # else a second cancellation, here, would lose what has just come
        task.cancel()
        await asyncio.wait({task})


async def _wait(task: asyncio.Future[Any], grace_s: float) -> None:
    """Until it is done or the grace is over, however often somebody cancels meanwhile."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace_s
    while not task.done() and (left := deadline - loop.time()) > 0:
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task}, timeout=left)
