"""Following a run in the terminal."""

import pytest

from fixtures.prefect_stub import look, prefect_stub
from podloom.flows import following


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [
        (look("FAILED", message="VoiceError: no voice"), 4, "error: Trees: failed: no voice\n"),
        (look("FAILED", message="out of luck"), 1, "error: Trees: failed: out of luck\n"),
        (look("CANCELLED", message="by hand"), 130, "error: Trees: cancelled: by hand\n"),
    ],
)
def test_a_failed_run_ends_the_command_as_it_would_have_ended_make(podloom, monkeypatch, end, code, said):
    with prefect_stub(end) as (url, _):
        monkeypatch.setenv("PREFECT_API_URL", url)
        ran, listed = podloom("watch", "run-1"), podloom("watch", "run-1", "--json")
    assert (ran.code, ran.err) == (code, said)
    assert (listed.code, listed.json["run"]["state"]) == (code, end[0]["state"]["type"])
    assert listed.json["run"]["message"] in said


def test_a_run_that_waits_says_how_to_answer(podloom, monkeypatch):
    monkeypatch.setattr(following, "LOOK_S", 0.001)
    waiting = look("PAUSED", percent=18.0, doing="Waiting for the script's reviewer")
    with prefect_stub(waiting, waiting, look("COMPLETED", percent=100.0, doing="Done")) as (url, _):
        monkeypatch.setenv("PREFECT_API_URL", url)
        ran = podloom("watch", "run-1")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "paused      18.0 %  Waiting for the script's reviewer",
        "read the script and answer: podloom review run-1",
        "completed  100.0 %  Done",
    ]
