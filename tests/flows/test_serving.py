"""`podloom serve` as a process: ready, at work, and gone when it is told to stop."""

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from podloom import SettingsError
from podloom.flows.local import local_server
from podloom.flows.remote import RemotePrefect

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


# Both go the same way; each takes a server and an episode.
@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM])
async def test_a_signal_stops_runs_and_keeps_what_is_made(
    serving, rehearsed_environment, asked, number, home
):
    process, server = serving, rehearsed_environment
    async with RemotePrefect() as prefect:
        run = await prefect.submit(asked)
        while server.calls.count("speech") < 3:
            view = await prefect.look(run)
            assert not view.final, view
        assert "podloom_runs_running 1.0" in metrics()
        assert "There is none yet" in library()
        process.send_signal(number)
        assert process.wait(30) == 0
        assert process.stdout.read().endswith("stopped\n")
        view = await prefect.look(run)
    assert view.final
    assert view.state == "CANCELLED"
    with pytest.raises(httpx.ConnectError):
        library()
    assert hidden_in(asked.out) == []  # as tidy as a run without Prefect
    assert list((home / "clips").glob("*/*.flac"))  # the next run goes on from there


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port}"), local_server(tmp_path, port):
            pass


def test_a_server_that_ends_at_once_is_reported_with_its_log(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_PORT", "no number")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SettingsError, match=r"server\.log"), local_server(tmp_path, port):
        pass
