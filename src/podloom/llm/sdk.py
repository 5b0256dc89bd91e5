"""OpenAI's SDK, one for the writer and the voices: imported once a process, with one set of certificates."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    from openai import AsyncOpenAI

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_S = 10.0
KEEPALIVE_S = 120.0
"""The SDK's 5 s would open a new connection for nearly every chapter."""
Hooks = Mapping[str, Sequence[Callable[[Any], Awaitable[None]]]]
"""By "request" or "response": what hears of every one."""

_reading = threading.Lock()


def load_sdk() -> Any:
    """The module; its import takes 0.4 s of a processor. In a thread, while something else is waited for."""
    return import_module("openai")


def trusted() -> ssl.SSLContext:
    """The machine's certificates; the first call takes 25 ms, and every client would make its own."""
    with _reading:
        return _certificates()


def new_client(
    base_url: str,
    key: str,
    *,
    timeout_s: float,
    max_retries: int,
    connections: int,
    kept: int | None = None,
    hooks: Hooks | None = None,
) -> AsyncOpenAI:
    """A client with a pool of its own; nothing is sent yet.

    Args:
        base_url: "" is OpenAI's own.
        key: Local servers take any, but the SDK wants one.
        timeout_s: Longest silence.
        max_retries: Of one call, by the SDK.
        connections: At once.
        kept: Idle connections that stay open; None: all.
        hooks: Of the pool.
    """
    openai = load_sdk()
    httpx2 = import_module("httpx2")
    timeout = openai.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
    limits = httpx2.Limits(
        max_connections=connections, max_keepalive_connections=kept, keepalive_expiry=KEEPALIVE_S
    )
    pool = openai.DefaultAsyncHttpx2Client(
        timeout=timeout, limits=limits, verify=trusted(), event_hooks=hooks or {}
    )
    client: AsyncOpenAI = openai.AsyncOpenAI(
        api_key=key or "none",
        base_url=base_url or OPENAI_URL,
        timeout=timeout,
        max_retries=max_retries,
        http_client=pool,
    )
    return client


@cache
def _certificates() -> ssl.SSLContext:
    context: ssl.SSLContext = import_module("httpx2").create_ssl_context()
    return context
