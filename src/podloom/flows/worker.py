"""A warm runner: flow runs inside one process that has everything loaded already.

A process worker starts Python and loads the voices for every run (3 to 18 s); here a run begins as soon as it
is seen. All runs share the process's models, connections and speech queue, which is what makes the queue's
priorities hold. The price: no isolation, and a new version of the code needs a restart.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    contextmanager,
    nullcontext,
    suppress,
)
from typing import Any
from uuid import UUID

import httpx
from prefect import flow_engine
from prefect.client.schemas.objects import FlowRun
from prefect.concurrency._leases import amaintain_concurrency_lease
from prefect.context import SyncClientContext
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from podloom.flows.loading import load_flow
from podloom.tasks.artifacts import UNREACHABLE
from podloom.tasks.pace import pause_s

log = logging.getLogger(__name__)
POOL_TYPE = "podloom"
LONGEST_PAUSE_S = 3.0
"""Between two looks into the queue. Each makes the server work for 30 ms and write twice."""


@contextmanager
def _absence_borne() -> Iterator[None]:
    """Prefect's worker ends when the server has been away for long; ours waits for it."""
    try:
        yield
    except (httpx.TransportError, OSError) as error:
        log.warning("the Prefect server does not answer: %s", error)


class WarmResult(BaseWorkerResult):
    """Always 0: how the run ended is its state, and no process has died."""


class WarmWorker(BaseWorker[BaseJobConfiguration, BaseVariables, WarmResult]):
    """Runs flow runs of a work pool in this process and event loop."""

    type = POOL_TYPE
    job_configuration = BaseJobConfiguration
    _description = "Runs Podloom's flows inside one warm process (`podloom serve`)."
    _next_look_s = 0.0

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """As often as Prefect is told to; a server that answers slowly is asked less often than that."""
        began_s = time.monotonic()
        if began_s < self._next_look_s:
            return []
        found: list[FlowRun] = []
        try:
            with _absence_borne():
                found = await super().get_and_submit_flow_runs()
        finally:
            ended_s = time.monotonic()
            self._next_look_s = ended_s + pause_s(ended_s - began_s, 0.0, LONGEST_PAUSE_S)
        return found

    async def _sync_and_initialize(self) -> None:
        with _absence_borne():
            await super()._sync_and_initialize()

    async def _give_worker_labels_to_flow_run(self, flow_run_id: UUID) -> None:
        """Prefect calls a run crashed that it could not give them; an overrun server says so soon enough."""
        try:
            await super()._give_worker_labels_to_flow_run(flow_run_id)
        except UNREACHABLE as error:
            log.warning("run %s does not say which worker has it: %s", flow_run_id, error)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,  # noqa: ARG002 - there is no process to configure
        task_status: Any = None,
    ) -> WarmResult:
        """Run it to its end; cancelling is the flow's own business, see tasks/ending.py."""
        if task_status is not None:
            task_status.started(str(flow_run.id))
        assert flow_run.deployment_id is not None  # it came from a work pool
        deployment = await self.client.read_deployment(flow_run.deployment_id)
        flow = load_flow(deployment.entrypoint or "")
        leave_suspensions_to_the_run()
        outlive_lost_leases()
        # A suspended run comes again as a new one, and an aborted one goes on elsewhere.
        # Prefect would make a synchronous client twice, reading certificates while the event loop waits.
        with suppress(Abort, Pause), SyncClientContext.get_or_create():
            await run_flow(flow, flow_run=flow_run, return_type="state")  # type: ignore[misc]  # flow is async
        return WarmResult(identifier=str(flow_run.id), status_code=0)


def leave_suspensions_to_the_run() -> None:
    """Have Prefect's engine not look, in this process, whether a run is suspended: every run of ours does.

    Prefect 3.9 gives each run of a deployment a thread with a client and a subscription of its own for that.
    The engine waits for it without leaving the event loop, when the run begins (for as long as the server
    does not answer) and when it ends (up to 2 s), and all other runs of the process with it. A run of ours
    stops within two looks at its state (tasks/watching.py), whoever has suspended it.
    """
    flow_engine.observe_flow_run_suspension = _unobserved  # type: ignore[assignment, attr-defined]


def outlive_lost_leases() -> None:
    """Have Prefect's engine not cancel a run, in this process, whose place among its deployment's is lost.

    The server keeps the leases of concurrency limits in memory, unless it is told otherwise: when it is
    restarted, every run would be cancelled at the next renewal, within 225 s. The place is given back in the
    end without a lease, too; a run that goes on elsewhere meanwhile is seen by tasks/watching.py.
    """
    flow_engine.amaintain_concurrency_lease = _lease_that_stops_nobody  # type: ignore[assignment, attr-defined]


def _lease_that_stops_nobody(
    lease_id: UUID, lease_duration: float, **_: Any
) -> AbstractAsyncContextManager[None]:
    return amaintain_concurrency_lease(lease_id, lease_duration, raise_on_lease_renewal_failure=False)


def _unobserved(_run_id: UUID, *_: Any, **__: Any) -> AbstractContextManager[None]:
    return nullcontext()
