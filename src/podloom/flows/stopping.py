"""Runs that were to be cancelled, and have nobody who does it.

A run is cancelled by whoever works at it (tasks/watching.py). Nobody does when its worker has died, before or
after somebody pressed Cancel, or when the run has ended once, was to be tried again, and waits for a worker.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Cancelled

from podloom.flows.giving_up import tell_stopped
from podloom.flows.lost import TELLING
from podloom.flows.marks import STOP
from podloom.flows.silence import EPISODES, UPKEEP, Kind, is_ours, silent_runs, state_id
from podloom.settings import Settings

STOPPED = "Cancelled, and no worker was there to say so; what was made is kept: Retry goes on from there"


async def stop_silent_runs(settings: Settings) -> list[FlowRun]:
    """Cancel them for good, and tell of those of episodes; returns all that were.

    They are told of first: a finder that dies in between leaves the run to the next one.

    Raises:
        PrefectException, HTTPError: The server does not answer as it should.
    """
    async with get_client() as client:
        return [run for kind in (EPISODES, UPKEEP) for run in await _stop(client, kind, settings)]


async def _stop(client: PrefectClient, kind: Kind, settings: Settings) -> list[FlowRun]:
    patience = timedelta(seconds=settings.runs.lost_after_s)
    silent = await silent_runs(client, kind, patience, StateType.CANCELLING)
    ours = [run for run in silent if await is_ours(client, run, STOP, TELLING)]
    for run in ours:
        if kind is EPISODES:
            await tell_stopped(run, settings.webhook)
        now = await client.read_flow_run(run.id)
        if state_id(now) == state_id(run):
            await client.set_flow_run_state(run.id, Cancelled(message=STOPPED), force=True)
    return ours
