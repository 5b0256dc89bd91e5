"""The flow run that this code runs in, as Prefect's engine knows it: nobody is asked."""

from __future__ import annotations

from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext


def current_run() -> FlowRun | None:
    """None where a flow's function was called as it is."""
    context = FlowRunContext.get()
    return context.flow_run if context else None
