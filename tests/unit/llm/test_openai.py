import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from fixtures.llm_server import Reply, answer, chunk, llm_server, refusal
from podloom.errors import ProviderError, ProviderKeyError
from podloom.llm.openai import OpenAIClient, close_shared_clients, shared_client
from podloom.llm.protocol import IncompleteAnswerError, Prompt, Usage
from podloom.settings import LLMSettings, Settings

KEY = "sk-very-secret-1234"
SCHEMA = {
    "type": "object",
    "properties": {"lines": {"type": "array", "items": {"type": "object"}}},
    "required": ["lines"],
    "additionalProperties": False,
}
PROMPT = Prompt(
    system="You write.",
    user="Write.",
    schema_name="chapter",
    schema=SCHEMA,
    max_tokens=50,
    seed=7,
    cache_hint="episode",
)


@asynccontextmanager
async def connected(*replies, **settings):
    async with llm_server(*replies) as server:
        chosen = {"base_url": server.base_url, "model": "m", "max_retries": 1, "timeout_s": 5} | settings
        client = OpenAIClient(LLMSettings(**chosen), KEY)
        try:
            yield client, server
        finally:
            await client.close()


async def read(client, prompt=PROMPT):
    return [piece async for piece in client.stream(prompt)]


async def test_an_answer_comes_in_pieces_with_its_usage_last():
    async with connected(answer('{"lines": []}', size=4)) as (client, _):
        pieces = await read(client)
    assert pieces == ['{"li', 'nes"', ": []", "}", Usage(12, 5, 8)]


async def test_who_asks_hears_when_the_model_has_the_floor():
    heard = []
    async with connected(answer("{}")) as (client, server):
        pieces = client.stream(replace(PROMPT, on_sent=lambda: heard.append(len(server.requests))))
        await anext(pieces)
        await pieces.aclose()
    assert len(heard) == 1


async def test_only_portable_parameters_go_to_other_servers():
    async with connected(answer("{}"), temperature=0.5) as (client, server):
        await read(client)
    assert server.requests == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "You write."},
                {"role": "user", "content": "Write."},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "chapter", "strict": True, "schema": SCHEMA},
            },
            "seed": 7,
            "temperature": 0.5,
            "max_tokens": 50,
        }
    ]
    assert server.keys == [f"Bearer {KEY}"]


def test_openai_gets_what_only_openai_knows():
    client = OpenAIClient(LLMSettings(), KEY)
    parameters = client._parameters(PROMPT, "schema")
    assert client.official
    assert parameters["prompt_cache_key"] == "episode"
    assert parameters["max_completion_tokens"] > 50
    assert "max_tokens" not in parameters


async def test_calls_share_one_connection():
    async with connected(answer("{}")) as (client, server):
        for _ in range(3):
            await read(client)
    assert (len(server.requests), server.connections) == (3, 1)


INCOMPLETE = {
    "cut": (Reply(body=chunk("good")), "cut on the way"),
    "too long": (answer("good", size=4, finish="length"), "longer than 50 tokens"),
    "filtered": (answer("good", size=4, finish="content_filter"), "filter"),
    "other": (answer("good", size=4, finish="tool_calls"), "'tool_calls'"),
    "damaged": (Reply(body=chunk("good") + "data: {nonsense\n\n"), "damaged"),
    "disconnected": (Reply(body=chunk("good"), drop=True), "broke off"),
    "error event": (Reply(body=chunk("good") + 'data: {"error": {"message": "no memory"}}\n\n'), "no memory"),
}


@pytest.mark.parametrize("case", INCOMPLETE)
async def test_an_answer_that_stops_early_says_so_after_what_is_good(case):
    reply, reason = INCOMPLETE[case]
    async with connected(reply) as (client, _):
        pieces = client.stream(PROMPT)
        assert await anext(pieces) == "good"
        with pytest.raises(IncompleteAnswerError, match=reason):
            await anext(pieces)


async def test_silence_in_an_answer_ends_it():
    async with connected(Reply(body=chunk("good"), hang=True), timeout_s=0.2) as (client, _):
        with pytest.raises(IncompleteAnswerError, match=r"said nothing for 0\.2 s"):
            await read(client)


FAILURES = {
    "key": (refusal(401, f"Incorrect API key provided: {KEY}"), ProviderKeyError, "PODLOOM_LLM_API_KEY"),
    "forbidden": (refusal(403, f"{KEY} may not"), ProviderKeyError, "OPENAI_API_KEY"),
    "model": (refusal(404, "model `m` does not exist"), ProviderError, "PODLOOM_LLM_MODEL"),
    "context": (
        refusal(400, "maximum context length is 4096 tokens", code="context_length_exceeded"),
        ProviderError,
        "PODLOOM_LLM_CONTEXT_TOKENS",
    ),
    "parameter": (refusal(400, f"bad seed for {KEY}"), ProviderError, r"HTTP 400: bad seed for \*\*\*"),
    "quota": (refusal(429, "slow down"), ProviderError, "PODLOOM_LLM_REQUESTS_PER_MINUTE"),
    "refusal": (Reply(body=chunk(refusal="No.")), ProviderError, "refused to write"),
}


