"""One bounded queue in front of every engine: who speaks next when several episodes want to.

A line's place is decided when a slot becomes free, by its *lane* (episode and priority class):

    level(lane) = class - floor(starved_s / AGING_S)        class: breaking 0, normal 1, backfill 2

`starved_s` is how long the lane has had a line waiting without any of its lines being started. The lowest
level goes first; at the same level the lane whose deadline is nearest, if it is less than HORIZON_S away or
over; else the lane that was served longest ago (episodes share evenly); within the lane the line that is
played first. So a breaking episode gets nearly everything, and an episode `n` classes below still gets a line
every `(n + 1) * AGING_S` seconds: nothing starves, and a long backfill does not turn urgent merely because
its last line has been waiting for an hour.

A slot is for speaking. Keeping what was spoken (encoding, writing to disk) goes on beside the next line, for
at most as many lines as there are slots: no more than that is lost when the process is killed, or in memory.

A deadline never changes the class. Whoever sets deadlines cannot push news aside; what must come first is
asked for as breaking. Earliest deadline first meets all deadlines of a class that can be met at all, as long
as nothing above it needs the slots.
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
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

from podloom.domain import Priority
from podloom.tts.engine import SpeechEngine
from podloom.tts.wire import Place, place

T = TypeVar("T")

AGING_S = 30.0
"""Without service for so long, a lane moves up by one class."""

HORIZON_S = 3600.0
"""A deadline that is further away counts as none: until then episodes share evenly."""

_CLASS: dict[Priority, int] = {"breaking": 0, "normal": 1, "backfill": 2}


@dataclass(frozen=True)
class QueueStats:
    """What the queue is doing right now, and how many jobs it has finished or failed."""

    waiting: int
    running: int
    done: int


@dataclass(order=True)
class _Ticket:
    """A job that waits for a slot."""

    position: float
    number: int
    granted: asyncio.Future[None] = field(compare=False)


@dataclass
class _Lane:
    """The waiting jobs of one episode in one class; exists while there are any."""

    class_: int
    unserved_since_s: float
    last_start: int
    deadline_s: float = math.inf
    """On the queue's clock."""
    tickets: list[_Ticket] = field(default_factory=list)


class SpeechQueue:
    """Runs at most `concurrency` jobs at once, in the order of the module's formula.

    A job runs in the task of whoever submitted it: its context, its exceptions and its cancellation are what
    they would be without the queue. Belongs to one event loop.
    """

    def __init__(self, concurrency: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        if concurrency < 1:
            raise ValueError(f"concurrency is {concurrency}; it has to be at least 1")
        self.concurrency = concurrency
        self._clock = clock
        self._lanes: dict[tuple[Priority, str], _Lane] = {}
        self._last_starts: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._running = 0
        self._keeping = 0
        """Lines that are spoken and not kept yet."""
        self._done = 0

    @property
    def stats(self) -> QueueStats:
        """Jobs by state."""
        # Copied first: whoever shows metrics looks from another thread.
        waiting = sum(len(lane.tickets) for lane in list(self._lanes.values()))
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
    ) -> AsyncIterator[Callable[[], None]]:
        """A slot, when it is its turn, for as long as the context lasts.

        Gives a function that is called when the line is spoken: the slot is free from then on, and what is
        left of the context is keeping it.

        Args:
            priority: Class of the episode.
            position: Place in playback; a smaller one is voiced first within its episode.
            episode: Who shares evenly with whom.
            deadline_s: When the episode has to be done, on the queue's clock; the last one given counts.
        """
        await self._slot(priority, position, episode, deadline_s)
        kept_yet = True

        def spoken() -> None:
            nonlocal kept_yet
            if kept_yet:
                kept_yet = False
                self._keeping += 1
                self._release()

        whose = place.set(Place(priority, episode, position, deadline_s))
        try:
            yield spoken
        finally:
            place.reset(whose)
            self._done += 1
            if kept_yet:
                self._release()
            else:
                self._keeping -= 1
                self._grant()

    async def _slot(self, priority: Priority, position: float, episode: str, deadline_s: float) -> None:
        key = (priority, episode)
        ticket = _Ticket(position, next(self._numbers), asyncio.get_running_loop().create_future())
        lane = self._lanes.get(key)
        if lane is None:
            last_start = self._last_starts.get(episode, 0)
            lane = self._lanes[key] = _Lane(_CLASS[priority], self._clock(), last_start)
        lane.deadline_s = deadline_s
        heapq.heappush(lane.tickets, ticket)
        self._grant()
        try:
            await ticket.granted
        except asyncio.CancelledError:
            self._withdraw(key, ticket)
            raise

    def _withdraw(self, key: tuple[Priority, str], ticket: _Ticket) -> None:
        """Take a cancelled job out; a slot that was granted in the same moment goes to the next."""
        if ticket.granted.done() and not ticket.granted.cancelled():
            self._release()
        elif (lane := self._lanes.get(key)) and ticket in lane.tickets:
            lane.tickets.remove(ticket)
            heapq.heapify(lane.tickets)
            self._forget_if_empty(key)

    def _release(self) -> None:
        self._running -= 1
        self._grant()
        if not self._running and not self._lanes:
            self._last_starts.clear()  # nobody is left to be fair to

    def _grant(self) -> None:
        """Give free slots to the waiting jobs that come first."""
        while self._lanes and self._running < self.concurrency and self._unkept < 2 * self.concurrency:
            now_s = self._clock()
            key = min(self._lanes, key=lambda key: self._rank(self._lanes[key], now_s))
            lane = self._lanes[key]
            ticket = heapq.heappop(lane.tickets)
            if not ticket.granted.cancelled():
                lane.unserved_since_s = now_s
                lane.last_start = self._last_starts[key[1]] = next(self._numbers)
                self._running += 1
                ticket.granted.set_result(None)
            self._forget_if_empty(key)

    @property
    def _unkept(self) -> int:
        return self._running + self._keeping

    @staticmethod
    def _rank(lane: _Lane, now_s: float) -> tuple[int, float, int, _Ticket]:
        starved_s = max(0.0, now_s - lane.unserved_since_s)
        level = lane.class_ - int(starved_s // AGING_S)
        due_s = lane.deadline_s if lane.deadline_s - now_s < HORIZON_S else math.inf
        return level, due_s, lane.last_start, lane.tickets[0]

    def _forget_if_empty(self, key: tuple[Priority, str]) -> None:
        if not self._lanes[key].tickets:
            del self._lanes[key]


_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, SpeechQueue]] = WeakKeyDictionary()
_queues_lock = threading.Lock()


def queue_for(engine: SpeechEngine) -> SpeechQueue:
    """The queue that all episodes of this process share for this engine, one for each running loop."""
    loop = asyncio.get_running_loop()
    with _queues_lock:
        queues = _queues.setdefault(loop, {})
        return queues.setdefault(engine.name, SpeechQueue(engine.concurrency))


def queue_lengths() -> dict[str, dict[str, int]]:
    """Lines that wait and run in this process, by engine; from any thread."""
    with _queues_lock:
        queues = [named for of_loop in _queues.values() for named in of_loop.items()]
    lengths: dict[str, dict[str, int]] = {}
    for name, queue in queues:
        length, stats = lengths.setdefault(name, {"waiting": 0, "running": 0}), queue.stats
        length["waiting"] += stats.waiting
        length["running"] += stats.running
    return lengths
