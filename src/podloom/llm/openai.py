"""Any OpenAI-compatible server, through the openai SDK: streamed answers of a given shape.

Only parameters that servers have in common are sent (messages, stream, response_format, temperature, seed,
max_tokens); what only OpenAI knows goes to OpenAI only. A stream is never retried once it is open: what
came so far is good, and the caller asks for the rest.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from contextvars import ContextVar
from typing import Any, NoReturn
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from aiolimiter import AsyncLimiter

from podloom.errors import ProviderError, ProviderKeyError
from podloom.llm.chunks import Chunk, read_chunk
from podloom.llm.faults import explain, is_shape_fault
from podloom.llm.protocol import IncompleteAnswerError, Prompt, Usage
from podloom.llm.sdk import load_sdk, new_client
from podloom.llm.shapes import SHAPES, Shape, shape_parameters, with_instruction
from podloom.settings import LLMSettings, Settings

REASONING_TOKENS = 16_000
"""OpenAI counts a model's hidden reasoning as part of the answer; this much is allowed for it."""


class OpenAIClient:
    """One connection pool to one model on one server; belongs to the event loop it is first used in."""

    def __init__(self, settings: LLMSettings, key: str) -> None:
        self.model = settings.model
        self._settings = settings
        self._key = key
        self._sdk: Any = None
        self._connecting = asyncio.Lock()
        self._slots = asyncio.Semaphore(settings.concurrency)
        rate = settings.requests_per_minute
        # 90 %: the server's minute and ours do not begin at the same time.
        self._pace = AsyncLimiter(max(1.0, 0.9 * rate), 60) if rate else None
        self._first: Shape = "schema" if settings.structured == "schema" else "lines"
        self._shape: Shape = self._first
        self._proven = False
        """Whether the server has accepted the shape of answer that is asked for."""

    @property
    def server(self) -> str:
        """Host of the server, for messages."""
        return urlsplit(self._settings.base_url).netloc.rpartition("@")[2] or "api.openai.com"

    @property
    def official(self) -> bool:
        """Whether the server is OpenAI's own."""
        return (urlsplit(self._settings.base_url).hostname or "api.openai.com").endswith("api.openai.com")

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
            chunks = await stack.enter_async_context(await self._open(prompt))
            usage: Usage | None = None
            finish: str | None = None
            async for chunk in await stack.enter_async_context(aclosing(self._chunks(chunks))):
                usage = chunk.usage or usage
                finish = chunk.finish or finish
                if chunk.refused:
                    raise ProviderError(f"{self.model!r} on {self.server} refused to write this")
                if chunk.text:
                    yield chunk.text
            self._check_end(finish, prompt)
            if usage is not None:
                yield usage

    async def check(self) -> str:
        """One sentence about the server, for `podloom doctor`.

        Raises:
            ProviderError: It does not answer, or does not have the model.
        """
        openai = await self._connect()
        try:
            listed = {model.id async for model in self._sdk.models.list()}
        except openai.NotFoundError:
            listed = set()
        except (openai.OpenAIError, json.JSONDecodeError) as error:
            self._fail(error)
        if self.model in listed:
            return f"{self.server} answers and has {self.model!r}"
        # Not every server lists its models, or lists them under the names that it accepts.
        limit = "max_completion_tokens" if self.official else "max_tokens"
        try:
            await self._sdk.chat.completions.create(
                model=self.model, messages=[{"role": "user", "content": "Say yes."}], **{limit: 64}
            )
        except (openai.OpenAIError, json.JSONDecodeError) as error:
            self._fail(error)
        return f"{self.server} answers as {self.model!r}"

    async def close(self) -> None:
        """Close the connections."""
        if self._sdk is not None:
            await self._sdk.close()
            self._sdk = None

    async def _connect(self) -> Any:
        """The SDK's module; its client is built at the first call, away from the event loop."""
        async with self._connecting:
            openai = await asyncio.to_thread(load_sdk)
            if self._sdk is None:
                self._sdk = self._build()
            return openai

    def _build(self) -> Any:
        settings = self._settings
        return new_client(
            settings.base_url,
            self._key,
            timeout_s=settings.timeout_s,
            max_retries=settings.max_retries,
            connections=2 * settings.concurrency,
            kept=settings.concurrency,
            hooks={"request": [_tell_when_sent]},
        )

    async def _open(self, prompt: Prompt) -> Any:
        """The opened stream, in the best shape that the server knows."""
        openai = await self._connect()
        while True:
            shape = self._shape
            if self._pace is not None:
                await self._pace.acquire()
            _on_sent.set(prompt.on_sent)
            try:
                completions = self._sdk.chat.completions.with_raw_response
                answer = await completions.create(**self._parameters(prompt, shape))
                chunks = answer.parse(to=openai.AsyncStream[object])
            except (openai.OpenAIError, json.JSONDecodeError) as error:
                if self._proven or shape == SHAPES[-1] or not is_shape_fault(error):
                    if not self._proven:
                        self._shape = self._first  # it was not the shape
                    self._fail(error)
                if self._shape == shape:
                    self._shape = SHAPES[SHAPES.index(shape) + 1]
                continue
            self._proven = True
            return chunks

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

    async def _chunks(self, chunks: Any) -> AsyncGenerator[Chunk]:
        """The stream's chunks; a stream that breaks is an incomplete answer."""
        openai = await self._connect()
        try:
            async for chunk in chunks:
                yield read_chunk(chunk)
        except openai.APITimeoutError:
            silence = f"{self._settings.timeout_s:g} s"
            raise IncompleteAnswerError(f"{self.server} said nothing for {silence} in an answer") from None
        except openai.APIConnectionError:
            raise IncompleteAnswerError(f"{self.server} broke off an answer") from None
        except ValueError:  # no JSON, or no chunk
            raise IncompleteAnswerError(f"{self.server} sent a damaged part of an answer") from None
        except openai.APIError as error:
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

    def _fail(self, error: Exception) -> NoReturn:
        """Raise what a person can act on; never with the key, never with the SDK's error chained."""
        status = getattr(error, "status_code", None)
        if status in {401, 403}:
            raise ProviderKeyError(
                f"{self.server} does not accept the key (HTTP {status}); "
                "set PODLOOM_LLM_API_KEY, or OPENAI_API_KEY"
            ) from None
        reason = explain(error, key=self._key, model=self.model, context=self._settings.context_tokens)
        failure = ProviderError(f"{self.server}: {reason}")
        failure.retryable = status is None or status in {408, 409, 429} or status >= 500
        raise failure from None


_on_sent: ContextVar[Callable[[], None] | None] = ContextVar("on_sent", default=None)
"""Of the prompt that this task is about to send: the SDK has no argument for it."""


async def _tell_when_sent(request: Any) -> None:
    """A request hook of the connection pool: see that the prompt's asker hears of it once its body is out."""
    if (tell := _on_sent.get()) is not None:

        async def trace(event: str, _: object) -> None:
            if event.endswith("send_request_body.complete"):
                tell()

        request.extensions["trace"] = trace


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
