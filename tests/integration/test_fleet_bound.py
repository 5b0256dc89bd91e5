"""The bound on a speech server holds across processes when they share a Redis."""

# ruff: noqa: ASYNC110 - the other clips are in another loop

import asyncio
import socket
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from podloom import generate_podcast_async
from podloom.rehearsal import Scenario
from podloom.serving.speech import SpeechService
from podloom.serving.threaded import ThreadedServer
from podloom.settings import CacheSettings, Settings, SpeechSettings
from podloom.stages import opening
from podloom.tts.queue import SpeechQueue
from podloom.tts.tone import ToneEngine

SOURCE = str(Path(__file__).parents[2] / "examples" / "city-trees.md")
BOUND = 3


@pytest.fixture(autouse=True)
def queue_of_its_own(monkeypatch):
    """Two loops stand for two processes: they share nothing in memory, so each run has its own queue."""
    monkeypatch.setattr(opening, "queue_for", lambda engine: SpeechQueue(engine.concurrency))


def make_in_two_processes(base_url, redis_url, tmp_path):
    errors: list[BaseException] = []

    def make(number: int) -> None:
        settings = Settings(
            home=tmp_path / f"home{number}",
            speech=SpeechSettings(base_url=base_url, remote_concurrency=BOUND),
            cache=CacheSettings(redis_url=SecretStr(redis_url)),
        )
        making = generate_podcast_async(
            SOURCE,
            settings=settings,
            orchestration="inline",
            engine="openai",
            writer="offline",
            minutes=1,
            music=False,
            title=f"Episode {number}",
            seed=number,
            out=str(tmp_path / "out"),
        )
        try:
            asyncio.run(making)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=make, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_processes_together_keep_to_the_bound(rehearsal, redis_url, tmp_path):
    server = rehearsal(Scenario(speech_s=0.05))
    make_in_two_processes(server.base_url, redis_url, tmp_path)
    assert server.calls.count("speech") >= 10
    assert server.calls.max_concurrency("speech") <= BOUND


class Counting(ToneEngine):
    """Could speak more at once than the fleet may ask for; the first clips wait until as many are there."""

    def __init__(self, settings):
        super().__init__(settings)
        self.done = self.now = self.most = 0
        self._lock = threading.Lock()

    async def synthesize(self, text, voice, *, seed=0):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        while self.most < BOUND:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        with self._lock:
            self.now -= 1
            self.done += 1
        return await super().synthesize(text, voice, seed=seed)


def test_they_keep_to_it_before_two_speech_servers_of_ours(redis_url, tmp_path):
    """One engine behind both, so that it sees all that is spoken at once."""
    engine = Counting(Settings(speech=SpeechSettings(local_concurrency=2 * BOUND)))
    services = [SpeechService(engine, Settings()) for _ in range(2)]
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in services]
    for service in services:
        asyncio.run(service.load())
    one, other = (f"http://127.0.0.1:{listener.getsockname()[1]}/v1" for listener in listeners)
    with (
        ThreadedServer(services[0].asgi, listeners[0], "one"),
        ThreadedServer(services[1].asgi, listeners[1], "other"),
    ):
        make_in_two_processes(f"{one},{other}", redis_url, tmp_path)
    assert engine.done >= 10
    assert engine.most == BOUND
    spoken = [service.desk.queue.stats.done for service in services]
    assert sum(spoken) == engine.done
    assert min(spoken) > 0
