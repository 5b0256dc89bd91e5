"""Runs whose worker was killed: found by their missing signs of life, and started again.

Any number of workers may look at once. Who starts a run again is decided by the server, which takes each
resumption's mark only once; a finder that dies between mark and start is finished by the next one. So is one
that dies between giving a run up and telling of it: marks beyond the last resumption are attempts at telling,
until one is noted as told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Crashed, Scheduled

from podloom.flows.automations import EPISODE_FLOWS
from podloom.flows.marks import RESUMPTION, TOLD
from podloom.settings import RunSettings
from podloom.stages.webhook import LIMIT_S
from podloom.tasks.watching import HEARTBEAT

RECENT = timedelta(hours=6)
"""Older crashes are left alone: what they had made is forgotten, and somebody has seen them."""
PAGE = 200
LOST = "No sign of life from the worker; what was made is kept"
TELLING = timedelta(seconds=2 * LIMIT_S)
"""Whoever gave a run up, or tells of it again, has so long for that, the webhook's tries included."""
CONFLICT = 409


@dataclass(frozen=True)
class Resumption:
    """A lost run that was started again, or was lost for good."""

    run: FlowRun
    number: int
    """Of this run; 0 when it is given up and that has to be told."""


async def resume_lost_runs(settings: RunSettings) -> list[Resumption]:
    """Call runs crashed that have lost their worker, and start crashed ones again, each a few times at most.

    Raises:
        PrefectException, HTTPError: The server does not answer as it should.
    """
    async with get_client() as client:
        for run in await _silent(client, timedelta(seconds=settings.lost_after_s)):
            # Refused by the server when the run has ended meanwhile.
            await client.set_flow_run_state(run.id, Crashed(message=LOST))
        crashed = await _runs(client, StateType.CRASHED)
        recent = [run for run in crashed if _age(run) < RECENT]
        found = [await _resume(client, run, settings) for run in recent]
    return [resumption for resumption in found if resumption is not None]


async def _runs(client: PrefectClient, *states: StateType) -> list[FlowRun]:
    """Runs of episodes, from deployments: others cannot be started again by somebody else."""
    wanted = FlowRunFilter.model_validate(
        {"state": {"type": {"any_": list(states)}}, "deployment_id": {"is_null_": False}}
    )
    flows = FlowFilter.model_validate({"name": {"any_": list(EPISODE_FLOWS)}})
    return await client.read_flow_runs(flow_filter=flows, flow_run_filter=wanted, limit=PAGE)


async def _silent(client: PrefectClient, patience: timedelta) -> list[FlowRun]:
    """Runs that were begun, or claimed by a worker, and have given no sign of life for so long."""
    begun = await _runs(client, StateType.RUNNING, StateType.PENDING)
    old = [run for run in begun if _age(run) > patience]
    alive = await _alive(client, old, patience) if old else set()
    return [run for run in old if run.id not in alive]


async def _alive(client: PrefectClient, runs: list[FlowRun], patience: timedelta) -> set[UUID]:
    since = datetime.now(UTC) - patience
    names = [f"prefect.flow-run.{run.id}" for run in runs]
    wanted = {
        "occurred": {"since": since.isoformat()},
        "event": {"name": [HEARTBEAT]},
        "resource": {"id": names},
    }
    answer = await client.request(
        "POST", "/events/count-by/{countable}", path_params={"countable": "resource"}, json={"filter": wanted}
    )
    answer.raise_for_status()
    return {UUID(counted["value"].rpartition(".")[2]) for counted in answer.json()}


async def _resume(client: PrefectClient, run: FlowRun, settings: RunSettings) -> Resumption | None:
    """Start the run again, unless somebody else does; gives it up when it was started often enough."""
    assert run.state is not None
    marks = await client.filter_flow_run_input(run.id, key_prefix=RESUMPTION, limit=PAGE, exclude_keys=set())
    if any(mark.key == TOLD for mark in marks):
        return None  # given up before
    given_up = len(marks) > settings.resumptions
    patience = TELLING if given_up else timedelta(seconds=settings.lost_after_s)
    if any(mark.value == str(run.state.id) and _since(mark.created) < patience for mark in marks):
        return None  # somebody is about to
    number = len(marks) + 1
    if not await _mark(client, run, f"{RESUMPTION}{number}"):
        return None
    if number > settings.resumptions:
        return Resumption(run, 0)
    message = f"{LOST}; started again ({number} of {settings.resumptions})"
    await client.set_flow_run_state(run.id, Scheduled(name="Resuming", message=message))
    return Resumption(run, number)


async def note_told(run: FlowRun) -> None:
    """Note that the world knows that the run is given up; nobody tells it again."""
    async with get_client() as client:
        await _mark(client, run, TOLD)


async def _mark(client: PrefectClient, run: FlowRun, key: str) -> bool:
    """Whether this mark is ours: the server takes every key of a run once."""
    assert run.state is not None
    try:
        await client.create_flow_run_input(run.id, key=key, value=str(run.state.id))
    except PrefectHTTPStatusError as error:
        if error.response.status_code != CONFLICT:
            raise
        return False
    return True


def _age(run: FlowRun) -> timedelta:
    assert run.state is not None
    return _since(run.state.timestamp)


def _since(moment: datetime | None) -> timedelta:
    return datetime.now(UTC) - moment if moment is not None else timedelta(0)
