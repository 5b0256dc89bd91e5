"""A run's page in Prefect: how far it is, also while nothing is reported, and how it ended."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from podloom.domain import Progress
from podloom.errors import ProviderError
from podloom.tasks import artifacts
from podloom.tasks.artifacts import RunPage

OUTLINE = Progress(stage="outline", message="Planning the chapters", elapsed_s=3.0)


class Server:
    """Takes the updates of the progress artifact; the second may hang."""

    def __init__(self):
        self.shown, self.hangs, self.changed = [], False, asyncio.Event()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def request(self, method, path, path_params, json):
        if self.hangs:
            await asyncio.Event().wait()
        self.note(json["data"], json["description"])

    def note(self, *shown):
        self.shown.append(shown)
        self.changed.set()

    async def next_update(self):
        self.changed.clear()
        await self.changed.wait()
        return self.shown[-1]


@pytest.fixture
def server(monkeypatch):
    server = Server()

    class Artifact:
        id = uuid4()

        def __init__(self, *, key, progress, description):
            self.values = progress, description

        async def acreate(self, client):
            client.note(*self.values)
            return self

    monkeypatch.setattr(artifacts, "get_client", lambda: server)
    monkeypatch.setattr(artifacts, "ProgressArtifact", Artifact)
    monkeypatch.setattr(artifacts, "INTERVAL_S", 0.0)
    monkeypatch.setattr(artifacts, "LONGEST_PAUSE_S", 0.0)
    return server


async def test_time_goes_on_while_the_model_has_the_floor(server):
    clock = [100.0]
    async with RunPage(lambda: clock[0]) as page:
        page.take(OUTLINE)
        assert await server.next_update() == (4.0, "Planning the chapters · 3 s")
        clock[0] += 40
        assert await server.next_update() == (4.0, "Planning the chapters · 43 s")
        clock[0] += 17
        assert await server.next_update() == (4.0, "Planning the chapters · 60 s")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (asyncio.CancelledError(), "Stopped: Planning the chapters · 3 s"),
        (ProviderError("away"), "Failed: Planning the chapters · 3 s"),
        (None, "Planning the chapters · 3 s"),
    ],
)
async def test_a_run_that_ended_says_how(server, error, said):
    async def run():
        async with RunPage(lambda: 100.0) as page:
            page.take(OUTLINE)
            await server.next_update()
            if error:
                raise error

    await asyncio.gather(asyncio.create_task(run()), return_exceptions=True)
    assert server.shown[-1] == (4.0, said)


async def test_a_server_that_hangs_holds_up_no_run_that_is_stopped(server, monkeypatch, caplog):
    monkeypatch.setattr(artifacts, "STOPPED_S", 0.0)
    begun = asyncio.Event()

    async def run():
        async with RunPage(lambda: 100.0):
            await server.next_update()
            server.hangs = True
            begun.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(run())
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert "is not up to date" in caplog.text


async def test_a_server_that_is_away_costs_one_warning(server, monkeypatch, caplog):
    async def refuse(*_, **__):
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(server, "request", refuse)
    async with RunPage(lambda: 100.0):
        for _ in range(20):
            await asyncio.sleep(0)
    assert caplog.text.count("is not up to date") == 1
