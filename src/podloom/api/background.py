"""One loop in a thread of its own for all calls of a process that do not bring a loop themselves."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")
CLOSE_S = 2.0
"""Longest wait for connections to be closed when the process ends."""
CLEANUP_S = 10.0
"""Longest wait for an interrupted run to stop its calls and remove its files."""

_loop: asyncio.AbstractEventLoop | None = None
_loop_lock = threading.Lock()
_closers: list[Callable[[], Coroutine[Any, Any, None]]] = []


def background_loop() -> asyncio.AbstractEventLoop:
    """The loop that all synchronous calls of this process share; started by the first."""
    global _loop  # noqa: PLW0603 - one a process is the point
    with _loop_lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="podloom", daemon=True).start()
        return _loop


def in_background(work: Coroutine[Any, Any, T]) -> Future[T]:
    """`work` in the background loop."""
    return asyncio.run_coroutine_threadsafe(work, background_loop())


def close_at_exit(close: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Have something of the background loop closed before the process ends; the same once."""
    with _loop_lock:
        if close not in _closers:
            _closers.append(close)
            atexit.register(_close, close)


def _close(close: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with suppress(TimeoutError):
        in_background(close()).result(CLOSE_S)


def wait_for(run: Coroutine[Any, Any, T]) -> T:
    """The result of `run` in the background loop; an interrupt here stops it there."""
    ended = threading.Event()

    async def watched() -> T:
        try:
            return await run
        finally:
            ended.set()

    future = in_background(watched())
    try:
        return future.result()
    except BaseException:
        if not future.done():  # interrupted here: let the run put its things away
            future.cancel()
            ended.wait(CLEANUP_S)
        raise


class Stream(Generic[T]):
    """What an asynchronous generator of the background loop yields, for `for` and for `async for`.

    Every loop over it begins at the beginning.
    """

    def __init__(self, begin: Callable[[], AsyncGenerator[T, None]]) -> None:
        self._begin = begin

    def __iter__(self) -> Iterator[T]:
        """Wait for each in this thread."""
        reader = _Reader(self._begin())
        try:
            while (item := in_background(reader.next()).result()) is not None:
                yield item
        finally:
            in_background(reader.close()).result()

    async def __aiter__(self) -> AsyncIterator[T]:
        """Wait for each in the running loop."""
        reader = _Reader(self._begin())
        try:
            while (item := await asyncio.wrap_future(in_background(reader.next()))) is not None:
                yield item
        finally:
            await asyncio.wrap_future(in_background(reader.close()))


class _Reader(Generic[T]):
    """Reads a generator step by step; a step that is given up is ended before the generator is."""

    def __init__(self, items: AsyncGenerator[T, None]) -> None:
        self._items = items
        self._step: asyncio.Task[T | None] | None = None

    async def next(self) -> T | None:
        """The next item; None after the last."""
        self._step = asyncio.ensure_future(self._next())
        return await self._step

    async def _next(self) -> T | None:
        return await anext(self._items, None)

    async def close(self) -> None:
        """End it."""
        if self._step is not None:
            self._step.cancel()
            await asyncio.gather(self._step, return_exceptions=True)
        await self._items.aclose()
