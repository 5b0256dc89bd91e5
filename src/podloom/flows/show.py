"""The flow that a show's schedule starts."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from podloom.domain import Episode
from podloom.stages.show import Show, next_episode, turn
from podloom.tasks.ending import ended
from podloom.tasks.making import make_in_flow, placed
from podloom.tasks.naming import show_run_name


@flow(name="scheduled-show", flow_run_name=show_run_name, persist_result=False, log_prints=False)
async def scheduled_show_flow(show: Show) -> Episode | State[Any]:
    """Make the show's next episode, if something new is there since the last one.

    Looks at feeds, pages and folders; makes at most one episode. Started twice, it makes no second one.
    """
    return await ended(_make_next(placed(show)))


async def _make_next(show: Show) -> Episode | State[Any]:
    with turn(show) as ours:
        if not ours:
            return Completed(message=f"Another run is making an episode of {show.podcast}")
        request = await next_episode(show)
        if request is None:
            return Completed(message=f"Nothing new for {show.podcast} since the last episode")
        return await make_in_flow(request)
