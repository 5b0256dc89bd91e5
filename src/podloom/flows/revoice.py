"""The flow that voices an edited script."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from podloom.domain import Episode, EpisodeRequest, Priority
from podloom.stages.revoicing import revoice_request
from podloom.tasks.ending import ended
from podloom.tasks.making import before_episode, make_in_flow
from podloom.tasks.naming import revoice_run_name


@flow(name="revoice", flow_run_name=revoice_run_name, persist_result=False, log_prints=False)
async def revoice_flow(
    script: str, engine: str = "", priority: Priority = "normal", out: str = ""
) -> Episode | State[Any]:
    """Voice an edited script again: only changed lines are spoken anew, everything else is kept.

    Args:
        script: Path of an episode's script.json where the episode is made, as you edited it.
        engine: Speech engine. Empty: the same as before.
        priority: Against other episodes: breaking before normal before backfill.
        out: Output folder. Empty: the same as before.
    """
    return await ended(_revoice(script, engine=engine, priority=priority, out=out))


async def _revoice(script: str, **changes: str) -> Episode:
    wanted = {name: value for name, value in changes.items() if value}
    about = EpisodeRequest(script=script[:1000])
    return await make_in_flow(await before_episode(_request(script, wanted), about))


async def _request(script: str, changes: dict[str, str]) -> EpisodeRequest:
    return revoice_request(script, **changes)
