"""The desk before the voices: so many speak, so many wait, the rest is told when to come again.

Who waits is ordered by the speech queue. When the waiting room is full, a call of a higher class takes the
place of the latest one of the lowest class there.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar, get_args

from podloom.domain import Priority
from podloom.serving.speech_refusals import BusyError
from podloom.settings import SpeechServerSettings
from podloom.tts.queue import SpeechQueue
from podloom.tts.wire import Place

T = TypeVar("T")
FIRST_GUESS_S = 2.0
"""A clip takes about so long, before any was made."""
SMOOTHING = 0.1
_CLASSES = get_args(Priority)


@dataclass(eq=False)
class _Waiting:
    """A call in the waiting room; ending its time limit sends it away."""

    limit: asyncio.Timeout
    class_: int
    number: int
    reason: BusyError | None = None


class Desk:
    """Bounds one engine; belongs to one event loop."""

    def __init__(self, concurrency: int, settings: SpeechServerSettings) -> None:
        self.queue = SpeechQueue(concurrency)
        self.draining = False
        self.clip_s = FIRST_GUESS_S
        """What a clip takes, as a running mean."""
        self._settings = settings
        self._waiting: set[_Waiting] = set()
        self._numbers = itertools.count()

    @property
    def full(self) -> bool:
        """Whether a call of the lowest class would be sent away."""
        return self.busy and len(self._waiting) >= self._settings.waiting_room

    @property
    def busy(self) -> bool:
        """Whether a call would have to wait."""
        return len(self._waiting) + self.queue.stats.running >= self.queue.concurrency

    async def speak(
        self, job: Callable[[], Awaitable[T]], place: Place, on_start: Callable[[float], None]
    ) -> T:
        """What `job` returns, run when it is its turn; `on_start` is told how long it waited.

        Raises:
            BusyError: There is no room, or its turn did not come in time.
        """
        self._admit(place)
        arrived_s = time.monotonic()
        waiting = _Waiting(
            asyncio.timeout(self._settings.waiting_s), _CLASSES.index(place.priority), next(self._numbers)
        )
        self._waiting.add(waiting)

        async def at_its_turn() -> T:
            self._waiting.discard(waiting)
            waiting.limit.reschedule(None)
            on_start(time.monotonic() - arrived_s)
            return await self._timed(job)

        try:
            async with waiting.limit:
                return await self.queue.submit(
                    at_its_turn,
                    priority=place.priority,
                    position=place.position,
                    episode=place.episode,
                    deadline_s=place.deadline_s,
                )
        except TimeoutError:
            if not waiting.limit.expired():
                raise
            raise waiting.reason or self._busy(503, "its turn did not come in time", "overloaded") from None
        finally:
            self._waiting.discard(waiting)

    def drain(self) -> None:
        """From now on send everybody away, also those that wait; what is being spoken goes on."""
        self.draining = True
        for waiting in list(self._waiting):
            self._send_away(waiting, self._leaving())

    def _admit(self, place: Place) -> None:
        if self.draining:
            raise self._leaving()
        if not self.full:
            return
        full = self._busy(429, f"{len(self._waiting)} calls are waiting already", "full")
        last = max(self._waiting, key=lambda waiting: (waiting.class_, waiting.number), default=None)
        if last is None or last.class_ <= _CLASSES.index(place.priority):
            raise full
        self._send_away(last, full)

    def _send_away(self, waiting: _Waiting, reason: BusyError) -> None:
        self._waiting.discard(waiting)
        waiting.reason = reason
        waiting.limit.reschedule(asyncio.get_running_loop().time())

    async def _timed(self, job: Callable[[], Awaitable[T]]) -> T:
        start_s = time.monotonic()
        result = await job()
        self.clip_s += SMOOTHING * (time.monotonic() - start_s - self.clip_s)
        return result

    def _leaving(self) -> BusyError:
        return BusyError(503, "This server is about to stop; ask another.", code="draining", retry_after_s=1)

    def _busy(self, status: int, why: str, code: str) -> BusyError:
        """With the time after which half of the waiting room will have been served."""
        ahead = max(1, len(self._waiting)) / 2
        return BusyError(
            status,
            f"This server is busy: {why}.",
            code=code,
            retry_after_s=self.clip_s * ahead / self.queue.concurrency,
        )
