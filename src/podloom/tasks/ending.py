"""How a flow run ends: cancelled when somebody stops it, failed in one sentence, never crashed by us."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import anyio
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import Abort
from prefect.runtime import flow_run
from prefect.states import Cancelled, Failed

from podloom.errors import PodloomError, StoppedError
from podloom.tasks.artifacts import UNREACHABLE
from podloom.tasks.current import current_run
from podloom.tasks.failures import failure_message
from podloom.tasks.runlog import say
from podloom.tasks.watching import Watch, begin_watch

T = TypeVar("T")
log = logging.getLogger(__name__)
STOPPED = "Stopped; what was made is kept: Retry goes on from there"
FAREWELL_S = 3.0
"""Longest wait for the server to say how a run is, and to note that it was stopped."""


async def ended(work: Coroutine[Any, Any, T]) -> T | State[Any]:
    """What the flow should return: the result of `work`, or the final state that tells how else it ended.

    A failure is a state whose message is the error's one sentence, see tasks/failures.py; the error itself is
    what a caller in this process gets.

    Raises:
        Abort: The run goes on elsewhere; its state is no longer ours.
    """
    watch = begin_watch()
    running = asyncio.create_task(work)
    watching = asyncio.create_task(watch.over(running))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        watching.cancel()  # or it might tell the work to stop once more
        await _wound_up(running, watch)
        if not running.cancelled() and running.exception() is None:  # it was as good as done
            return running.result()
        return await _stopped(watch)
    except PodloomError as error:
        return Failed(message=failure_message(error), data=error)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _wound_up(running: asyncio.Task[Any], watch: Watch) -> None:
    """Stop the work once, and wait until it has put its things away.

    Whoever stops a worker cancels everything that it awaits, again and again; the work is told only once, or
    it could not clean up. Beside that, the run is looked at: Prefect also stops one that has lost its place
    because it was taken for lost, and that one's end is not the episode's. Calls do not wait for the server.
    """
    with anyio.CancelScope(shield=True):
        if not running.done():
            running.cancel()
            watch.look_at_last(FAREWELL_S)
        await asyncio.wait({running})
        await watch.looked()


async def _stopped(watch: Watch) -> State[Any]:
    with anyio.CancelScope(shield=True):
        await watch.hand_over(FAREWELL_S)
    state: State[Any] = Cancelled(message=STOPPED, data=StoppedError(STOPPED))
    if watch.ending == "replaced":
        _settle(state)
        raise Abort("the run goes on elsewhere")
    if flow_run.id:
        say(flow_run.id, STOPPED)
    if watch.ending is None:  # Ctrl-C, SIGTERM, or the caller's own task was cancelled
        await _note(state)
        raise asyncio.CancelledError
    return state


async def _note(state: State[Any]) -> None:
    """Tell the server and Prefect's engine, which would call every other cancellation a crash.

    Shielded from cancellation: whoever stops a worker cancels everything that it awaits, again and again.
    """
    run = current_run()
    if run is None:
        return
    with anyio.move_on_after(FAREWELL_S, shield=True):
        try:
            async with get_client() as client:
                await client.set_flow_run_state(run.id, state, force=True)
        except UNREACHABLE as error:
            log.warning("Prefect's server does not know that the run was stopped: %s", error)
    _settle(state)


def _settle(state: State[Any]) -> None:
    """Have Prefect's engine take the run for ended: it would call a cancellation on its way out a crash."""
    run = current_run()
    if run is not None:
        run.state = state
