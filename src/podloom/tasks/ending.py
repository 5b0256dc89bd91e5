"""How a flow run ends: cancelled when Prefect asks for it, failed in one sentence, never crashed by us.

Nothing stops a run inside a runner's own process when it is cancelled in the UI: Prefect only notes the wish.
So every run looks after its own state.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Cancelled, Failed

from podloom.errors import PodloomError
from podloom.tasks.artifacts import UNREACHABLE

T = TypeVar("T")
log = logging.getLogger(__name__)
LOOK_S = 1.0
"""Between two looks at the run's state; a cancelled run stops in so much and what its calls need to end."""
STOPPED = "Stopped; what was made is kept: Retry goes on from there"


async def ended(work: Coroutine[Any, Any, T]) -> T | State[Any]:
    """What the flow should return: the result of `work`, or the final state that tells how else it ended.

    A failure is a state whose message is the error's one sentence; the error itself is what a caller in this
    process gets.
    """
    running = asyncio.create_task(work)
    asked = asyncio.Event()
    watch = asyncio.create_task(_cancel_when_asked(running, asked))
    try:
        return await running
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
        return Cancelled(message=STOPPED, data=PodloomError(STOPPED))
    except PodloomError as error:
        return Failed(message=str(error), data=error)
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)


async def _cancel_when_asked(running: asyncio.Task[Any], asked: asyncio.Event) -> None:
    run_id = flow_run.id
    if run_id is None:  # no flow run: the flow's function was called as it is
        return
    async with get_client() as client:
        while not await _cancelling(client, UUID(str(run_id))):  # noqa: ASYNC110 - the event is far away
            await asyncio.sleep(LOOK_S)
    asked.set()
    running.cancel()


async def _cancelling(client: PrefectClient, run_id: UUID) -> bool:
    """Whether the run should stop; a server that does not answer now may answer the next time."""
    try:
        state = (await client.read_flow_run(run_id)).state
    except UNREACHABLE as error:
        log.debug("the run's state cannot be seen: %s", error)
        return False
    return state is not None and (state.is_cancelling() or state.is_cancelled())
