"""One bounded queue in front of every engine: who speaks next when several episodes want to.

tts/lanes.py has the order. The bound is the process's: lines of all its event loops share it.

A slot is for speaking. Keeping what was spoken (encoding, writing to disk) goes on beside the next line, for
at most as many lines as there are slots: no more than that is lost when the process is killed, or in memory.

An episode may come with a *gate*, which shares slots with other processes. Its lines hold nothing while the
gate asks for slots, and which of them gets one is decided when it is there.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from podloom.domain import Priority
from podloom.tts.engine import ServedEngine, SpeechEngine
from podloom.tts.lanes import Claim, Gate, Lane, LaneKey, Ticket
from podloom.tts.wire import Place, place

T = TypeVar("T")


@dataclass(frozen=True)
class QueueStats:
    """What the queue is doing right now, and how many jobs it has finished or failed."""

    waiting: int
    running: int
    done: int


class SpeechQueue:
    """Runs at most `concurrency` jobs at once, in the order of tts/lanes.py.

    A job runs in the task of whoever submitted it: its context, its exceptions and its cancellation are what
    they would be without the queue.
    """

    def __init__(self, concurrency: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        if concurrency < 1:
            raise ValueError(f"concurrency is {concurrency}; it has to be at least 1")
        self.concurrency = concurrency
        self._clock = clock
        # Re-entrant: a coroutine that is collected as garbage gives its slot back wherever that happens.
        self._lock = threading.RLock()
        self._lanes: dict[LaneKey, Lane] = {}
        self._last_starts: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._running = 0
        self._keeping = 0
        """Lines that are spoken and not kept yet."""
        self._done = 0

    @property
    def stats(self) -> QueueStats:
        """Jobs by state; from any thread."""
        with self._lock:
            waiting = sum(len(lane.tickets) for lane in self._lanes.values())
            return QueueStats(waiting, self._running, self._done)

    async def submit(
        self,
        job: Callable[[], Awaitable[T]],
        *,
        priority: Priority = "normal",
        position: float = 0.0,
        episode: str = "",
        deadline_s: float = math.inf,
    ) -> T:
        """Run `job` when it is its turn and return what it returns; the arguments are those of `turn`."""
        turn = self.turn(priority=priority, position=position, episode=episode, deadline_s=deadline_s)
        async with turn:
            return await job()

    @asynccontextmanager
    async def turn(
        self,
        *,
        priority: Priority = "normal",
        position: float = 0.0,
        episode: str = "",
        deadline_s: float = math.inf,
        gate: Gate | None = None,
    ) -> AsyncIterator[Callable[[], None]]:
        """A slot, when it is its turn, for as long as the context lasts.

        Gives a function that is called when the line is spoken: the slot is free from then on, and what is
        left of the context is keeping it.

        Args:
            priority: Class of the episode.
            position: Place in playback; a smaller one is voiced first within its episode.
            episode: Who shares evenly with whom.
            deadline_s: When the episode has to be done, on the queue's clock; the last one given counts.
            gate: The episode's, where slots are shared with other processes.
        """
        ticket = await self._slot(Place(priority, episode, position, deadline_s), gate)
        whose = place.set(Place(priority, episode, position, deadline_s))
        try:
            yield lambda: self._spoken(ticket)
        finally:
            self._end(ticket)
            place.reset(whose)

    async def _slot(self, whose: Place, gate: Gate | None) -> Ticket:
        granted = asyncio.get_running_loop().create_future()
        with self._lock:
            ticket = Ticket(whose.position, next(self._numbers), granted, gate)
            lane = self._lane(whose, gate)
            heapq.heappush(lane.tickets, ticket)
            if gate is None:
                self._grant()
        if gate is not None:
            gate.ask(self._lines(lane.key))
        try:
            await granted
        except BaseException:
            self._withdraw(lane, ticket)
            raise
        return ticket

    def _lane(self, whose: Place, gate: Gate | None) -> Lane:
        key = (whose.priority, whose.episode, gate)
        lane = self._lanes.get(key)
        if lane is None:
            last_start = self._last_starts.get(whose.episode, 0)
            lane = self._lanes[key] = Lane(key, self._clock(), last_start)
        lane.deadline_s = whose.deadline_s
        return lane

    def _withdraw(self, lane: Lane, ticket: Ticket) -> None:
        """Take a cancelled job out; a slot that was granted in the same moment goes to the next."""
        with self._lock:
            if ticket.speaking:
                self._release(ticket)
            elif ticket in lane.tickets:
                lane.tickets.remove(ticket)
                heapq.heapify(lane.tickets)
                self._forget_if_empty(lane)

    def _spoken(self, ticket: Ticket) -> None:
        with self._lock:
            if ticket.speaking:
                self._keeping += 1
                self._release(ticket)

    def _end(self, ticket: Ticket) -> None:
        with self._lock:
            self._done += 1
            if ticket.speaking:
                self._release(ticket)
            else:
                self._keeping -= 1
                self._grant()

    def _release(self, ticket: Ticket) -> None:
        ticket.speaking = False
        self._running -= 1
        if ticket.gate is not None:
            ticket.gate.leave(ticket.slot)
        self._grant()
        if not self._running and not self._lanes:
            self._last_starts.clear()  # nobody is left to be fair to

    @property
    def _room(self) -> int:
        """Lines that could start now."""
        return min(self.concurrency - self._running, self._unkept_room)

    @property
    def _unkept_room(self) -> int:
        """Lines that could start if there were slots for them."""
        return 2 * self.concurrency - self._running - self._keeping

    def _grant(self) -> None:
        """Give free slots to the waiting jobs that come first; if there is a gate before one, knock."""
        while self._room > 0 and (lane := self._first(gated=False)):
            self._start(lane.key)
        if self._room > 0 and (lane := self._first(gated=True)) and lane.gate is not None:
            lane.gate.knock()

    def _first(self, *, gated: bool) -> Lane | None:
        now_s = self._clock()
        lanes = [lane for lane in list(self._lanes.values()) if (lane.gate is not None) == gated]
        return min(lanes, key=lambda lane: lane.rank(now_s), default=None)

    def _lines(self, key: LaneKey) -> _Lines:
        return _Lines(
            waiting=lambda: key in self._lanes,
            claims=partial(self._claims, key),
            start=partial(self._start, key),
            fail=partial(self._fail, key),
        )

    def _claims(self, key: LaneKey) -> list[Claim]:
        with self._lock:
            lane = self._lanes.get(key)
            most = min(self.concurrency, self._unkept_room)  # a slot of the gate is one of ours, too
            return lane.claims(most, self._clock()) if lane else []

    def _start(self, key: LaneKey, slot: str = "") -> bool:
        """Let the lane's first line begin that is still wanted; False if there is none, or no room."""
        with self._lock:
            while self._room > 0 and (lane := self._lanes.get(key)):
                ticket = heapq.heappop(lane.tickets)
                self._forget_if_empty(lane)
                if ticket.tell():
                    lane.unserved_since_s = self._clock()
                    lane.last_start = self._last_starts[lane.episode] = next(self._numbers)
                    ticket.speaking, ticket.slot = True, slot
                    self._running += 1
                    return True
            return False

    def _fail(self, key: LaneKey, error: BaseException) -> None:
        with self._lock:
            lane = self._lanes.get(key)
            for ticket in lane.tickets if lane else []:
                if not ticket.granted.done():
                    ticket.granted.set_exception(error)

    def _forget_if_empty(self, lane: Lane) -> None:
        if not lane.tickets:
            del self._lanes[lane.key]


@dataclass(frozen=True)
class _Lines:
    """Implements lanes.Lines, whatever lines there are at the time."""

    waiting: Callable[[], bool]
    claims: Callable[[], list[Claim]]
    start: Callable[[str], bool]
    fail: Callable[[BaseException], None]


_queues: dict[tuple[str, tuple[str, ...], int], SpeechQueue] = {}
_queues_lock = threading.Lock()


def queue_for(engine: SpeechEngine) -> SpeechQueue:
    """The queue that all episodes of this process share for this engine, its servers and its bound."""
    servers = engine.servers if isinstance(engine, ServedEngine) else ()
    with _queues_lock:
        return _queues.setdefault((engine.name, servers, engine.concurrency), SpeechQueue(engine.concurrency))


def queue_lengths() -> dict[str, dict[str, int]]:
    """Lines that wait and run in this process, by engine; from any thread."""
    with _queues_lock:
        queues = list(_queues.items())
    lengths: dict[str, dict[str, int]] = {}
    for (name, *_), queue in queues:
        length, stats = lengths.setdefault(name, {"waiting": 0, "running": 0}), queue.stats
        length["waiting"] += stats.waiting
        length["running"] += stats.running
    return lengths
