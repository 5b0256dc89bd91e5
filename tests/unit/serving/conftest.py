"""Speech servers in this process."""

import httpx
import pytest

from podloom.serving.speech import SpeechService
from podloom.settings import Settings, SpeechServerSettings, SpeechSettings
from podloom.tts.tone import ToneEngine


def settings(slots=1, **server):
    return Settings(
        speech=SpeechSettings(local_concurrency=slots), speechserver=SpeechServerSettings(**server)
    )


@pytest.fixture
async def started():
    """Starts services, loaded; a client for each."""
    clients = []

    async def start(engine=None, *, slots=4, load=True, **server):
        given = settings(slots, **server)
        service = SpeechService(engine(given) if engine else ToneEngine(given), given)
        if load:
            await service.load()
        transport = httpx.ASGITransport(service.asgi, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://speech")
        clients.append(client)
        return service, client

    yield start
    for client in clients:
        await client.aclose()
