"""The flow that a show's schedule starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from podloom.domain import Episode, EpisodeRequest
from podloom.stages.show import Show, next_episode, turn
from podloom.tasks.ending import ended
from podloom.tasks.making import before_episode, make_in_flow, placed
from podloom.tasks.naming import show_run_name

LOOK_S = 1.0
LOOKS = 30
"""Of a run that was started again: the attempt that was taken for lost has its turn until it has noticed."""


@flow(name="scheduled-show", flow_run_name=show_run_name, persist_result=False, log_prints=False)
async def scheduled_show_flow(show: Show) -> Episode | State[Any]:
    """Make the show's next episode, if something new is there since the last one.

    Looks at feeds, pages and folders; makes at most one episode. Started twice, it makes no second one.
    """
    return await ended(_make_next(placed(show)))


async def _make_next(show: Show) -> Episode | State[Any]:
    async with _turn(show) as ours:
        if not ours:
            return Completed(message=f"Another run is making an episode of {show.podcast}")
        about = EpisodeRequest(podcast=show.podcast, title=show.podcast, language=show.language)
        request = await before_episode(next_episode(show), about)
        if request is None:
            return Completed(message=f"Nothing new for {show.podcast} since the last episode")
        return await make_in_flow(request)


@asynccontextmanager
async def _turn(show: Show) -> AsyncIterator[bool]:
    """Whether it is our turn, which is waited for only where an attempt of this run may have it."""
    left = LOOKS if (flow_run.run_count or 0) > 1 else 0
    while True:
        with turn(show) as ours:
            if ours or left == 0:
                yield ours
                return
        left -= 1
        await asyncio.sleep(LOOK_S)
