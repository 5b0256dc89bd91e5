"""The flow that removes what nobody needs any more."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from podloom.stages.cleaning import clean
from podloom.tasks.context import given
from podloom.tasks.ending import ended


@flow(name="clean-up", persist_result=False, log_prints=False)
async def clean_up_flow() -> State[Any]:
    """Remove expired cache entries, clips without an episode, and what killed runs left behind."""
    return await ended(_clean())


async def _clean() -> State[Any]:
    counts = await clean(given().settings)
    removed = ", ".join(f"{count} {name}" for name, count in counts.items())
    return Completed(message=f"Removed: {removed}")
