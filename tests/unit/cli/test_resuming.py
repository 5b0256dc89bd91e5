"""Which run `podloom resume` takes."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fixtures.prefect_stub import look, prefect_stub
from podloom.cli import resuming
from podloom.cli.resuming import run_to_resume
from podloom.db.records import RunRecord
from podloom.domain import EpisodeRequest
from podloom.errors import RequestError
from podloom.stages.alive import alive, clean_signs, is_alive

RUN = RunRecord("r1", "running", "", EpisodeRequest(), "/out", None, datetime.now(UTC), None)


@pytest.fixture
def runs(monkeypatch):
    """Takes the unfinished runs, newest first, by id and state."""

    def known(**states):
        found = [replace(RUN, id=run_id, state=state) for run_id, state in states.items()]

        async def unfinished(_):
            return found

        monkeypatch.setattr(resuming, "_unfinished", unfinished)

    return known


def taken(wanted=""):
    return asyncio.run(run_to_resume(wanted)).id


def refused(wanted=""):
    with pytest.raises(RequestError) as refusal:
        taken(wanted)
    return str(refusal.value)


def test_a_run_that_is_alive_on_this_machine_is_left_alone(runs, home):
    runs(r2="running", r1="failed")
    with alive(home, "r2"):
        assert taken() == "r1"
        assert "r2 is alive" in refused("r2")
    assert taken() == "r2"  # killed


def test_without_another_it_is_named(runs, home):
    runs(r1="running")
    with alive(home, "r1"):
        assert "r1 is alive" in refused()
    runs()
    assert "every run has ended well" in refused()
    assert "no unfinished run begins with 'r7'" in refused("r7")


def test_with_a_shared_database_one_that_may_be_alive_elsewhere_has_to_be_named(runs, monkeypatch):
    monkeypatch.setenv("PODLOOM_DATABASE_URL", "postgresql://db/podloom")
    runs(r2="running", r1="cancelled")
    assert taken() == "r1"
    runs(r2="running")
    assert "name it: `podloom resume r2`" in refused()
    assert taken("r2") == "r2"


@pytest.mark.parametrize(
    ("state", "recorded", "said"),
    [
        ("RUNNING", "running", "is alive"),
        ("SCHEDULED", "failed", "is alive"),  # it is about to be tried again
        ("PAUSED", "waiting", "waits for its script's reviewer"),
    ],
)
def test_the_prefect_server_knows_better(runs, monkeypatch, state, recorded, said):
    runs(r1=recorded)
    with prefect_stub(look(state)) as (url, _):
        monkeypatch.setenv("PREFECT_API_URL", url)
        assert said in refused()


@pytest.mark.parametrize("recorded", ["running", "waiting"])
def test_what_has_ended_there_has_ended(runs, monkeypatch, recorded):
    runs(r1=recorded)
    with prefect_stub(look("CRASHED")) as (url, _):
        monkeypatch.setenv("PREFECT_API_URL", url)
        assert taken() == "r1"


def test_a_server_that_does_not_answer_is_not_waited_for(runs, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    runs(r1="failed")
    assert taken() == "r1"


def test_signs_of_life_end_with_their_run_and_what_a_killed_one_left_is_removed(home):
    with alive(home, "r1"), alive(home, "r1"):
        (home / "runs" / "r0.lock").touch()
        clean_signs(home)
        assert (is_alive(home, "r0"), is_alive(home, "r1")) == (False, True)
    assert list((home / "runs").iterdir()) == []
    (home / "runs").rmdir()
    (home / "runs").touch()  # no folder can be made there
    with alive(home, "r1"):
        assert not is_alive(home, "r1")
