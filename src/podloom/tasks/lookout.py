"""One look a second for all runs of a process: has any of them left "Running"?

The server counts those that have, which is a small answer; only then does every run look at itself. Each run
asking for itself once a second would be most of what a server with many runs has to do.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID
from weakref import WeakKeyDictionary

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType


class Lookout:
    """Shared by the runs of a loop. Whoever asks first in `every_s` looks for all, with its own client."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self.runs: set[UUID] = set()
        """That are looked for now."""
        self._looked_s = -math.inf
        self._calm = True

    @contextmanager
    def over(self, run_id: UUID) -> Iterator[None]:
        """The run belongs to those that are looked for, as long as this lasts."""
        self.runs.add(run_id)
        try:
            yield
        finally:
            self.runs.discard(run_id)

    async def is_calm(self, client: PrefectClient) -> bool:
        """Whether all runs were running when they were last looked for.

        Raises:
            PrefectException, HTTPError: The server does not answer as it should.
        """
        now_s = time.monotonic()
        # Those who ask once in this time ask a little later each time; so it is taken a little shorter.
        if now_s - self._looked_s > 0.9 * self._every_s:
            self._looked_s = now_s
            self._calm = await self._count(client) == 0
        return self._calm

    async def _count(self, client: PrefectClient) -> int:
        """Of the runs, those in any other state than Running."""
        left = {"id": {"any_": sorted(self.runs)}, "state": {"type": {"not_any_": [StateType.RUNNING]}}}
        return await client.count_flow_runs(flow_run_filter=FlowRunFilter.model_validate(left))


def lookout(every_s: float) -> Lookout:
    """The running loop's."""
    return _LOOKOUTS.setdefault(asyncio.get_running_loop(), Lookout(every_s))


def own_runs() -> set[UUID]:
    """Runs that are under way in this process."""
    return set[UUID]().union(*(one.runs for one in list(_LOOKOUTS.values())))


_LOOKOUTS: WeakKeyDictionary[asyncio.AbstractEventLoop, Lookout] = WeakKeyDictionary()
