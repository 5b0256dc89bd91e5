"""A speech server of ours tells its voices once a loop: everybody waits, and asks again if it failed."""

import asyncio

import pytest

from podloom.errors import ProviderError
from podloom.settings import Settings, SpeechSettings
from podloom.tts import openai
from podloom.tts.openai import OpenAISpeechEngine
from podloom.tts.tone import ToneEngine
from podloom.tts.wire import Offer

OFFER = Offer(
    engine="tone",
    version="tone-7",
    seeded=True,
    directable=False,
    voices=tuple(ToneEngine(Settings()).voices())[:2],
)


class Server:
    """Tells when it is let go."""

    def __init__(self):
        self.asked, self.go, self.error, self.times = asyncio.Event(), asyncio.Event(), None, 0

    async def offer(self, _client):
        self.times += 1
        self.asked.set()
        await self.go.wait()
        if self.error:
            raise self.error
        return OFFER


@pytest.fixture
async def server(monkeypatch):
    server = Server()
    monkeypatch.setattr(openai, "find_offer", server.offer)
    return server


@pytest.fixture
async def engine(server):
    speech = SpeechSettings(base_url="http://127.0.0.1:9/v1", api_key="k", max_retries=0)
    engine = OpenAISpeechEngine(Settings(speech=speech))
    yield engine
    await engine.close()


async def test_who_comes_second_waits_for_the_answer_as_well(server, engine):
    first, second = (asyncio.create_task(engine.load()) for _ in range(2))
    await server.asked.wait()
    assert not second.done()
    server.go.set()
    await asyncio.gather(first, second)
    assert (engine.version, server.times) == ("tone-7", 1)


async def test_who_was_stopped_meanwhile_leaves_it_to_the_next(server, engine):
    first = asyncio.create_task(engine.load())
    await server.asked.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    server.go.set()
    await engine.load()
    assert engine.version == "tone-7"


async def test_an_answer_that_cannot_be_used_is_told_to_everybody(server, engine):
    server.error = ProviderError("another version")
    server.go.set()
    for _ in range(2):
        with pytest.raises(ProviderError, match="another version"):
            await engine.load()
