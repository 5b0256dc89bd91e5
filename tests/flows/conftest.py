import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import pytest
from prefect.client.orchestration import get_client

from fixtures.prefect_server import free_port, prefect_api, prefect_server
from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings
from podloom.flows import silence
from podloom.flows.deploying import deploy_all
from podloom.flows.worker import POOL_TYPE
from podloom.rehearsal import Fault, RehearsalServer, Scenario
from podloom.settings import LLMSettings, SpeechSettings

__all__ = ["prefect_api", "prefect_server"]


@pytest.fixture
def rehearsed(tmp_path) -> Callable[..., Settings]:
    """Settings that lead to a rehearsal server, and do not try again by themselves."""

    def settings(server: RehearsalServer) -> Settings:
        return Settings(
            home=tmp_path / "home",
            llm=LLMSettings(base_url=server.base_url, api_key="k", max_retries=0),
            # One call at a time: no answer is on its way when another call fails.
            speech=SpeechSettings(base_url=server.base_url, api_key="k", max_retries=0, remote_concurrency=1),
        )

    return settings


@pytest.fixture
def asked(tmp_path) -> EpisodeRequest:
    """A short episode, written and spoken by servers."""
    return EpisodeRequest(
        sources=(TREES,),
        title="Street trees",
        minutes=3,
        engine="openai",
        writer="openai",
        music=False,
        out=str(tmp_path / "out"),
    )


@pytest.fixture
def rehearsed_environment(rehearsal, monkeypatch) -> RehearsalServer:
    """A rehearsal server that this process and those it starts know; it keeps its third clip for a minute."""
    server: RehearsalServer = rehearsal(Scenario(), faults=[Fault("slow", "speech", nth=3, delay_s=60)])
    for group in ("LLM", "SPEECH"):
        monkeypatch.setenv(f"PODLOOM_{group}_BASE_URL", server.base_url)
        monkeypatch.setenv(f"PODLOOM_{group}_API_KEY", "k")
    monkeypatch.setenv("PODLOOM_SPEECH_REMOTE_CONCURRENCY", "1")
    return server


@pytest.fixture
def serving(prefect_api, rehearsed_environment, home, monkeypatch) -> Iterator[subprocess.Popen[str]]:
    """`podloom serve` for the session's Prefect server, ready for work."""
    command = [sys.executable, "-m", "podloom", "serve"]
    monkeypatch.setenv("PODLOOM_METRICS_PORT", str(free_port()))
    monkeypatch.setenv("PODLOOM_LISTENING_PORT", str(free_port()))
    monkeypatch.setenv("PODLOOM_LISTENING_FOLDER", str(home / "shown"))
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "ready\n" in iter(process.stdout.readline, "")
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
async def deployed(prefect_api, brought) -> str:
    """A server that has the deployments; whoever changes one brings it back."""
    if not brought:
        await deploy_all(POOL_TYPE)
        brought.append(prefect_api)
    return prefect_api


@pytest.fixture(scope="session")
def brought() -> list[str]:
    """The session's server, once it has the deployments."""
    return []


@pytest.fixture
async def run_in(deployed) -> AsyncIterator[Callable]:
    """Makes runs in some state that nobody works at."""
    runs = []

    async def made(state, name="generate-podcast", parameters=None):
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(f"{name}/{name}")
            run = await client.create_flow_run_from_deployment(
                deployment.id, parameters={"request": {}} if parameters is None else parameters
            )
            runs.append(run.id)
            await client.set_flow_run_state(run.id, state, force=True)
        return run.id

    yield made
    async with get_client() as client:
        for run_id in runs:
            await client.delete_flow_run(run_id)


@pytest.fixture
def silent_for_long(monkeypatch) -> None:
    """Every run has been in its state for an hour: the server takes no times from clients."""
    monkeypatch.setattr(silence, "age", lambda _: timedelta(hours=1))


@pytest.fixture
async def webhook(monkeypatch) -> AsyncIterator[list]:
    """Takes everything; yields what it was sent."""
    calls = []

    async def take(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(line for line in head.splitlines() if line.startswith("content-length"))
        calls.append(json.loads(await reader.readexactly(int(length.split(": ")[1]))))
        writer.write(b"HTTP/1.1 204 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        monkeypatch.setenv("PODLOOM_WEBHOOK_URL", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        yield calls
