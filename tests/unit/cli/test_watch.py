"""Following a run in the terminal."""

from fixtures.prefect_stub import look, prefect_stub
from podloom.flows import following


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
