"""Any OpenAI-compatible server: streamed answers of a given shape.

Only parameters that servers have in common are sent (messages, stream, response_format, temperature, seed,
max_tokens); what only OpenAI knows goes to OpenAI only. A stream is never retried once it is open: what
came so far is good, and the caller asks for the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any, NoReturn
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from aiolimiter import AsyncLimiter

from podloom.errors import ProviderError, ProviderKeyError
from podloom.llm.events import data_of
from podloom.llm.faults import explain, is_shape_fault
from podloom.llm.protocol import IncompleteAnswerError, Prompt, Usage
from podloom.llm.shapes import SHAPES, Shape, shape_parameters, with_instruction
from podloom.modelserver.client import Answer, CallLimits, ModelServer, is_official
from podloom.modelserver.failures import (
    TEMPORARY,
    BrokenOffError,
    CallError,
    FellSilentError,
    GarbledError,
    RefusedError,
)
from podloom.settings import LLMSettings, Settings

CHAT = "chat/completions"
REASONING_TOKENS = 16_000
"""OpenAI counts a model's hidden reasoning as part of the answer; this much is allowed for it."""


class OpenAIClient:
    """One connection pool to one model on one server; belongs to the event loop it is first used in."""

    def __init__(self, settings: LLMSettings, key: str) -> None:
        self.model = settings.model
        self._settings = settings
        self._key = key
        self._opened: ModelServer | None = None
        self._connecting = asyncio.Lock()
        self._slots = asyncio.Semaphore(settings.concurrency)
        rate = settings.requests_per_minute
        # 90 %: the server's minute and ours do not begin at the same time.
        self._pace = AsyncLimiter(max(1.0, 0.9 * rate), 60) if rate else None
        self._shape: Shape = "schema" if settings.structured == "schema" else "lines"
        self._proven = False
        """Whether the server has accepted the shape of answer that is asked for."""

    @property
    def server(self) -> str:
        """Host of the server, for messages."""
        return urlsplit(self._settings.base_url).netloc or "api.openai.com"

    @property
    def official(self) -> bool:
        """Whether the server is OpenAI's own."""
        return is_official(self._settings.base_url)

    @property
    def shape(self) -> Shape:
        """How the server is asked for a shape; falls back once if it knows no JSON schema."""
        return self._shape

    async def stream(self, prompt: Prompt) -> AsyncIterator[str | Usage]:
        """Pieces of the answer as they arrive; at most one Usage, last.

        Raises:
            IncompleteAnswerError: The answer stopped early; what was yielded is good so far.
            ProviderKeyError: The server does not accept the key.
            ProviderError: The server refused or failed after its retries.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._slots)
            answer = await self._open(prompt, stack)
            usage: Usage | None = None
            finish: str | None = None
            async for chunk in await stack.enter_async_context(aclosing(self._chunks(answer))):
                usage = _usage(chunk) or usage
                for choice in (chunk.get("choices") or ())[:1]:
                    finish = choice.get("finish_reason") or finish
                    delta = choice.get("delta") or {}
                    if delta.get("refusal"):
                        raise ProviderError(f"{self.model!r} on {self.server} refused to write this")
                    if delta.get("content"):
                        yield delta["content"]
            self._check_end(finish, prompt)
            if usage is not None:
                yield usage

    async def check(self) -> str:
        """One sentence about the server, for `podloom doctor`.

        Raises:
            ProviderError: It does not answer, or does not have the model.
        """
        server = await self._connect()
        try:
            listed = {model.get("id") for model in await server.models()}
        except RefusedError as error:
            if error.status != 404:
                self._fail(error)
            listed = set()
        except CallError as error:
            self._fail(error)
        if self.model in listed:
            return f"{self.server} answers and has {self.model!r}"
        # Not every server lists its models, or lists them under the names that it accepts.
        limit = "max_completion_tokens" if self.official else "max_tokens"
        question = {"model": self.model, "messages": [{"role": "user", "content": "Say yes."}], limit: 64}
        try:
            await server.post(CHAT, question)
        except CallError as error:
            self._fail(error)
        return f"{self.server} answers as {self.model!r}"

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    async def _connect(self) -> ModelServer:
        """The server; made at the first call, away from the loop, because it imports the HTTP client."""
        async with self._connecting:
            if self._opened is None:
                most = self._settings.concurrency
                limits = CallLimits(self._settings.timeout_s, self._settings.max_retries, 2 * most, most)
                self._opened = await asyncio.to_thread(
                    ModelServer, self._settings.base_url, self._key, limits
                )
            return self._opened

    async def _open(self, prompt: Prompt, stack: AsyncExitStack) -> Answer:
        """The opened stream, in the best shape that the server knows; closed with the stack."""
        server = await self._connect()
        while True:
            shape = self._shape
            if self._pace is not None:
                await self._pace.acquire()
            asked = server.answer(CHAT, self._parameters(prompt, shape), on_sent=prompt.on_sent)
            try:
                answer = await stack.enter_async_context(asked)
            except CallError as error:
                if self._proven or shape == SHAPES[-1] or not is_shape_fault(error):
                    self._fail(error)
                if self._shape == shape:
                    self._shape = SHAPES[SHAPES.index(shape) + 1]
                continue
            self._proven = True
            return answer

    def _parameters(self, prompt: Prompt, shape: Shape) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": with_instruction(prompt, shape)},
                {"role": "user", "content": prompt.user},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            **shape_parameters(prompt, shape),
        }
        if prompt.seed is not None:
            parameters["seed"] = prompt.seed
        if self._settings.temperature is not None:
            parameters["temperature"] = self._settings.temperature
        if not self.official:
            return parameters | {"max_tokens": prompt.max_tokens}
        if prompt.cache_hint:
            parameters["prompt_cache_key"] = prompt.cache_hint
        return parameters | {"max_completion_tokens": prompt.max_tokens + REASONING_TOKENS}

    async def _chunks(self, answer: Answer) -> AsyncGenerator[dict[str, Any]]:
        """The stream's chunks; a stream that breaks is an incomplete answer."""
        try:
            async with aclosing(data_of(answer)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except FellSilentError:
            silence = f"{self._settings.timeout_s:g} s"
            raise IncompleteAnswerError(f"{self.server} said nothing for {silence} in an answer") from None
        except BrokenOffError:
            raise IncompleteAnswerError(f"{self.server} broke off an answer") from None
        except GarbledError:
            raise IncompleteAnswerError(f"{self.server} sent a damaged part of an answer") from None
        except CallError as error:
            reason = explain(error, key=self._key)
            raise IncompleteAnswerError(f"{self.server} ended an answer with an error: {reason}") from None

    def _check_end(self, finish: str | None, prompt: Prompt) -> None:
        reasons = {
            None: "was cut on the way",
            "length": f"is longer than {prompt.max_tokens} tokens (finish_reason 'length')",
            "content_filter": "was stopped by the server's filter (finish_reason 'content_filter')",
        }
        if finish != "stop":
            reason = reasons.get(finish, f"ended with finish_reason {finish!r}")
            raise IncompleteAnswerError(f"an answer of {self.model!r} on {self.server} {reason}")

    def _fail(self, error: CallError) -> NoReturn:
        """Raise what a person can act on; never with the key, never with what was said in full."""
        status = error.status if isinstance(error, RefusedError) else None
        if status in {401, 403}:
            raise ProviderKeyError(
                f"{self.server} does not accept the key (HTTP {status}); "
                "set PODLOOM_LLM_API_KEY, or OPENAI_API_KEY"
            ) from None
        reason = explain(error, key=self._key, model=self.model, context=self._settings.context_tokens)
        failure = ProviderError(f"{self.server}: {reason}")
        failure.retryable = status is None or status in TEMPORARY or status >= 500
        raise failure from None


def _usage(chunk: dict[str, Any]) -> Usage | None:
    """Tokens of the call, in the chunk that tells them."""
    reported = chunk.get("usage")
    if not reported:
        return None
    details = reported.get("prompt_tokens_details") or {}
    return Usage(
        prompt_tokens=reported.get("prompt_tokens") or 0,
        completion_tokens=reported.get("completion_tokens") or 0,
        cached_tokens=details.get("cached_tokens") or 0,
    )


_SHARED: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[LLMSettings, str], OpenAIClient]] = (
    WeakKeyDictionary()
)
"""Connections belong to a loop, so clients do too; a loop that is gone takes its clients along."""


def shared_client(settings: Settings) -> OpenAIClient:
    """The client of this event loop for these settings; built at the first call, no connection yet.

    Raises:
        RuntimeError: Called outside of a coroutine.
    """
    clients = _SHARED.setdefault(asyncio.get_running_loop(), {})
    identity = (settings.llm, settings.llm_key)
    if identity not in clients:
        clients[identity] = OpenAIClient(*identity)
    return clients[identity]


async def close_shared_clients() -> None:
    """Close all clients of this event loop; the next `shared_client` builds anew."""
    for client in _SHARED.pop(asyncio.get_running_loop(), {}).values():
        await client.close()
