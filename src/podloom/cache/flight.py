"""Single flight: one maker per key, within a process and across processes and machines.

Within a process callers join a future. Across processes the maker holds a lease that it extends while it
works: when it dies, the lease runs out (on this machine's files at once, see makers.py) and another caller
takes over. Nobody waits longer than `wait_s`, and without a backend everybody makes their own value: trouble
costs speed, never the result.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from podloom.cache.backend import Leases
from podloom.cache.makers import new_token
from podloom.cache.protocol import Made, Make
from podloom.errors import StorageError

Read = Callable[[], Awaitable[bytes | None]]
FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.25


class SingleFlight:
    """Makes a value once, however many ask for it at the same time.

    `on_wait` is told whether the maker is another process.
    """

    def __init__(
        self,
        leases: Leases,
        *,
        lease_s: float,
        wait_s: float,
        on_wait: Callable[[bool], None],
        on_trouble: Callable[[StorageError], None],
    ) -> None:
        self._leases = leases
        self._lease_s = lease_s
        self._wait_s = wait_s
        self._on_wait = on_wait
        self._on_trouble = on_trouble
        self._flights: dict[str, asyncio.Future[bytes]] = {}

    async def fly(self, name: str, read: Read, make: Make) -> Made:
        """What `read` finds, or else what `make` returns; `make` is expected to keep it for `read`."""
        while (flight := self._flights.get(name)) is not None:
            self._on_wait(False)
            try:
                return Made(await asyncio.shield(flight), hit=True)
            except asyncio.CancelledError:
                if not flight.cancelled() or _cancelled_ourselves():
                    raise
                # Only the caller that was making it was cancelled: take over, or join who did.
        flight = self._flights[name] = asyncio.get_running_loop().create_future()
        try:
            made = await self._across_processes(name, read, make)
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # retrieved: no warning if nobody joined
            raise
        except BaseException:
            flight.cancel()
            raise
        else:
            flight.set_result(made.value)
            return made
        finally:
            del self._flights[name]

    async def _across_processes(self, name: str, read: Read, make: Make) -> Made:
        if (value := await read()) is not None:
            return Made(value, hit=True)
        token = new_token()
        if (value := await self._wait_for_turn(name, token, read)) is not None:
            return Made(value, hit=True)
        async with self._heartbeat(name, token):
            # It may have been made between our look and our lease.
            if (value := await read()) is not None:
                return Made(value, hit=True)
            return Made(await make(), hit=False)

    async def _wait_for_turn(self, name: str, token: str, read: Read) -> bytes | None:
        """Another maker's value; None when it is our turn: lease taken, in trouble, or waited too long."""
        deadline, pause_s = time.monotonic() + self._wait_s, FIRST_PAUSE_S
        waiting = False
        while not await self._take(name, token):
            if not waiting:
                self._on_wait(True)
            waiting = True
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
            pause_s = min(pause_s * 1.6, LONGEST_PAUSE_S)
            if (value := await read()) is not None:
                return value
            if time.monotonic() > deadline:
                return None
        return None

    async def _take(self, name: str, token: str) -> bool:
        try:
            return await self._leases.take(name, token, self._lease_s)
        except StorageError as error:
            self._on_trouble(error)
            return True

    @contextlib.asynccontextmanager
    async def _heartbeat(self, name: str, token: str) -> AsyncIterator[None]:
        """Extend the lease while the block runs, give it back afterwards."""
        beating = asyncio.create_task(self._beat(name, token))
        try:
            yield
        finally:
            beating.cancel()
            try:
                await self._drop(name, token)
            except asyncio.CancelledError:  # stopped once more: a lease that stays holds up the next run
                await to_its_end(self._drop(name, token))
                raise

    async def _drop(self, name: str, token: str) -> None:
        try:
            await self._leases.drop(name, token)
        except StorageError as error:  # it runs out by itself
            self._on_trouble(error)

    async def _beat(self, name: str, token: str) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                await self._leases.extend(name, token, self._lease_s)
            except StorageError as error:  # the backend may be back before the lease ends
                self._on_trouble(error)


def _cancelled_ourselves() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def to_its_end(keeping: Coroutine[Any, Any, None]) -> None:
    """Do it, also when the caller is cancelled meanwhile, however often."""
    task = asyncio.ensure_future(keeping)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):  # stopped once more
                await asyncio.wait({task})
        raise