@pytest.mark.parametrize("case", FAILURES)
async def test_failures_name_the_reason_and_never_the_key(case):
    reply, error, reason = FAILURES[case]
    async with connected(reply) as (client, _):
        with pytest.raises(error, match=reason) as raised:
            await read(client)
    assert KEY not in str(raised.value)
    assert raised.value.__cause__ is None


async def test_no_server_at_all():
    client = OpenAIClient(LLMSettings(base_url="http://127.0.0.1:9/v1", max_retries=0), "")
    with pytest.raises(ProviderError, match="PODLOOM_LLM_BASE_URL") as raised:
        await read(client)
    assert raised.value.retryable
    await client.close()


async def test_trouble_of_the_server_is_retried():
    async with connected(refusal(503, "busy"), answer("{}")) as (client, server):
        assert (await read(client))[0] == "{}"
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 500])
async def test_a_server_without_schemas_is_asked_in_another_way_from_then_on(status):
    no_schema = refusal(status, "response_format json_schema is not supported")
    async with connected(no_schema, answer("{}"), max_retries=0) as (client, server):
        await read(client)
        await read(client)
        assert client.shape == "object"
    kinds = [request["response_format"]["type"] for request in server.requests]
    assert kinds == ["json_schema", "json_object", "json_object"]
    assert '"lines"' in server.requests[1]["messages"][0]["content"]


async def test_a_server_without_any_shapes_is_asked_in_words():
    no = refusal(400, "unknown field response_format")
    async with connected(no, no, answer("{}")) as (client, server):
        await read(client)
    assert "response_format" not in server.requests[-1]
    assert "JSON Lines" in server.requests[-1]["messages"][0]["content"]


async def test_jsonl_mode_asks_for_one_object_where_the_answer_is_no_list():
    outline = Prompt("You plan.", "Plan.", "outline", {"type": "object", "properties": {"title": {}}}, 50)
    async with connected(answer("{}"), structured="jsonl") as (client, server):
        await read(client, outline)
    assert "one JSON object only" in server.requests[0]["messages"][0]["content"]


async def test_a_server_that_knows_schemas_is_not_asked_otherwise_after_a_failure():
    broken = refusal(500, "out of memory")
    async with connected(answer("{}"), broken, max_retries=0) as (client, server):
        await read(client)
        with pytest.raises(ProviderError, match="out of memory"):
            await read(client)
    assert len(server.requests) == 2


async def test_no_more_calls_at_once_than_the_settings_say():
    async with connected(answer("{}"), concurrency=1) as (client, server):
        first = client.stream(PROMPT)
        await anext(first)
        second = asyncio.create_task(read(client))
        assert client._slots.locked()
        assert len(server.requests) == 1
        await first.aclose()
        await second
    assert len(server.requests) == 2


def test_requests_are_paced_below_the_quota():
    client = OpenAIClient(LLMSettings(requests_per_minute=100), KEY)
    assert client._pace.max_rate == 90


async def test_check_finds_the_model_in_the_list():
    listing = Reply(body='{"object": "list", "data": [{"id": "m"}]}', kind="application/json")
    async with connected(listing) as (client, server):
        assert await client.check() == f"{client.server} answers and has 'm'"
    assert server.paths == ["/v1/models"]


async def test_check_asks_a_server_that_lists_nothing():
    said = '{"id":"x","object":"chat.completion","created":0,"model":"m","choices":[]}'
    reply = Reply(body=said, kind="application/json")
    async with connected(refusal(404, "no such page"), reply) as (client, server):
        assert "answers as 'm'" in await client.check()
    assert server.paths == ["/v1/models", "/v1/chat/completions"]


@pytest.mark.parametrize("replies", [[refusal(401, "no")], [refusal(404, "no"), refusal(401, "no")]])
async def test_check_names_a_wrong_key(replies):
    async with connected(*replies) as (client, _):
        with pytest.raises(ProviderKeyError):
            await client.check()


async def test_an_event_loop_has_one_client_for_the_same_settings():
    settings = Settings(llm=LLMSettings(model="a"))
    other = Settings(llm=LLMSettings(model="b"))
    assert shared_client(settings) is shared_client(settings)
    assert shared_client(settings) is not shared_client(other)
    await close_shared_clients()


def test_event_loops_do_not_share_clients():
    async def client():
        return shared_client(Settings())

    assert asyncio.run(client()) is not asyncio.run(client())


async def test_a_server_that_fails_whatever_the_shape_is_asked_for_the_best_again():
    failures = [refusal(500, "internal")] * 3
    async with connected(*failures, answer('{"lines": []}'), max_retries=0) as (client, _):
        with pytest.raises(ProviderError):
            await read(client)
        await read(client)
        assert client.shape == "schema"
