"""The process's metrics: none until somebody asks, then one registry with the queues in it."""

import subprocess
import sys

import httpx
import pytest

from fixtures.ends import run_end
from podloom.metrics import recording
from podloom.settings import MetricsSettings, Settings
from podloom.stages.metering import metrics_app, metrics_registry, shown_metrics
from podloom.tts.engine import build_engine
from podloom.tts.queue import queue_for


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A process in which nobody has asked yet."""
    monkeypatch.setattr(recording, "_metrics", None)


def test_without_a_port_nothing_is_built():
    with shown_metrics(Settings()) as address:
        recording.observe(run_end())
    assert (address, recording._metrics) == ("", None)


def test_a_run_imports_nothing_of_prometheus_and_opentelemetry_unless_asked():
    code = """
import sys, podloom.stages.opening
from podloom.tracing import traced_run
with traced_run({}):
    print({"prometheus_client", "psutil", "opentelemetry"} & set(sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "set()\n"


async def test_the_queues_of_this_process_are_in_it():
    queue = queue_for(build_engine("tone", Settings()))
    seen = []

    async def job():
        for state in ("running", "waiting"):
            labels = {"engine": "tone", "state": state}
            seen.append(metrics_registry().get_sample_value("podloom_speech_queue_lines", labels))

    await queue.submit(job)
    assert seen == [1, 0]


async def test_an_application_mounts_the_same_registry():
    metrics_registry()
    recording.observe(run_end())
    with recording.counted():
        transport = httpx.ASGITransport(metrics_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            page = (await client.get("/metrics")).text
    assert 'podloom_episodes_total{engine="tone",language="en",outcome="done"} 1.0' in page
    assert "podloom_runs_running 1.0" in page


def test_a_port_shows_them(unused_port):
    with shown_metrics(Settings(metrics=MetricsSettings(port=unused_port))) as address:
        assert address == f"http://127.0.0.1:{unused_port}/metrics"
        assert "podloom_memory_bytes" in httpx.get(address).text


@pytest.fixture
def unused_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
