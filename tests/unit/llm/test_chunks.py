"""Chunks of a streamed answer, as servers send them."""

import pytest

from podloom.llm.chunks import Chunk, read_chunk
from podloom.llm.protocol import Usage


def choice(delta=None, finish=None):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


@pytest.mark.parametrize(
    ("data", "chunk"),
    [
        (choice({"content": "Water"}), Chunk("Water")),
        (choice({"role": "assistant", "content": ""}), Chunk()),
        (choice({"content": None}, "stop"), Chunk(finish="stop")),
        (choice(None, "length"), Chunk(finish="length")),
        (choice({"refusal": "I will not."}), Chunk(refused=True)),
        (choice({"reasoning_content": "Let me think"}), Chunk()),
        (
            {"choices": [*choice({"content": "a"})["choices"], *choice({"content": "b"})["choices"]]},
            Chunk("a"),
        ),
        ({"choices": [], "usage": None}, Chunk()),
        ({"id": "keepalive"}, Chunk()),
        (
            {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}},
            Chunk(usage=Usage(prompt_tokens=9, completion_tokens=4, cached_tokens=0)),
        ),
        (
            {
                "usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": None,
                    "prompt_tokens_details": {"cached_tokens": 8},
                }
            },
            Chunk(usage=Usage(prompt_tokens=9, completion_tokens=0, cached_tokens=8)),
        ),
    ],
)
def test_what_is_in_a_chunk(data, chunk):
    assert read_chunk(data) == chunk


@pytest.mark.parametrize("data", [None, [], "text", 3, choice({"content": 3})])
def test_what_is_no_chunk_is_refused(data):
    with pytest.raises(ValueError, match="a chunk"):
        read_chunk(data)
