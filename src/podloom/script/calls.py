"""Calls of the language model: counted, collected and read; and what fits into one."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

from podloom.domain import Language
from podloom.llm.protocol import LLMClient, Prompt, Usage
from podloom.telemetry import Telemetry
from podloom.tracing import span

TOKENS_PER_WORD: dict[Language, float] = {"en": 4.0, "ko": 8.0}
"""Of an answer with its JSON, generous: a limit that is reached costs a call."""


@dataclass(frozen=True)
class Calls:
    """A client whose calls are counted."""

    client: LLMClient
    telemetry: Telemetry

    async def pieces(self, prompt: Prompt) -> AsyncGenerator[str]:
        """The answer as it arrives; leaving early ends the call."""
        counters = self.telemetry.counters
        counters["llm.calls"] += 1
        # Every client's stream is an async generator: closing it gives the connection back.
        stream = cast("Any", self.client.stream(replace(prompt, on_sent=self.telemetry.asked.set)))
        asked = span("llm", current=False, model=self.client.model, shape=prompt.schema_name)
        with asked as tell:
            async with aclosing(stream):
                async for piece in stream:
                    if isinstance(piece, Usage):
                        tell(**vars(piece))
                        for name, tokens in vars(piece).items():
                            counters[f"llm.{name}"] += tokens
                    else:
                        yield piece

    async def whole(self, prompt: Prompt) -> str:
        """The answer when it has ended by itself."""
        return "".join([piece async for piece in self.pieces(prompt)])


def read_object(answer: str) -> Any:
    """The JSON object in an answer that may have words or Markdown fences around it.

    Raises:
        ValueError: There is none.
    """
    start, end = answer.find("{"), answer.rfind("}")
    if start < 0 or end < start:
        raise ValueError("there is no JSON object in the answer")
    return json.loads(answer[start : end + 1])


def estimate_tokens(text: str) -> int:
    """Tokens of a text, estimated high: 3.5 Latin characters or 0.9 of another script each."""
    latin = sum(map(str.isascii, text))
    return math.ceil(latin / 3.5 + (len(text) - latin) / 0.9)


def answer_tokens(words: int, language: Language, context: int) -> int:
    """Room for an answer of so many spoken words; never more than half of the context."""
    return min(300 + math.ceil(words * TOKENS_PER_WORD[language]), context // 2)
