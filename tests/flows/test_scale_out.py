"""Many episodes, two flow workers, two speech servers, each a process; one of each kind is killed."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import soundfile

from fixtures.postgres import installed, postgres, url
from fixtures.prefect_server import QUIET, free_port
from fixtures.processes import dying_with_parent
from fixtures.speech_servers import speech_process
from podloom import EpisodeRequest
from podloom.db.database import Database
from podloom.flows.local import LocalServer
from podloom.flows.remote import RemotePrefect
from podloom.settings import Settings

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(400)]
SOURCE = Path(__file__).parents[2] / "examples" / "city-trees.md"
EPISODES = 10
BOUND = 4
"""Clips at once, of the whole fleet; each server could take as many by itself."""

PACED = """
import asyncio, os, time
from podloom.cli import main
from podloom.tts.tone import ToneEngine
at_once = ToneEngine.synthesize
def tell(what):
    with open(os.environ["TOLD"], "a") as file:
        file.write(f"{time.monotonic()} {what}\\n")
async def paced(self, text, voice, *, seed=0):
    tell(1)
    try:
        await asyncio.sleep(0.15)
        return await at_once(self, text, voice, seed=seed)
    finally:
        tell(-1)
ToneEngine.synthesize = paced
main()
"""
"""A speech server whose voices take their time and write down when they begin and end."""


@pytest.fixture
def episodes_a_worker(monkeypatch):
    """At once: half of them, where Prefect's server can have PostgreSQL; its SQLite locks up with ten."""
    if not (binaries := installed()):
        yield 2
        return
    with postgres(binaries=binaries) as socket:
        monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", url(socket))
        yield EPISODES // 2


@pytest.fixture
def fleet(tmp_path, monkeypatch, redis_url, database_url, episodes_a_worker):
    """Variables that all processes share: as on machines without a common disk, but for the output."""
    variables = {
        **QUIET,
        "PODLOOM_DATABASE_URL": database_url,
        "PODLOOM_CACHE_REDIS_URL": redis_url,
        "PODLOOM_CACHE_CLIPS_IN_REDIS": "true",
        "PODLOOM_CACHE_LEASE_S": "2",
        "PODLOOM_OUT_ROOT": str(tmp_path / "out"),
        "PODLOOM_SPEECH_REMOTE_CONCURRENCY": str(BOUND),
        "PODLOOM_RUNS_HEARTBEAT_S": "1",
        "PODLOOM_RUNS_LOST_AFTER_S": "20",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with LocalServer(tmp_path / "prefect", free_port()) as server, ExitStack() as running:
        monkeypatch.setenv("PREFECT_API_URL", server.url)
        servers = [
            running.enter_context(speech_process(folder, program=PACED, TOLD=str(folder / "told")))
            for folder in (tmp_path / "speech1", tmp_path / "speech2")
        ]
        monkeypatch.setenv("PODLOOM_SPEECH_BASE_URL", ",".join(server.url for server in servers))
        workers = [
            running.enter_context(worker(tmp_path / f"worker{number}", episodes_a_worker))
            for number in (1, 2)
        ]
        yield workers, servers


@contextmanager
def worker(folder, limit):
    """`podloom serve`, ready, with a home of its own."""
    folder.mkdir()
    command = [sys.executable, "-m", "podloom", "serve", "--limit", str(limit)]
    environment = {**os.environ, "PODLOOM_HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")}
    with (folder / "log").open("wb") as log:
        process = dying_with_parent(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder
        )
    try:
        assert "ready\n" in iter(process.stdout.readline, ""), (folder / "log").read_text()
        yield process
    finally:
        process.kill()
        process.communicate()


async def test_ten_episodes_survive_a_worker_and_a_speech_server(fleet, tmp_path):
    workers, servers = fleet
    async with RemotePrefect() as prefect:
        runs = [await prefect.submit(asked(number)) for number in range(EPISODES)]
        while min(server.spoken().total() for server in servers) < EPISODES:  # noqa: ASYNC110 - a process
            await asyncio.sleep(0.05)
        workers[0].kill()
        servers[0].kill()
        views = await ended(prefect, runs)
    assert [view.state for view in views] == ["COMPLETED"] * EPISODES, [view.message for view in views]
    records = await recorded()
    episodes = [record.episode for record in records]
    assert sorted(episode.title for episode in episodes) == sorted(f"Trees {n}" for n in range(EPISODES))
    for record in records:
        check_whole(record, tmp_path / "out")
    spoken = sum((server.spoken() for server in servers), Counter())
    lines = sum(episode.segments for episode in episodes)
    assert len(spoken) == lines
    # What was spoken for the killed worker, or by the killed server, and had not been kept yet.
    assert spoken.total() - lines <= BOUND
    assert most_at_once(tmp_path.glob("speech*/told")) <= BOUND


def asked(number):
    return EpisodeRequest(
        sources=(str(SOURCE),),
        title=f"Trees {number}",
        seed=number,
        minutes=1,
        engine="openai",
        writer="offline",
        music=False,
        out="episodes",
    )


async def ended(prefect, runs):
    while True:
        views = [await prefect.look(run) for run in runs]
        if all(view.final for view in views):
            return views
        await asyncio.sleep(0.5)


async def recorded():
    """All that the database knows of the episodes."""
    database = Database(Settings())
    try:
        episodes = await database.list_episodes(limit=2 * EPISODES)
        return [await database.load_episode(episode.id) for episode in episodes]
    finally:
        await database.close()


def check_whole(record, out):
    """Files, rows and transcript tell of the same lines."""
    episode, folder = record.episode, Path(record.episode.folder)
    assert folder.parent == out / "episodes"
    assert soundfile.info(folder / "episode.mp3").duration == pytest.approx(episode.duration_s, abs=0.1)
    said = json.loads((folder / "transcript.json").read_bytes())["segments"]
    assert len(record.clips) == len(record.script.segments) == len(said) == episode.segments
    assert [segment["body"] for segment in said] == [line.text for line in record.script.segments]


def most_at_once(journals):
    """Clips that were being spoken at one moment; those of a killed server end with its last word."""
    changes = []
    for journal in journals:
        told = [line.split() for line in journal.read_text("utf-8").splitlines()]
        own = [(float(at_s), int(change)) for at_s, change in told]
        changes += [*own, (own[-1][0], -sum(change for _, change in own))]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
