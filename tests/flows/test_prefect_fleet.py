"""Prefect as compose.yaml has it: two API servers and one process of services on PostgreSQL and Redis.

The commands and variables are those of the file, with addresses of this machine.
"""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from fixtures.postgres import installed, postgres, url
from fixtures.prefect_server import QUIET, free_port
from fixtures.processes import dying_with_parent
from fixtures.trees import TREES
from fixtures.valkey import valkey
from podloom import EpisodeRequest
from podloom.flows.remote import RemotePrefect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
COMPOSE = yaml.safe_load((Path(__file__).parents[2] / "compose.yaml").read_text("utf-8"))["services"]
PATIENCE_S = 240.0
"""A new database takes longest: some 50 migrations."""


@pytest.fixture
def prefect(tmp_path, monkeypatch):
    """The addresses of both API servers."""
    pytest.importorskip("prefect_redis")
    if not (binaries := installed()):
        pytest.skip("Prefect needs a PostgreSQL with pg_trgm on this machine")
    redis_port, ports = free_port(), (free_port(), free_port())
    with ExitStack() as running:
        database = url(running.enter_context(postgres(binaries=binaries)))
        running.enter_context(valkey("--port", str(redis_port)))
        for name, value in QUIET.items():
            monkeypatch.setenv(name, value)
        there = {"redis://redis:6379": f"redis://127.0.0.1:{redis_port}", "0.0.0.0": "127.0.0.1"}
        variables = {**COMPOSE["prefect"]["environment"], "PREFECT_HOME": str(tmp_path / "prefect")}
        variables = {name: replaced(value, there) for name, value in variables.items()}
        variables["PREFECT_API_DATABASE_CONNECTION_URL"] = database

        def begin(command, name):
            here = there | {"prefect server": f"{sys.executable} -m prefect server"}
            command = [replaced(word, here) for word in command]
            log = running.enter_context((tmp_path / f"{name}.log").open("wb"))
            process = dying_with_parent(command, env={**os.environ, **variables}, stdout=log, stderr=log)
            running.callback(process.communicate)
            running.callback(process.kill)
            return process

        services = begin(COMPOSE["prefect-services"]["entrypoint"], "services")
        until(lambda: b"upgrade" not in Path(f"/proc/{services.pid}/cmdline").read_bytes(), services)
        _, *start = COMPOSE["prefect"]["entrypoint"]
        for port in ports:
            server = begin([sys.executable, "-m", "prefect", *start, "--port", str(port)], f"server-{port}")
            until(lambda port=port: answers(f"http://127.0.0.1:{port}/api/health"), server)
        yield [f"http://127.0.0.1:{port}/api" for port in ports]


def replaced(text, new):
    for old, other in new.items():
        text = text.replace(old, other)
    return text


def until(condition, process):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(address):
    try:
        return httpx.get(address, timeout=1).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def worker(api, folder):
    """`podloom serve` for that server, ready."""
    variables = {"PREFECT_API_URL": api, "PODLOOM_LISTENING_PORT": "0", "PODLOOM_OUT_ROOT": str(folder)}
    process = dying_with_parent(
        [sys.executable, "-m", "podloom", "serve"],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert "ready\n" in iter(process.stdout.readline, "")
        yield process
    finally:
        process.kill()
        process.communicate()


async def test_what_is_asked_of_one_server_is_made_over_another_and_told_by_both(prefect, tmp_path):
    first, second = prefect
    asked = EpisodeRequest(
        sources=(TREES,), title="Fleet", minutes=0.5, engine="tone", writer="offline", music=False, out="out"
    )
    with worker(second, tmp_path):
        async with RemotePrefect(first) as server:
            run = await server.submit(asked)
            while not (view := await server.look(run)).final:  # noqa: ASYNC110 - a process
                await asyncio.sleep(0.2)
            assert (view.state, view.percent) == ("COMPLETED", 100), view.message
            assert (await server.episode(run)).folder == str(tmp_path / "out" / "fleet")
        for api in prefect:
            assert {"podloom.episode.completed", "prefect.flow-run.Completed"} <= await events_of(api, run)
            assert await tasks_of(api, run) >= {"Read sources", "Write outline", "Mix", "Publish", "Record"}


async def events_of(api, run):
    """Names of what happened to the run, once its end is among them: the services write it down later."""
    wanted = {"any_resource": {"id": [f"prefect.flow-run.{run}"]}}
    async with httpx.AsyncClient(base_url=api) as client:
        while True:
            answer = await client.post("/events/filter", json={"filter": wanted, "limit": 50})
            names = {event["event"] for event in answer.raise_for_status().json()["events"]}
            if {"podloom.episode.completed", "prefect.flow-run.Completed"} <= names:
                return names
            await asyncio.sleep(0.2)


async def tasks_of(api, run):
    """Names of the run's completed tasks, once the last is: task runs are made from events."""
    wanted = {"flow_runs": {"id": {"any_": [run]}}, "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    async with httpx.AsyncClient(base_url=api) as client:
        while True:
            answer = await client.post("/task_runs/filter", json=wanted)
            names = {task["name"] for task in answer.raise_for_status().json()}
            if "Record" in names:
                return names
            await asyncio.sleep(0.2)
