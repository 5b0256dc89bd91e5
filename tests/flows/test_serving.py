"""`podloom serve` as a process: ready, at work, and gone when it is told to stop."""

import os
import signal
import socket
from pathlib import Path

import httpx
import psutil
import pytest

from fixtures.command import spawn
from fixtures.prefect_events import events
from fixtures.prefect_server import free_port
from podloom import PodloomError, SettingsError
from podloom.flows.deploying import POOL
from podloom.flows.local import LocalServer
from podloom.flows.remote import RemotePrefect
from podloom.flows.worker import WarmWorker
from podloom.tasks.watching import HANDED_OVER

pytestmark = pytest.mark.prefect


def metrics():
    """What Prometheus sees of the worker."""
    return httpx.get(f"http://127.0.0.1:{os.environ['PODLOOM_METRICS_PORT']}/metrics").text


def library():
    """The first page of what the worker shows."""
    return httpx.get(f"http://127.0.0.1:{os.environ['PODLOOM_LISTENING_PORT']}/").text


def hidden_in(folder):
    """What a run has left behind there."""
    return list(Path(folder).glob(".*"))


@pytest.fixture
def signalled(serving, rehearsed_environment, asked, home):
    """Sends the worker a signal while it makes an episode; the run as it is when the worker has ended."""
    process, server = serving, rehearsed_environment

    async def send(number, prefect):
        run = await prefect.submit(asked)
        while server.calls.count("speech") < 3:
            view = await prefect.look(run)
            assert not view.final, view
        assert "podloom_runs_running 1.0" in metrics()
        assert "There is none yet" in library()
        process.send_signal(number)
        assert process.wait(30) == 0
        assert process.stdout.read().endswith("stopped\n")
        with pytest.raises(httpx.ConnectError):
            library()
        assert hidden_in(asked.out) == []  # as tidy as a run without Prefect
        assert list((home / "clips").glob("*/*.flac"))  # the next run goes on from there
        return await prefect.look(run)

    return send


@pytest.mark.slow
async def test_ctrl_c_stops_runs_and_keeps_what_is_made(signalled):
    async with RemotePrefect() as prefect:
        view = await signalled(signal.SIGINT, prefect)
    assert (view.state, view.final) == ("CANCELLED", True)


async def test_a_worker_that_is_told_to_go_leaves_its_runs_to_another(
    prefect_api, signalled, rehearsed_environment
):
    """As in a rolling upgrade. Nothing is paid for twice, and no end is told but the last."""
    async with RemotePrefect() as prefect:
        left = await signalled(signal.SIGTERM, prefect)
        assert (left.state, left.final) == ("SCHEDULED", False)
        assert left.message == HANDED_OVER
        await WarmWorker(work_pool_name=POOL, create_pool_if_not_found=False).start(
            run_once=True, printer=len
        )
        made = await prefect.look(left.id)
    assert made.state == "COMPLETED", made.message
    assert [call for call in rehearsed_environment.calls.paid_twice() if call.route != "models"] == []
    told = await events(prefect_api, {"event": {"prefix": ["podloom.episode."]}, "related": about(left.id)})
    assert [one["event"] for one in told] == ["podloom.episode.completed"]


def about(run):
    return {"id": [f"prefect.flow-run.{run}"]}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_without_its_own_server_the_command_ends_and_says_why(home, monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    for variable in ("PODLOOM_METRICS_PORT", "PODLOOM_LISTENING_PORT"):
        monkeypatch.setenv(variable, str(free_port()))
    process = spawn("serve", "--port", free_port())
    try:
        assert "ready\n" in iter(process.stdout.readline, "")
        (server,) = psutil.Process(process.pid).children()
        server.kill()
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == PodloomError.exit_code
    assert "the Prefect server has ended by itself" in said


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port}"), LocalServer(tmp_path, port):
            pass


def test_a_server_that_ends_at_once_is_reported_with_its_log(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_PORT", "no number")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SettingsError, match=r"server\.log"), LocalServer(tmp_path, port):
        pass
