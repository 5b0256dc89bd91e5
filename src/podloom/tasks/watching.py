"""A run looks after its own state, and shows that it is alive.

Nothing stops a run inside a runner's own process when it is cancelled in the UI: Prefect only notes the wish.
And a run whose worker was taken for lost has been started again elsewhere: two must not go on.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Literal, TypeVar
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.events import emit_event
from prefect.exceptions import Pause
from prefect.runtime import flow_run
from prefect.states import Scheduled

from podloom.tasks.artifacts import UNREACHABLE
from podloom.tasks.context import given
from podloom.tasks.current import current_run
from podloom.tasks.lookout import Lookout, lookout

T = TypeVar("T")
log = logging.getLogger(__name__)
HEARTBEAT = "prefect.flow-run.heartbeat"
"""Prefect's own event, which it sends every three minutes; sooner is what makes lost runs found sooner."""
LOOK_S = 1.0
"""Between two looks at the states of all runs of the process. A cancelled run stops within twice that, mostly
sooner, and what its calls need to end."""
Ending = Literal["cancelled", "replaced"]
RESUMING = "Resuming"
"""Name of the state of a run that waits for the worker that goes on with it."""
WORK_LEFT = "podloom.flow-run.left"
"""Told when nobody works at a run any more, for as long as it takes."""
HANDED_OVER = "Its worker was stopped; another one goes on with what was made"


def is_deployed() -> bool:
    """Whether the running flow run comes from a deployment.

    Prefect's runtime.deployment.id asks the server that, in a thread with a client of its own, and the event
    loop of all runs waits for the answer.
    """
    run = current_run()
    return run is not None and run.deployment_id is not None


class Watch:
    """Stops `work` when the run is cancelled, or goes on elsewhere; says why it did."""

    def __init__(self) -> None:
        self.ending: Ending | None = None
        self.quiet = False
        """No signs of life: behind the last one the automation would wait for the next."""
        self._run_id = UUID(str(flow_run.id)) if flow_run.id else None
        self._attempt = int(flow_run.run_count or 0)
        self._flow_name = str(flow_run.flow_name or "")
        self._leaving = _leaving.get() if is_deployed() else None
        self._next_beat_s = 0.0
        self._last_look: asyncio.Task[None] | None = None

    async def over(self, work: asyncio.Task[Any]) -> None:
        """Look until somebody ends this; nothing to do where the flow's function was called as it is."""
        if self._run_id is None:
            return
        interval_s = given().settings.runs.heartbeat_s
        all_runs = lookout(LOOK_S)
        with all_runs.over(self._run_id):
            while self.ending is None:
                try:
                    await self._keep_looking(all_runs, self._run_id, interval_s)
                except Exception:  # whatever it is: without signs of life the run would be taken for lost
                    log.exception("run %s could not be watched; that is tried again", self._run_id)
                    await asyncio.sleep(interval_s)
        work.cancel()

    async def _keep_looking(self, all_runs: Lookout, run_id: UUID, interval_s: float) -> None:
        async with get_client() as client:
            while self.ending is None:
                if self._beat_is_due() or not await _calm(all_runs, client):
                    await self._look_and_beat(client, run_id, interval_s)
                await asyncio.sleep(0 if self.ending else LOOK_S)

    async def _look_and_beat(self, client: PrefectClient, run_id: UUID, interval_s: float) -> None:
        run = await _read(client, run_id)
        if run is not None:
            self.ending = ending(run, self._attempt)
            if run.state is not None and run.state.is_running():
                # After one of a suspended run, the automation would wait for the next, which never comes.
                self._beat(run, interval_s)

    def look_at_last(self, longest_s: float) -> None:
        """Begin to look once more: somebody else stops the work, and the run may go on elsewhere."""
        self._last_look = asyncio.create_task(self._look(longest_s))

    async def looked(self) -> None:
        """Wait until the last look is over, if there is one."""
        if self._last_look is not None:
            await asyncio.shield(self._last_look)

    async def _look(self, longest_s: float) -> None:
        if self._run_id is None or self.ending is not None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s), get_client() as client:
                run = await _read(client, self._run_id)
                self.ending = ending(run, self._attempt) if run is not None else None

    @property
    def goes_on(self) -> bool:
        """Whether the end of this attempt is not the run's: another one has begun, or will."""
        leaving = self._leaving is not None and self._leaving.is_set()
        return self.ending == "replaced" or (self.ending is None and leaving)

    async def hand_over(self, longest_s: float) -> None:
        """Have another worker go on, if ours is leaving; the work has put its things away.

        Where the server does not answer, the run is found as any that has lost its worker.
        """
        if self._run_id is None or self.ending is not None or not self.goes_on:
            return
        try:
            async with asyncio.timeout(longest_s), get_client() as client:
                run = await client.read_flow_run(self._run_id)
                self.ending = ending(run, self._attempt)
                if self.ending is None:
                    state: State[None] = Scheduled(name=RESUMING, message=HANDED_OVER)
                    await client.set_flow_run_state(self._run_id, state)
                    self.left(run)
        except (*UNREACHABLE, TimeoutError) as error:
            log.warning("the run will be missed only later: %s", str(error) or type(error).__name__)
        self.ending = self.ending or "replaced"

    def _beat_is_due(self) -> bool:
        """Then the whole run is read, which also shows whether it is running elsewhere."""
        return time.monotonic() >= self._next_beat_s

    def _beat(self, run: FlowRun, interval_s: float) -> None:
        if self.quiet or not self._beat_is_due():
            return
        self._next_beat_s = time.monotonic() + interval_s
        self._tell(HEARTBEAT, run)

    def _tell(self, event: str, run: FlowRun) -> None:
        """With what automations know a run by."""
        related = [_related("flow", run.flow_id, self._flow_name)]
        if run.deployment_id:
            related.append(_related("deployment", run.deployment_id))
        related += [_related("tag", tag) for tag in run.tags]
        resource = {"prefect.resource.id": f"prefect.flow-run.{run.id}", "prefect.resource.name": run.name}
        emit_event(event, resource=resource, related=related)

    def left(self, run: FlowRun) -> None:
        """Nobody works at it from now on: no more signs of life, and word of that."""
        self.quiet = True
        self._tell(WORK_LEFT, run)


