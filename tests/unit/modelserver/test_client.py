"""Calls of a server on loopback."""

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from fixtures.llm_server import Reply, llm_server, refusal
from podloom.modelserver.client import CallLimits, ModelServer
from podloom.modelserver.failures import (
    BrokenOffError,
    FellSilentError,
    GarbledError,
    RefusedError,
    SilentError,
    UnreachableError,
)

QUICK = CallLimits(timeout_s=5, max_retries=1, connections=4)
IMPATIENT = CallLimits(timeout_s=0.2, max_retries=0, connections=4)


@asynccontextmanager
async def connected(*replies, key="k", limits=QUICK):
    async with llm_server(*replies) as answering:
        server = ModelServer(answering.base_url, key, limits)
        try:
            yield server, answering
        finally:
            await server.close()


def page(text):
    return Reply(body=text, kind="application/json")


async def whole(server, **call):
    async with server.answer("sound", {"input": "Hello."}, **call) as answer:
        return answer.content_type, b"".join([part async for part in answer.parts()])


async def test_an_answer_is_read_as_it_is():
    async with connected(Reply(body="la la", kind="audio/wav")) as (server, answering):
        assert await whole(server) == ("audio/wav", b"la la")
    assert (answering.paths, answering.requests) == (["/v1/sound"], [{"input": "Hello."}])
    assert answering.keys == ["Bearer k"]


async def test_a_server_without_keys_gets_one_that_says_so():
    async with connected(page("{}"), key="") as (server, answering):
        await server.get("models")
    assert answering.keys == ["Bearer none"]


async def test_who_waits_hears_when_the_call_has_left_and_when_it_leaves_again():
    heard = []
    async with connected(refusal(503, "busy"), Reply(body="la")) as (server, _):
        await whole(server, on_sent=lambda: heard.append("sent"))
    assert heard == ["sent", "sent"]


async def test_nobody_hears_of_a_call_that_has_not_left():
    server = ModelServer("http://127.0.0.1:9/v1", "k", IMPATIENT)
    with pytest.raises(UnreachableError, match="ConnectError"):
        await whole(server, on_sent=lambda: pytest.fail("nobody is there"))
    await server.close()


async def test_calls_share_a_connection_also_after_a_refusal():
    async with connected(refusal(429, "slow down"), page("{}")) as (server, answering):
        for _ in range(3):
            await server.post("chat", {})
    assert (len(answering.requests), answering.connections) == (4, 1)


async def test_a_refusal_that_stays_is_raised_after_the_last_try():
    async with connected(refusal(503, "busy")) as (server, answering):
        with pytest.raises(RefusedError, match="busy"):
            await server.get("models")
    assert len(answering.requests) == 2


async def test_silence_within_an_answer_is_told_apart():
    async with connected(Reply(body="la", hang=True), limits=IMPATIENT) as (server, _):
        with pytest.raises(FellSilentError):
            await whole(server)


async def test_silence_before_an_answer_is_told_apart():
    async def wait(reader, _):
        await reader.read()

    listening = await asyncio.start_server(wait, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    server = ModelServer(f"http://127.0.0.1:{port}/v1", "k", IMPATIENT)
    with pytest.raises(SilentError):
        await whole(server)
    await server.close()
    listening.close()


async def test_an_answer_without_an_end_is_broken_off():
    async with connected(Reply(body="la", drop=True)) as (server, _):
        with pytest.raises(BrokenOffError):
            await whole(server)


async def test_a_page_that_is_not_json_is_said_to_be_none():
    async with connected(Reply(body="<html>", kind="text/html")) as (server, _):
        with pytest.raises(GarbledError):
            await server.get("models")


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ('{"data": [{"id": "a"}, 7]}', [{"id": "a"}]),
        ('[{"id": "a"}]', [{"id": "a"}]),
        ('{"data": null}', []),
        ("{}", []),
        ("7", []),
    ],
)
async def test_models_are_listed_in_several_ways(text, models):
    async with connected(page(text)) as (server, _):
        assert await server.models() == models


async def test_only_openai_hears_of_organisation_and_project(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    names = ("openai-organization", "openai-project")
    sent = {}
    for address in ("", "https://eu.api.openai.com/v1", "https://example.com/v1"):
        server = ModelServer(address, "k", QUICK)
        sent[address] = [server._client.headers.get(name) for name in names]
        await server.close()
    assert sent == {
        "": ["org-1", "proj-1"],
        "https://eu.api.openai.com/v1": ["org-1", "proj-1"],
        "https://example.com/v1": [None, None],
    }


def test_the_http_client_is_imported_with_the_first_server_and_the_sdk_never():
    code = """
import sys
from podloom.modelserver.client import CallLimits, ModelServer
print(sorted({"httpx2", "openai"} & set(sys.modules)))
ModelServer("http://localhost/v1", "", CallLimits(1, 0, 1))
print(sorted({"httpx2", "openai"} & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.splitlines() == ["[]", "['httpx2']"]
