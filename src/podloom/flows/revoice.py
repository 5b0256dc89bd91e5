"""The flow that voices an edited script."""

from __future__ import annotations

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from podloom.domain import Episode, Priority
from podloom.stages.revoicing import revoice_request
from podloom.tasks.ending import ended
from podloom.tasks.making import make_in_flow
from podloom.tasks.naming import revoice_run_name


@flow(name="revoice", flow_run_name=revoice_run_name, persist_result=False, log_prints=False)
async def revoice_flow(
    script: Annotated[
        str, Field(title="Script", description="Path of an episode's script.json, as you edited it.")
    ],
    engine: Annotated[str, Field(title="Speech engine", description="Empty: as before.")] = "",
    priority: Annotated[Priority, Field(title="Priority", description="Against other episodes.")] = "normal",
    out: Annotated[str, Field(title="Output folder", description="Empty: as before.")] = "",
) -> Episode | State[Any]:
    """Voice an edited script again: only changed lines are spoken anew, everything else is kept."""
    return await ended(_revoice(script, engine=engine, priority=priority, out=out))


async def _revoice(script: str, **changes: str) -> Episode:
    request = revoice_request(script, **{name: value for name, value in changes.items() if value})
    return await make_in_flow(request)
