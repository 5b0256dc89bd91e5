"""Whether a run that is looked at is over for the attempt that looks."""

from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, StateDetails
from prefect.states import Cancelled, Cancelling, Crashed, Running, Suspended

from podloom.tasks.watching import ending

FORM = {"schema": "s", "response": "r"}
ITS_OWN = Suspended(state_details=StateDetails(pause_reschedule=True, run_input_keyset=FORM))


@pytest.mark.parametrize(
    ("state", "count", "expected"),
    [
        (None, 1, None),
        (Running(), 1, None),
        (Running(), 2, "replaced"),
        (Crashed(), 1, "replaced"),
        (Cancelling(), 1, "cancelled"),
        (Cancelled(), 1, "cancelled"),
        (Suspended(), 1, "replaced"),
        (ITS_OWN, 1, None),
    ],
    ids=lambda value: getattr(value, "name", None) and f"{value.name}",
)
def test_a_run_that_waits_for_its_reviewer_is_not_replaced(state, count, expected):
    run = FlowRun(flow_id=uuid4(), deployment_id=uuid4(), state=state, run_count=count)
    assert ending(run, attempt=1) == expected


def test_a_run_without_a_deployment_cannot_go_on_elsewhere():
    assert ending(FlowRun(flow_id=uuid4(), state=Crashed(), run_count=1), attempt=1) is None
