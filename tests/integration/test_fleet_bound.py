"""The bound on a speech server holds across processes when they share a Redis."""

import asyncio
import threading
from pathlib import Path

from pydantic import SecretStr

from podloom import generate_podcast_async
from podloom.rehearsal import Scenario
from podloom.settings import CacheSettings, Settings, SpeechSettings

SOURCE = str(Path(__file__).parents[2] / "examples" / "city-trees.md")


def test_two_processes_together_keep_to_the_bound(rehearsal, redis_url, tmp_path):
    """Two loops stand for two processes: they share nothing in memory but the engine's name."""
    server = rehearsal(Scenario(speech_s=0.05))
    errors: list[BaseException] = []

    def make(number: int) -> None:
        settings = Settings(
            home=tmp_path / f"home{number}",
            speech=SpeechSettings(base_url=server.base_url, remote_concurrency=3),
            cache=CacheSettings(redis_url=SecretStr(redis_url)),
        )
        making = generate_podcast_async(
            SOURCE,
            settings=settings,
            orchestration="inline",
            writer="offline",
            minutes=2,
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
    assert server.calls.count("speech") >= 10
    assert server.calls.max_concurrency("speech") <= 3
