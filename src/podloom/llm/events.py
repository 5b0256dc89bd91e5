"""Server-sent events as chat completions use them: each `data:` is a chunk, the last one is [DONE]."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from podloom.modelserver.client import Answer
from podloom.modelserver.failures import BrokenOffError, CallError, GarbledError

DONE = b"[DONE]"
DRAIN_S = 1.0
"""Longest wait for the end of the body, with which the connection can be used again."""


async def data_of(answer: Answer) -> AsyncGenerator[dict[str, Any]]:
    """The chunks of a streamed answer.

    Raises:
        BrokenOffError: It did not come to its end.
        GarbledError: A part of it is not JSON.
        CallError: The server ended it with an error.
    """
    async with aclosing(answer.parts()) as parts:
        async with aclosing(_payloads(parts)) as payloads:
            async for payload in payloads:
                if payload.startswith(DONE):
                    break
                yield _chunk(payload)
        with suppress(BrokenOffError, TimeoutError):  # the answer is whole
            async with asyncio.timeout(DRAIN_S):
                async for _ in parts:
                    pass


async def _payloads(parts: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """What stands behind `data:`; the lines of one event joined, comments and other fields left out."""
    rest, lines = b"", list[bytes]()
    async for part in parts:
        # Lines end at \n or \r\n; str.splitlines would also cut at signs that texts may hold.
        *whole, rest = (rest + part).split(b"\n")
        for line in (line.removesuffix(b"\r") for line in whole):
            if line.startswith(b"data:"):
                lines.append(line.removeprefix(b"data:").removeprefix(b" "))
            elif not line and lines:
                yield b"\n".join(lines)
                lines.clear()


def _chunk(payload: bytes) -> dict[str, Any]:
    try:
        chunk = json.loads(payload)
    except ValueError:
        raise GarbledError("a part of the answer is not JSON") from None
    if not isinstance(chunk, dict):
        raise GarbledError("a part of the answer is no object")
    if fault := chunk.get("error"):
        error = CallError(str(fault))
        error.body = fault
        raise error
    return chunk
