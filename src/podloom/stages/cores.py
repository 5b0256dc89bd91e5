"""Threads for what takes a core and much memory: one for each core, shared by all episodes of a process.

More would be done no sooner, and each mix holds a minute of audio while it works, each cover a picture of
28 MB. What waits for disk and network uses asyncio's own threads.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="core")


async def on_a_core(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of `work`, done in a thread when a core is free for it."""
    return await asyncio.wrap_future(_threads().submit(work, *args, **kwargs))


class MixerCalls:
    """The calls of one mixer, which belongs to no thread; awaited by one task, one after the other."""

    def __init__(self) -> None:
        self._last: Future[Any] | None = None

    async def call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`."""
        done = self._last = _threads().submit(work, *args, **kwargs)
        return await asyncio.wrap_future(done)

    async def end(self, work: Callable[[], None]) -> None:
        """Do `work` last: when a call is still running whose caller was cancelled, after that."""
        before = [self._last] if self._last is not None else []

        def after() -> None:
            wait(before)  # it runs, or was cancelled before it began: it does not wait for this thread
            work()

        await asyncio.shield(asyncio.wrap_future(_threads().submit(after)))
