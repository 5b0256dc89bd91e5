"""Following a run in the terminal."""

import io
import re

import pytest
from rich.console import Console

from fixtures.prefect_stub import look, prefect_stub
from podloom.cli.watch import _Shown
from podloom.domain.events import NoteTaken, ProgressMade
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


def test_a_file_gets_a_line_for_what_changes_and_not_for_every_second(podloom, monkeypatch):
    monkeypatch.setattr(following, "LOOK_S", 0.001)
    planning = [look("RUNNING", percent=4.0, doing=f"Planning the chapters · {s} s") for s in range(3)]
    with prefect_stub(*planning, look("COMPLETED", percent=100.0, doing="Done · 9 s")) as (url, _):
        monkeypatch.setenv("PREFECT_API_URL", url)
        ran = podloom("watch", "run-1")
    assert ran.out.splitlines() == [
        "running      4.0 %  Planning the chapters · 0 s",
        "completed  100.0 %  Done · 9 s",
    ]


def test_a_terminal_shows_one_line_that_changes_and_keeps_the_notes():
    screen = Console(force_terminal=True, width=80, file=io.StringIO(), color_system=None)
    with _Shown(screen, "run-1") as shown:
        for seconds in range(3):
            shown.take(ProgressMade(percent=4.0, doing=f"Planning · {seconds} s"))
        shown.take(NoteTaken(text="no tone"))
        shown.take(ProgressMade(percent=9.0, doing="Voicing · 3 s"))
    drawn = re.sub(r"\x1b\[\?25[lh]", "", screen.file.getvalue())
    lines = [line for line in re.split(r"\r|\n|\x1b\[\d*[A-K]", drawn) if line.strip()]
    assert [line.split("%  ")[-1].rstrip() for line in lines] == [
        *("Planning · 0 s", "Planning · 1 s", "Planning · 2 s"),
        *("note: no tone", "Planning · 2 s", "Voicing · 3 s", "Voicing · 3 s"),
    ]  # in its place again, at last: it stays


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
