"""Time as the server sees it, so that tests need not wait for it."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow, and waiting for one of them."""

    def now_s(self) -> float:
        """The time."""
        ...

    async def until(self, time_s: float) -> None:
        """Return when `time_s` is reached, at once when it has passed."""
        ...


class LoopClock:
    """The running event loop's time."""

    def now_s(self) -> float:
        """Seconds of the loop's own clock."""
        return asyncio.get_running_loop().time()

    async def until(self, time_s: float) -> None:
        """Sleep for what is left."""
        wait_s = time_s - self.now_s()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
