"""A queued run as events: each once, also when the server is away for a while."""

import pytest

from fixtures.prefect_stub import AWAY, BUSY, look, prefect_stub
from fixtures.records import record
from podloom.domain.events import Failed, Finished, NoteTaken, ProgressMade, StageBegan
from podloom.errors import PodloomError, SettingsError, SourceError
from podloom.flows import following, remote
from podloom.flows.following import follow
from podloom.flows.remote import RemotePrefect
from podloom.llm.protocol import IncompleteAnswerError
from podloom.tasks.failures import failure_message
from podloom.tasks.hidden import hidden
from podloom.tasks.journal import Journal


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(following, "LOOK_S", 0.001)
    monkeypatch.setattr(remote, "PAUSE_S", 0.0)


def journal(*events):
    page = Journal()
    for event in events:
        page.take(event)
    return page.markdown()


async def followed(*looks):
    with prefect_stub(*looks) as (url, _):
        async with RemotePrefect(url) as server:
            return [event async for event in follow(server, "run-1")]


def happened(events):
    return [event for event in events if not isinstance(event, ProgressMade)]


BEGAN, NOTE, ENDED = StageBegan(stage="sources"), NoteTaken(text="a note"), StageBegan(stage="mix")


async def test_every_event_comes_once_between_signs_of_progress():
    events = await followed(
        look("SCHEDULED", message="waiting"),
        look("RUNNING", 10, "Planning", journal(BEGAN)),
        look("RUNNING", 10, "Planning", journal(BEGAN)),
        look("RUNNING", 50, "Voicing", journal(BEGAN, NOTE, ENDED)),
        look("COMPLETED", 100, "Done", journal(BEGAN, NOTE, ENDED)),
    )
    assert happened(events) == [BEGAN, NOTE, ENDED, Finished(at_s=1.5, episode=None)]
    progress = [(e.state, e.percent, e.doing) for e in events if isinstance(e, ProgressMade)]
    assert progress == [
        ("scheduled", 0, "waiting"),
        ("running", 10, "Planning"),
        ("running", 10, "Planning"),
        ("running", 50, "Voicing"),
        ("completed", 100, "Done"),
    ]


@pytest.mark.parametrize("trouble", [AWAY, BUSY])
async def test_what_happens_while_the_connection_is_lost_is_told_afterwards(trouble):
    events = await followed(
        look("RUNNING", 10, "Planning", journal(BEGAN)),
        *[trouble] * remote.TRIES * 2,
        look("COMPLETED", 100, "Done", journal(BEGAN, NOTE)),
    )
    assert happened(events) == [BEGAN, NOTE, Finished(at_s=1.5, episode=None)]
    waiting = [event for event in events if "trying again" in getattr(event, "doing", "")]
    assert len(waiting) >= 2
    assert {event.percent for event in waiting} == {10}


async def test_a_server_that_stays_away_is_given_up(monkeypatch):
    monkeypatch.setattr(following, "LOST_S", 0.05)
    with pytest.raises(SettingsError, match="no Prefect server answers"):
        await followed(look("RUNNING"), AWAY)


async def test_a_run_that_is_tried_again_tells_its_new_events_and_never_less_progress():
    events = await followed(
        look("RUNNING", 60, "Voicing", journal(BEGAN, NOTE)),
        look("RUNNING", 5, "Planning", journal(BEGAN), journal_id="j2"),
        look("COMPLETED", 100, "Done", journal(BEGAN, ENDED), journal_id="j2"),
    )
    assert happened(events)[:-1] == [BEGAN, NOTE, BEGAN, ENDED]
    assert [e.percent for e in events if isinstance(e, ProgressMade)] == [60, 60, 100]


async def test_the_last_event_has_the_episode():
    episode = record().episode
    summary = "# Trees\n\n" + hidden("episode", episode.model_dump_json())
    *_, last = await followed(look("COMPLETED", 100, summary=summary))
    assert last == Finished(at_s=1.5, episode=episode)


@pytest.mark.parametrize(
    ("state", "message", "error", "said"),
    [
        ("FAILED", failure_message(SourceError("because")), "SourceError", "because"),
        ("FAILED", failure_message(PodloomError("because")), "PodloomError", "because"),
        ("FAILED", failure_message(IncompleteAnswerError("because")), "ProviderError", "because"),
        ("FAILED", "NewerError: because", "PodloomError", "NewerError: because"),
        ("FAILED", "ValueError: because", "PodloomError", "ValueError: because"),
        ("FAILED", "", "PodloomError", "the run is failed"),
        ("CANCELLED", "because", "StoppedError", "because"),
    ],
)
async def test_the_last_event_says_why_there_is_no_episode(state, message, error, said):
    *events, last = await followed(look(state, message=message))
    assert last == Failed(at_s=1.5, error=error, message=said, stopped=error == "StoppedError")
    assert "SourceError" not in "".join(event.doing for event in events if state == "FAILED")


LOST = "No sign of life"


async def test_a_run_that_has_lost_its_worker_is_followed_to_its_end_elsewhere():
    events = await followed(
        look("RUNNING", 40, "Voicing", journal(BEGAN), deployment="d"),
        look("CRASHED", 40, "Voicing", journal(BEGAN), LOST, deployment="d", inputs=["podloom-resumption-1"]),
        look("SCHEDULED", 40, "Voicing", journal(BEGAN), "1 of 3", deployment="d"),
        look("COMPLETED", 100, "Done", journal(NOTE), journal_id="j2", deployment="d"),
    )
    assert happened(events) == [BEGAN, NOTE, Finished(at_s=1.5, episode=None)]
    progress = [(e.state, e.doing) for e in events if isinstance(e, ProgressMade)]
    assert progress[1] == ("crashed", LOST)
    assert [state for state, _ in progress] == ["running", "crashed", "scheduled", "completed"]


@pytest.mark.parametrize(
    "given_up",
    [
        {"deployment": None},
        {"deployment": "d", "age": 2 * remote.RESUMED_WITHIN},
        {"deployment": "d", "inputs": ["podloom-resumption-told"]},
    ],
    ids=["no worker can go on", "no worker is left", "lost too often"],
)
async def test_a_crashed_run_has_ended_when_nobody_will_start_it_again(given_up):
    (_, last) = await followed(look("CRASHED", message="SourceError: because", **given_up))
    assert last == Failed(at_s=1.5, error="PodloomError", message="SourceError: because", stopped=False)


async def test_stopping_asks_the_server():
    with prefect_stub(look("RUNNING")) as (url, posted):
        async with RemotePrefect(url) as server:
            await server.cancel("run-1")
    assert posted == [
        ("/api/flow_runs/run-1/set_state", {"state": {"type": "CANCELLING", "name": "Cancelling"}})
    ]
