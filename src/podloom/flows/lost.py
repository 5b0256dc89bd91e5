"""Runs whose worker was killed: found by their missing signs of life, and started again.

Any number of workers may look at once. Who calls a silent run crashed, and who starts it again, is decided by
the server, which takes each mark only once; a finder that dies between mark and start is finished by the next
one. So is one that dies between giving a run up and telling of it: marks beyond the last resumption are
attempts at telling, until one is noted as told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed, Scheduled

from podloom.flows.marks import LOSS, RESUMPTION, TOLD
from podloom.flows.silence import (
    EPISODES,
    UPKEEP,
    Kind,
    age,
    is_ours,
    leave_mark,
    marks_of,
    runs_in,
    silent_runs,
    since,
    state_id,
)
from podloom.settings import RunSettings
from podloom.stages.webhook import LIMIT_S
from podloom.tasks.watching import RESUMING

RECENT = timedelta(hours=6)
"""Older crashes are left alone: what they had made is forgotten, and somebody has seen them."""
LOST = "No sign of life from the worker; what was made is kept"
TELLING = timedelta(seconds=2 * LIMIT_S)
"""Whoever gave a run up, or tells of it again, has so long for that, the webhook's tries included."""


@dataclass(frozen=True)
class Resumption:
    """A lost run that was started again, or was lost for good."""

    run: FlowRun
    number: int
    """Of this run; 0 when it is given up and that has to be told."""


async def resume_lost_runs(settings: RunSettings, *, believe_silence: bool = True) -> list[Resumption]:
    """Call runs crashed that have lost their worker, and start episodes again, each a few times at most.

    What is no episode has its schedule, or somebody who sees that it crashed.

    Args:
        settings: How long a run may be silent, and how often it is started again.
        believe_silence: Whether a run would have been heard of: the server was there all the time.

    Raises:
        PrefectException, HTTPError: The server does not answer as it should.
    """
    async with get_client() as client:
        if believe_silence:
            for kind in (EPISODES, UPKEEP):
                await _crash_silent(client, kind, timedelta(seconds=settings.lost_after_s))
        found = [
            await _resume(client, run, settings)
            for run in await runs_in(client, EPISODES, StateType.CRASHED)
            if run.deployment_id and age(run) < RECENT
        ]
    return [resumption for resumption in found if resumption is not None]


async def _crash_silent(client: PrefectClient, kind: Kind, patience: timedelta) -> None:
    """Those that were begun, or claimed by a worker; from deployments: nobody else can start others again."""
    for run in await silent_runs(client, kind, patience, StateType.RUNNING, StateType.PENDING):
        if run.deployment_id and await is_ours(client, run, LOSS, patience):
            # Refused by the server when the run has ended meanwhile.
            await client.set_flow_run_state(run.id, Crashed(message=LOST))


async def _resume(client: PrefectClient, run: FlowRun, settings: RunSettings) -> Resumption | None:
    """Start the run again, unless somebody else does; gives it up when it was started often enough."""
    marks = await marks_of(client, run, RESUMPTION)
    if any(mark.key == TOLD for mark in marks):
        return None  # given up before
    given_up = len(marks) > settings.resumptions
    patience = TELLING if given_up else timedelta(seconds=settings.lost_after_s)
    if any(mark.value == state_id(run) and since(mark.created) < patience for mark in marks):
        return None  # somebody is about to
    number = len(marks) + 1
    if not await leave_mark(client, run, f"{RESUMPTION}{number}"):
        return None
    if number > settings.resumptions:
        return Resumption(run, 0)
    message = f"{LOST}; started again ({number} of {settings.resumptions})"
    await client.set_flow_run_state(run.id, Scheduled(name=RESUMING, message=message))
    return Resumption(run, number)


async def note_told(run: FlowRun) -> None:
    """Note that the world knows that the run is given up; nobody tells it again."""
    async with get_client() as client:
        await leave_mark(client, run, TOLD)
