"""Whether a run that is looked at is over for the attempt that looks, and whether it shows that it lives."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, StateDetails
from prefect.exceptions import Pause
from prefect.states import (
    AwaitingRetry,
    Cancelled,
    Cancelling,
    Crashed,
    Late,
    Running,
    Scheduled,
    Suspended,
)

from podloom.flows.automations import LEFT
from podloom.tasks import watching
from podloom.tasks.watching import HEARTBEAT, RESUMING, WORK_LEFT, Watch, ending, leaving_quietly

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


@pytest.mark.parametrize(
    ("state", "beats"),
    [(Running(), 1), (ITS_OWN, 0), (Suspended(), 0), (Cancelling(), 0), (Crashed(), 0), (None, 0)],
    ids=lambda value: getattr(value, "name", None) and f"{value.name}",
)
async def test_only_a_running_run_gives_signs_of_life(monkeypatch, state, beats):
    """After one, the automation waits for the next: a suspended run would be called crashed."""
    sent = await look(monkeypatch, state)
    assert [event for event, _ in sent] == [HEARTBEAT] * beats


async def test_a_sign_of_life_names_what_automations_know_a_run_by(monkeypatch):
    ((_, related),) = await look(monkeypatch, Running())
    assert {one["prefect.resource.role"] for one in related} == {"flow", "deployment", "tag"}
    assert "prefect.tag.podloom" in {one["prefect.resource.id"] for one in related}


async def test_an_error_of_the_watch_itself_costs_no_run(monkeypatch, caplog):
    """It goes on giving signs of life, and still sees that the run is cancelled."""
    run_id, sent = uuid4(), []
    answers = [ValueError("an answer of another version"), Running(), ValueError("again"), Cancelling()]

    class Server:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            pass

        async def read_flow_run(self, _):
            if isinstance(answer := answers.pop(0), Exception):
                raise answer
            return FlowRun(id=run_id, flow_id=uuid4(), deployment_id=uuid4(), state=answer, run_count=1)

        async def count_flow_runs(self, **_):
            return 1

    sleep = asyncio.sleep
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__ID", str(run_id))
    monkeypatch.setattr(watching, "get_client", Server)
    monkeypatch.setattr(watching, "emit_event", lambda event, **_: sent.append(event))
    monkeypatch.setattr(watching.asyncio, "sleep", lambda _: sleep(0))
    work = asyncio.create_task(asyncio.Event().wait())
    watch = Watch()
    watch._attempt = 1
    await watch.over(work)
    await asyncio.wait({work})
    assert (watch.ending, work.cancelled(), answers) == ("cancelled", True, [])
    assert sent == [HEARTBEAT]
    assert caplog.text.count("that is tried again") == 2


async def look(monkeypatch, state):
    """The events that a look at a run sends, and what they are related to."""
    run = FlowRun(flow_id=uuid4(), deployment_id=uuid4(), state=state, run_count=1, tags=["podloom"])
    sent = []

    async def read_flow_run(_):
        return run

    monkeypatch.setattr(watching, "emit_event", lambda event, related, **_: sent.append((event, related)))
    await Watch()._look_and_beat(SimpleNamespace(read_flow_run=read_flow_run), run.id, 15.0)
    return sent


@pytest.mark.parametrize(("error", "told"), [(Pause, [WORK_LEFT]), (ValueError, [])])
async def test_no_sign_of_life_comes_behind_a_suspension(monkeypatch, error, told):
    sent, run = [], FlowRun(flow_id=uuid4(), deployment_id=uuid4(), state=Running(), run_count=1)
    monkeypatch.setattr(watching, "emit_event", lambda event, **_: sent.append(event))
    monkeypatch.setattr(watching, "current_run", lambda: run)
    watch = watching.begin_watch()
    with pytest.raises(error), leaving_quietly():  # noqa: PT012 - what happens within
        watch._beat(run, 0.0)
        raise error
    assert (sent, watch.quiet) == (told, error is Pause)
    watch._beat(run, 0.0)
    assert sent == (told or [HEARTBEAT])


def test_no_state_in_which_a_run_waits_is_taken_for_silence():
    waiting = [Suspended(), Cancelling(), Scheduled(), Scheduled(name=RESUMING), Late(), AwaitingRetry()]
    assert {f"prefect.flow-run.{state.name}" for state in waiting} <= set(LEFT)
