"""Submitting to a server that is busy, gone, or deployed anew; and how the connection is kept."""

import subprocess
import sys

import pytest

from fixtures.prefect_stub import AWAY, BUSY, look, prefect_stub
from podloom import EpisodeRequest, SettingsError, submit_podcast
from podloom.flows import remote
from podloom.flows.remote import RemotePrefect, close_warm_prefects, warm_prefect

NOT_FOUND = 404


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(remote, "PAUSE_S", 0.0)


async def test_a_submission_that_is_cut_off_is_sent_again_and_makes_one_run():
    with prefect_stub(look("RUNNING"), failures=[AWAY, BUSY, AWAY]) as (url, posted):
        async with RemotePrefect(url) as server:
            assert await server.submit(EpisodeRequest()) == "run-1"
    assert len(posted) == 4
    assert len({body["idempotency_key"] for _, body in posted}) == 1


@pytest.mark.parametrize(("failure", "said"), [(AWAY, "may be overrun"), (BUSY, "is overloaded")])
async def test_a_server_that_stays_busy_is_an_error_after_a_few_tries(failure, said):
    with prefect_stub(look("RUNNING"), failures=[failure] * 100) as (url, posted):
        async with RemotePrefect(url) as server:
            with pytest.raises(SettingsError, match=said):
                await server.submit(EpisodeRequest())
    assert len(posted) == remote.TRIES


async def test_where_nothing_listens_nobody_waits():
    async with RemotePrefect("http://127.0.0.1:9/api") as server:
        with pytest.raises(SettingsError, match="no Prefect server answers"):
            await server.submit(EpisodeRequest())


async def test_an_answer_to_a_review_is_not_sent_twice():
    with prefect_stub(look("PAUSED"), failures=[AWAY]) as (url, posted):
        async with RemotePrefect(url) as server:
            with pytest.raises(SettingsError):
                await server.resume("run-1", {})
    assert len(posted) == 1


async def test_a_deployment_that_was_made_anew_is_found_again():
    failures = []
    with prefect_stub(look("RUNNING"), failures=failures) as (url, posted):
        async with RemotePrefect(url) as server:
            await server.submit(EpisodeRequest())
            failures.append(NOT_FOUND)
            assert await server.submit(EpisodeRequest()) == "run-1"
    assert len(posted) == 3


async def test_the_connection_is_kept_until_it_is_closed(monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    server = warm_prefect()
    assert warm_prefect() is server
    monkeypatch.setenv("PREFECT_API_KEY", "another")
    assert warm_prefect() is not server
    await close_warm_prefects()
    assert server._http.is_closed


def test_many_submissions_ask_for_the_deployment_once_and_leave_nothing_open(monkeypatch):
    program = "from podloom import submit_podcast; print([submit_podcast('x').id for _ in range(3)])"
    with prefect_stub(look("RUNNING")) as (url, posted):
        monkeypatch.setenv("PREFECT_API_URL", url)
        assert [submit_podcast("x").id for _ in range(2)] == ["run-1"] * 2
        command = [sys.executable, "-W", "error", "-c", program]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("['run-1', 'run-1', 'run-1']\n", "")
    assert len(posted) == 5
