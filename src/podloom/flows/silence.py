"""Runs without a sign of life, and who of all that look for them does something about one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, FlowRunInput, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectHTTPStatusError

from podloom.flows.automations import EPISODE_FLOWS, TAG, UPKEEP_FLOWS
from podloom.tasks.lookout import own_runs
from podloom.tasks.watching import HEARTBEAT

PAGE = 200
CONFLICT = 409


@dataclass(frozen=True)
class Kind:
    """Runs of these flows, with all of these tags."""

    flows: tuple[str, ...]
    tags: tuple[str, ...] = ()


EPISODES = Kind(EPISODE_FLOWS)
UPKEEP = Kind(UPKEEP_FLOWS, (TAG,))


async def runs_in(
    client: PrefectClient, kind: Kind, *states: StateType, within: timedelta | None = None
) -> list[FlowRun]:
    """Runs in one of these states, those that ended last first; `within`: that have ended so lately."""
    wanted: dict[str, Any] = {"state": {"type": {"any_": list(states)}}}
    if within is not None:
        wanted["end_time"] = {"after_": datetime.now(UTC) - within}
    if kind.tags:
        wanted["tags"] = {"all_": list(kind.tags)}
    return await client.read_flow_runs(
        flow_filter=FlowFilter.model_validate({"name": {"any_": list(kind.flows)}}),
        flow_run_filter=FlowRunFilter.model_validate(wanted),
        limit=PAGE,
        sort=FlowRunSort.END_TIME_DESC,
    )


async def silent_runs(
    client: PrefectClient, kind: Kind, patience: timedelta, *states: StateType
) -> list[FlowRun]:
    """Runs that have been in one of these states for so long, and have given no sign of life meanwhile.

    Those of this process are alive, whatever the server has heard of them.
    """
    own = own_runs()
    found = await runs_in(client, kind, *states)
    old = [run for run in found if age(run) > patience and run.id not in own]
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


async def is_ours(client: PrefectClient, run: FlowRun, prefix: str, patience: timedelta) -> bool:
    """Whether it is for us to do something about the run as it was seen: one finder does it at a time.

    One that has not done it after `patience` has died, and the next one may.
    """
    prefix = f"{prefix}{state_id(run)}-"
    marks = await marks_of(client, run, prefix)
    if any(since(mark.created) < patience for mark in marks):
        return False
    if not await leave_mark(client, run, f"{prefix}{len(marks) + 1}"):
        return False
    now = await client.read_flow_run(run.id)
    return state_id(now) == state_id(run)


async def marks_of(client: PrefectClient, run: FlowRun, prefix: str) -> list[FlowRunInput]:
    """What finders have left beside the run."""
    return await client.filter_flow_run_input(run.id, key_prefix=prefix, limit=PAGE, exclude_keys=set())


async def leave_mark(client: PrefectClient, run: FlowRun, key: str) -> bool:
    """Whether this mark is ours: the server takes every key of a run once."""
    try:
        await client.create_flow_run_input(run.id, key=key, value=state_id(run))
    except PrefectHTTPStatusError as error:
        if error.response.status_code != CONFLICT:
            raise
        return False
    return True


def state_id(run: FlowRun) -> str:
    """Of the state that the run was seen in."""
    assert run.state is not None
    return str(run.state.id)


def age(run: FlowRun) -> timedelta:
    """Of the state that the run was seen in."""
    assert run.state is not None
    return since(run.state.timestamp)


def since(moment: datetime | None) -> timedelta:
    """From that moment to now."""
    return datetime.now(UTC) - moment if moment is not None else timedelta(0)
