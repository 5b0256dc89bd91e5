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
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

from podloom.domain import Priority

AGING_S = 30.0
"""Without service for so long, a lane moves up by one class."""

HORIZON_S = 3600.0
"""A deadline that is further away counts as none: until then episodes share evenly."""

CLASS: dict[Priority, int] = {"breaking": 0, "normal": 1, "backfill": 2}


@dataclass(order=True)
class Ticket:
    """A line that waits for a slot, or has one; whoever waits for it does so in a loop of its own."""

    position: float
    number: int
    granted: asyncio.Future[None] = field(compare=False)
    speaking: bool = field(default=False, compare=False)
    """It has a slot, also while whoever waits has not woken up yet."""

    def tell(self) -> bool:
        """Wake whoever waits, from any thread; False when nobody does any more."""
        if self.granted.cancelled():
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

    priority: Priority
    episode: str
    unserved_since_s: float
    last_start: int
    deadline_s: float = math.inf
    """On the queue's clock."""
    tickets: list[Ticket] = field(default_factory=list)
    """A heap."""

    def rank(self, now_s: float) -> tuple[int, float, int, Ticket]:
        """The lowest of all lanes goes first."""
        starved_s = max(0.0, now_s - self.unserved_since_s)
        level = CLASS[self.priority] - int(starved_s // AGING_S)
        due_s = self.deadline_s if self.deadline_s - now_s < HORIZON_S else math.inf
        return level, due_s, self.last_start, self.tickets[0]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
