"""The speech servers of PODLOOM_SPEECH_BASE_URL: one, or several that stand in for one another.

With one address the SDK repeats what can be repeated. With several a call that fails for a reason that may
pass goes to the next server at once, and the one that failed rests; the least busy one is asked first.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from podloom.llm.sdk import new_client
from podloom.settings import SpeechSettings

if TYPE_CHECKING:
    from openai import APIError, AsyncOpenAI

T = TypeVar("T")
CONNECTIONS = 100
FIRST_REST_S = 0.5
LONGEST_REST_S = 60.0
"""A server that stays away is tried again so often, at the cost of one call's failing."""


def addresses(setting: str) -> list[str]:
    """The addresses of PODLOOM_SPEECH_BASE_URL."""
    return [address for part in setting.split(",") if (address := part.strip())]


def shown(url: str) -> str:
    """Neither user nor query of an address: they may be secret."""
    address = urlsplit(url)
    return f"{address.hostname}:{address.port or ''}{address.path}"


@dataclass(eq=False)
class Server:
    """One address, and how it has been."""

    client: AsyncOpenAI
    outstanding: int = 0
    failures: int = 0
    """In a row."""
    rests_until_s: float = 0.0

    @contextmanager
    def asked(self) -> Iterator[AsyncOpenAI]:
        """Count the call while it runs."""
        self.outstanding += 1
        try:
            yield self.client
        finally:
            self.outstanding -= 1

    def rest(self, retry_after_s: float | None) -> None:
        """Leave it alone for as long as it says, else longer with every failure."""
        pause_s = FIRST_REST_S * 2**self.failures if retry_after_s is None else retry_after_s
        self.failures = min(self.failures + 1, 10)
        self.rests_until_s = time.monotonic() + min(pause_s, LONGEST_REST_S)


class Servers:
    """All addresses; belongs to one event loop."""

    def __init__(self, clients: Sequence[AsyncOpenAI], max_retries: int) -> None:
        self._servers = [Server(client) for client in clients]
        self._most = len(clients) * (max_retries + 1)

    @classmethod
    def at(cls, urls: Sequence[str], key: str, speech: SpeechSettings) -> Servers:
        """Servers at these addresses, with limits as set; nothing is sent yet."""
        repeats = speech.max_retries if len(urls) == 1 else 0
        clients = [
            new_client(url, key, timeout_s=speech.timeout_s, max_retries=repeats, connections=CONNECTIONS)
            for url in urls
        ]
        return cls(clients, speech.max_retries)

    async def ask(self, call: Callable[[AsyncOpenAI], Awaitable[T]]) -> T:
        """What `call` returns for the first server that answers.

        Raises:
            openai.OpenAIError: The last one's, when all have failed often enough, or it cannot be repeated.
        """
        if len(self._servers) == 1:
            return await call(self._servers[0].client)
        import openai  # noqa: PLC0415 - 0.4 s, only when its engine is built
        from httpx2 import TransportError  # noqa: PLC0415 - comes with openai

        attempt = 0
        while True:
            attempt += 1
            server = await self._next()
            try:
                with server.asked() as client:
                    result = await call(client)
            except (openai.APIConnectionError, openai.InternalServerError, openai.RateLimitError) as error:
                server.rest(_retry_after_s(error))
                if attempt >= self._most:
                    raise
            except (TransportError, TimeoutError):  # within the sound: the caller begins again
                server.rest(None)
                raise
            else:
                server.failures = 0
                return result

    async def close(self) -> None:
        """Close the connections."""
        for server in self._servers:
            await server.client.close()

    async def _next(self) -> Server:
        """The least busy one that does not rest; when all do, the first that is rested."""
        while True:
            now_s = time.monotonic()
            awake = [server for server in self._servers if server.rests_until_s <= now_s]
            if awake:
                return min(awake, key=lambda server: server.outstanding)
            await asyncio.sleep(min(server.rests_until_s for server in self._servers) - now_s)


def _retry_after_s(error: APIError) -> float | None:
    """What the server asks for, in seconds; None where it says nothing."""
    response = getattr(error, "response", None)
    try:
        return float(response.headers["retry-after"]) if response is not None else None
    except (KeyError, ValueError):  # a date, which no speech server sends
        return None
