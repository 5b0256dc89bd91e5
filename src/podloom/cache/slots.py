"""Slots that all machines of a fleet share: at most so many holders, the waiting line that comes first next.

For speech servers with a limit. An episode asks for a slot for each of its lines that could start, and says
how urgent each is; which line begins is decided when a slot is there. The order is that of the speech queue,
over the episodes of all processes: a level, then a deadline, then who was served longest ago. Whoever asks
works them out, and asks again at least every second, so they are never old.

A holder that dies gives its slot back when its lease ends; one that waits is forgotten sooner.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import random
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from podloom.cache.redis import RedisBackend
from podloom.cache.slot_scripts import LEAVE, RENEW, TAKE
from podloom.errors import StorageError

FIRST_PAUSE_S = 0.03
"""Whoever comes next asks so often, the others the less often the more come before them."""
LONGEST_PAUSE_S = 0.5
WAITING_LEASE_S = 3.0
"""Who has not asked for so long is not waited for; its place comes back with the next time it asks."""
TIMEOUT_S = 3.0
"""Of one call: a line that waits for its turn loses nothing by it, unlike one that looks into the cache."""
PATIENCE_S = 10.0
"""Longest wait for a server that is restarted or overrun, before an episode goes on by itself."""
CLOSING_S = 0.2
"""Longest wait, at the end of a run, for the server to hear that it is over; leases end by themselves."""
log = logging.getLogger(__name__)


class Lines(Protocol):
    """Who waits for slots: the lines of an episode."""

    def waiting(self) -> bool:
        """Whether any line does."""
        ...

    def claims(self) -> Sequence[tuple[int, float, float]]:
        """Level, seconds to the deadline and seconds without service of those that would start, in order."""
        ...

    def start(self, slot: str) -> bool:
        """Let a line begin with this slot; False if none needs it any more."""
        ...

    def fail(self, error: BaseException) -> None:
        """Give up all that wait."""
        ...


class RedisSlots:
    """At most `limit` holders of `name` at a time, over all processes; this is one episode's way to them.

    Without Redis every line gets a slot, after a while; that is said. Belongs to one event loop.
    """

    def __init__(
        self,
        backend: RedisBackend,
        name: str,
        limit: int,
        *,
        lease_s: float = 15.0,
        patience_s: float = PATIENCE_S,
        on_trouble: Callable[[StorageError], None] = lambda _: None,
    ) -> None:
        self._backend = backend.patient(TIMEOUT_S)
        self._name = name
        self._patience_s = patience_s
        self._silent_since_s: float | None = None
        self._warned = False
        self._limit = limit
        self._lease_ms = int(lease_s * 1000)
        self._on_trouble = on_trouble
        # In braces: a cluster keeps the four on one node.
        self._keys = [
            f"{{{backend.prefix}slots:{name}}}:{part}" for part in ("held", "line", "place", "wait")
        ]
        self._loop = asyncio.get_running_loop()
        self._asking: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._tokens: list[str] = []
        """Of the slots that are asked for."""
        self._held: dict[str, asyncio.Task[None]] = {}
        """The slots that lines have, each with what renews its lease."""
        self._leaving: set[asyncio.Task[bool]] = set()

    def ask(self, lines: Lines, /) -> None:
        """Get slots for the episode's lines, as long as any of them waits."""
        self._news.set()
        if self._asking is None or self._asking.done():
            self._asking = self._loop.create_task(self._ask_for(lines))

    def knock(self) -> None:
        """Ask again at once; from any thread."""
        with contextlib.suppress(RuntimeError):  # that loop is closed
            self._loop.call_soon_threadsafe(self._news.set)

    def leave(self, slot: str, /) -> None:
        """Give a slot back."""
        if not self._loop.is_closed():
            self._held.pop(slot).cancel()
            self._withdraw(slot)

    async def close(self) -> None:
        """Close the connections, when all is given back; a server that is silent is not waited for."""
        self._news.set()
        await _soon(self._asking)
        await _soon(*self._leaving)
        await self._backend.close()

    async def _ask_for(self, lines: Lines) -> None:
        try:
            while lines.waiting():
                self._news.clear()
                await self._rest(await self._round(lines))
        except Exception as error:  # noqa: BLE001 - raised where the lines are waited for
            lines.fail(error)
        finally:
            self._withdraw(*self._tokens)
            self._tokens.clear()

    async def _round(self, lines: Lines) -> float:
        """Ask once; returns how long to wait before the next time, in seconds."""
        claims = lines.claims()
        self._withdraw(*self._tokens[len(claims) :])
        self._tokens = self._tokens[: len(claims)]
        self._tokens += [secrets.token_hex(8) for _ in claims[len(self._tokens) :]]
        if not claims:
            return LONGEST_PAUSE_S
        slots, before = await self._take(claims)
        for slot in slots:
            if lines.start(slot):
                self._tokens.remove(slot)
                self._held[slot] = self._loop.create_task(self._beat(slot))
            elif self._silent_since_s is None:
                self._tokens.remove(slot)
                self._withdraw(slot)
        return min(FIRST_PAUSE_S * (1 + before), LONGEST_PAUSE_S)

    async def _rest(self, pause_s: float) -> None:
        """Until there is news, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_s * random.uniform(0.8, 1.2)):
                await self._news.wait()

    async def _take(self, claims: Sequence[tuple[int, float, float]]) -> tuple[list[str], float]:
        """The slots that are ours now, and how many come before the others that are asked for.

        Asked twice with one token, one slot is taken: an answer may be lost on its way.
        """
        asked: list[str | int] = [self._limit, self._lease_ms, int(WAITING_LEASE_S * 1000)]
        for token, (level, due_in_s, unserved_s) in zip(self._tokens, claims, strict=True):
            due = "" if math.isinf(due_in_s) else int(due_in_s * 1e6)
            asked += [token, level, due, int(unserved_s * 1e6)]
        try:
            before, *taken = await self._backend.run_script(TAKE, self._keys, asked)
        except StorageError as error:
            return list(self._tokens) if self._alone(error) else [], math.inf
        self._silent_since_s = None
        return [token for token, ours in zip(self._tokens, taken, strict=True) if ours], before

    def _alone(self, error: StorageError) -> bool:
        """Whether the server has been silent for so long that everybody goes on; said once."""
        now_s = time.monotonic()
        if self._silent_since_s is None:
            self._silent_since_s = now_s
        if now_s - self._silent_since_s < self._patience_s:
            return False
        self._on_trouble(error)
        if not self._warned:
            self._warned = True
            log.warning(
                "%s; the bound of %d calls of %s holds for this process alone until it does",
                error,
                self._limit,
                self._name,
            )
        return True

    async def _beat(self, slot: str) -> None:
        """Renew the lease of a slot, and say so if it was too late."""
        known = True
        while known:
            await asyncio.sleep(self._lease_ms / 3000)
            known = await self._tell(RENEW, slot, self._lease_ms)
        where = self._backend.where
        self._on_trouble(
            StorageError(
                f"{where} has forgotten a slot that a line still has, so more than {self._limit} calls of "
                f"{self._name} may run"
            )
        )

    def _withdraw(self, *tokens: str) -> None:
        """Have the server forget them; nobody waits for it."""
        if tokens:
            leaving = self._loop.create_task(self._tell(LEAVE, *tokens))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _tell(self, script: str, *arguments: str | int) -> bool:
        """False if it is of no use any more; what fails here, the end of a lease mends."""
        try:
            return bool(await self._backend.run_script(script, self._keys, arguments))
        except StorageError as error:
            self._on_trouble(error)
            return True


async def _soon(*tasks: asyncio.Task[Any] | None) -> None:
    """Wait a moment for their ends, then make them end."""
    under_way = {task for task in tasks if task is not None}
    if under_way:
        await asyncio.wait(under_way, timeout=CLOSING_S)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
