"""`podloom serve` as a process: ready, at work, and gone when it is told to stop."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from podloom import SettingsError
from podloom.flows.local import local_server
from podloom.flows.remote import RemotePrefect
from podloom.rehearsal import Fault, Scenario

pytestmark = pytest.mark.prefect


@pytest.fixture
def serving(prefect_api, rehearsal, home):
    """The command, ready, with a rehearsal server that keeps it waiting for its third clip."""
    server = rehearsal(Scenario(), faults=[Fault("slow", "speech", nth=3, delay_s=60)])
    environment = {**os.environ, "PODLOOM_SPEECH_REMOTE_CONCURRENCY": "1"}
    for group in ("LLM", "SPEECH"):
        environment |= {f"PODLOOM_{group}_BASE_URL": server.base_url, f"PODLOOM_{group}_API_KEY": "k"}
    command = [sys.executable, "-m", "podloom", "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert "ready\n" in iter(process.stdout.readline, "")
        yield process, server
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_runs_and_keeps_what_is_made(serving, asked, number, home):
    process, server = serving
    async with RemotePrefect() as prefect:
        run = await prefect.submit(asked)
        while server.calls.count("speech") < 3:
            view = await prefect.look(run)
            assert not view.final, view
        process.send_signal(number)
        assert process.wait(30) == 0
        assert process.stdout.read().endswith("stopped\n")
        view = await prefect.look(run)
    assert view.final
    assert view.state != "COMPLETED"
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
