"""The order of the speech queue: which waiting line comes first.

A line's place is decided when a slot becomes free, by its *lane* (episode and priority class):

    level(lane) = class - floor(starved_s / AGING_S)        class: breaking 0, normal 1, backfill 2

`starved_s` is how long the lane has had a line waiting without any of its lines being started. The lowest
level goes first; at the same level the lane whose deadline is nearest, if it is less than HORIZON_S away or
over; else the lane that was served longest ago (episodes share evenly); within the lane the line that is
played first. So a breaking episode gets nearly everything, and an episode `n` classes below still gets a line
every `(n + 1) * AGING_S` seconds: nothing starves, and a long backfill does not turn urgent merely because
its last line has been waiting for an hour.

A deadline never changes the class. Whoever sets deadlines cannot push news aside; what must come first is
asked for as breaking. Earliest deadline first meets all deadlines of a class that can be met at all, as long
as nothing above it needs the slots.

Where slots are shared with other processes, lanes ask a *gate* for them, and the same order decides there.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from podloom.domain import Priority

AGING_S = 30.0
"""Without service for so long, a lane moves up by one class."""

HORIZON_S = 3600.0
"""A deadline that is further away counts as none: until then episodes share evenly."""

CLASS: dict[Priority, int] = {"breaking": 0, "normal": 1, "backfill": 2}


class Claim(NamedTuple):
    """What a waiting line says for itself where lanes of several processes are compared."""

    level: int
    due_in_s: float
    """Infinite where no deadline counts."""
    unserved_s: float


class Lines(Protocol):
    """The lines of an episode, as its gate sees them."""

    def waiting(self) -> bool:
        """Whether any line does."""
        ...

    def claims(self) -> Sequence[Claim]:
        """Of the lines that would start if there were slots, the first one first."""
        ...

    def start(self, slot: str) -> bool:
        """Let the line that comes first begin with this slot; False if there is none."""
        ...

    def fail(self, error: BaseException) -> None:
        """Give up all that wait."""
        ...


class Gate(Protocol):
    """Slots that are shared with others. Each belongs to one episode, and to one event loop."""

    def ask(self, lines: Lines, /) -> None:
        """Get slots for these lines, as long as any of them waits."""
        ...

    def knock(self) -> None:
        """One may have become free; from any thread."""
        ...

    def leave(self, slot: str, /) -> None:
        """The line with this slot is spoken."""
        ...


LaneKey = tuple[Priority, str, Gate | None]


@dataclass(order=True)
class Ticket:
    """A line that waits for a slot, or has one; whoever waits for it does so in a loop of its own."""

    position: float
    number: int
    granted: asyncio.Future[None] = field(compare=False)
    gate: Gate | None = field(compare=False)
    slot: str = field(default="", compare=False)
    """Of the gate, where there is one."""
    speaking: bool = field(default=False, compare=False)
    """It has a slot, also while whoever waits has not woken up yet."""

    def tell(self) -> bool:
        """Wake whoever waits, from any thread; False when nobody does any more."""
        if self.granted.done():
            return False
        loop = self.granted.get_loop()
        if loop is _running_loop():
            self.granted.set_result(None)
            return True
        try:
            loop.call_soon_threadsafe(self._wake)
        except RuntimeError:  # that loop is closed
            return False
        return True

    def _wake(self) -> None:
        if not self.granted.done():
            self.granted.set_result(None)


@dataclass(eq=False)
class Lane:
    """The waiting lines of one episode in one class; exists while there are any."""

    key: LaneKey
    unserved_since_s: float
    last_start: int
    deadline_s: float = math.inf
    """On the queue's clock."""
    tickets: list[Ticket] = field(default_factory=list)
    """A heap."""

    @property
    def class_(self) -> int:
        """Of its episode."""
        return CLASS[self.key[0]]

    @property
    def episode(self) -> str:
        """Its name."""
        return self.key[1]

    @property
    def gate(self) -> Gate | None:
        """Where its slots come from, if not from the queue alone."""
        return self.key[2]

    def rank(self, now_s: float) -> tuple[int, float, int, Ticket]:
        """The lowest of all lanes goes first."""
        return self._level(now_s), self._due_s(now_s), self.last_start, self.tickets[0]

    def claims(self, most: int, now_s: float) -> list[Claim]:
        """Of its first lines; all but the first as if the lane had just been served."""
        due_in_s = self._due_s(now_s) - now_s
        first = Claim(self._level(now_s), due_in_s, self._unserved_s(now_s))
        served = Claim(self.class_, due_in_s, 0.0)
        return [first, *[served] * (len(self.tickets) - 1)][: max(0, most)]

    def _level(self, now_s: float) -> int:
        return self.class_ - int(self._unserved_s(now_s) // AGING_S)

    def _due_s(self, now_s: float) -> float:
        return self.deadline_s if self.deadline_s - now_s < HORIZON_S else math.inf

    def _unserved_s(self, now_s: float) -> float:
        return max(0.0, now_s - self.unserved_since_s)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