@contextmanager
def leaving_quietly() -> Iterator[None]:
    """Around what may suspend the running flow run: no sign of life comes behind its suspension."""
    watch, run = _watch.get(), current_run()
    if watch is None or run is None:
        yield
        return
    watch.quiet, suspended = True, False
    try:
        yield
    except Pause:
        suspended = True
        watch.left(run)
        raise
    finally:
        watch.quiet = suspended


def ending(run: FlowRun, attempt: int) -> Ending | None:
    """Whether the run is over for the attempt of this number, and why."""
    state = run.state
    if state is None or (state.is_running() and run.run_count <= attempt):
        return None
    if state.is_cancelling() or state.is_cancelled():
        return "cancelled"
    if state.is_paused() and state.state_details.run_input_keyset:
        return None  # it suspends itself for its reviewer, and ends with that
    # A run without a deployment cannot go on elsewhere: whoever called it crashed was mistaken.
    return "replaced" if run.deployment_id else None


def _related(role: str, identity: UUID | str, name: str = "") -> dict[str, str]:
    resource = {"prefect.resource.id": f"prefect.{role}.{identity}", "prefect.resource.role": role}
    return resource | ({"prefect.resource.name": name} if name else {})


async def _read(client: PrefectClient, run_id: UUID) -> FlowRun | None:
    """The run now; a server that does not answer now may answer the next time."""
    try:
        return await client.read_flow_run(run_id)
    except UNREACHABLE as error:
        log.debug("the run's state cannot be seen: %s", error)
        return None


async def _calm(all_runs: Lookout, client: PrefectClient) -> bool:
    """Whether this run need not be looked at; nor if the server does not answer now."""
    try:
        return await all_runs.is_calm(client)
    except UNREACHABLE as error:
        log.debug("the runs' states cannot be seen: %s", error)
        return True


_watch: ContextVar[Watch | None] = ContextVar("podloom_watch", default=None)
_leaving: ContextVar[threading.Event | None] = ContextVar("podloom_leaving", default=None)


def hand_over_after(leaving: threading.Event) -> None:
    """Runs of deployments that begin in this context go on elsewhere if they are stopped after that event."""
    _leaving.set(leaving)


def begin_watch() -> Watch:
    """The watch over what is started next in this context."""
    watch = Watch()
    _watch.set(watch)
    return watch


async def knowing_why(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; when it is stopped, that ends with the last look, for `was_replaced`."""
    try:
        return await work
    finally:
        if (watch := _watch.get()) is not None:
            await watch.looked()


def was_replaced() -> bool:
    """Whether this run is being stopped because it goes on elsewhere: its end is not the episode's."""
    watch = _watch.get()
    return watch is not None and watch.goes_on
