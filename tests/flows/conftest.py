import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from fixtures.prefect_server import free_port, prefect_api, prefect_server
from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings
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
