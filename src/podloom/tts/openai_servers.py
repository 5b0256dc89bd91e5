"""The speech servers of PODLOOM_SPEECH_BASE_URL: one, or several that stand in for one another.

With one address a call that can be repeated is. With several a call that fails for a reason that may
pass goes to the next server at once, and the one that failed rests; the least busy one is asked first.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from podloom.modelserver.client import CallLimits, ModelServer
from podloom.modelserver.failures import BrokenOffError, RefusedError, UnreachableError
from podloom.settings import SpeechSettings

T = TypeVar("T")
CONNECTIONS = 100
FIRST_REST_S = 0.5
LONGEST_REST_S = 60.0
"""A server that stays away is tried again so often, at the cost of one call's failing."""


def addresses(setting: str) -> list[str]:
    """The addresses of PODLOOM_SPEECH_BASE_URL."""
    return [address for part in setting.split(",") if (address := part.strip())]


@dataclass(eq=False)
class Server:
    """One address, and how it has been."""

    server: ModelServer
    outstanding: int = 0
    failures: int = 0
    """In a row."""
    rests_until_s: float = 0.0

    @contextmanager
    def asked(self) -> Iterator[ModelServer]:
        """Count the call while it runs."""
        self.outstanding += 1
        try:
            yield self.server
        finally:
            self.outstanding -= 1

    def rest(self, retry_after_s: float | None) -> None:
        """Leave it alone for as long as it says, else longer with every failure."""
        pause_s = FIRST_REST_S * 2**self.failures if retry_after_s is None else retry_after_s
        self.failures = min(self.failures + 1, 10)
        self.rests_until_s = time.monotonic() + min(pause_s, LONGEST_REST_S)


class Servers:
    """All addresses; belongs to one event loop."""

    def __init__(self, servers: Sequence[ModelServer], max_retries: int) -> None:
        self._servers = [Server(server) for server in servers]
        self._most = len(servers) * (max_retries + 1)

    @classmethod
    def at(cls, urls: Sequence[str], key: str, speech: SpeechSettings) -> Servers:
        """Servers at these addresses, with limits as set; nothing is sent yet."""
        repeats = speech.max_retries if len(urls) == 1 else 0
        limits = CallLimits(speech.timeout_s, repeats, CONNECTIONS)
        return cls([ModelServer(url, key, limits) for url in urls], speech.max_retries)

    async def ask(self, call: Callable[[ModelServer], Awaitable[T]]) -> T:
        """What `call` returns for the first server that answers.

        Raises:
            CallError: The last one's, when all have failed often enough, or it cannot be repeated.
        """
        if len(self._servers) == 1:
            return await call(self._servers[0].server)
        attempt = 0
        while True:
            attempt += 1
            chosen = await self._next()
            try:
                with chosen.asked() as server:
                    result = await call(server)
            except (UnreachableError, RefusedError) as error:
                if not _elsewhere(error):
                    raise
                chosen.rest(_asked_pause_s(error))
                if attempt >= self._most:
                    raise
            except (BrokenOffError, TimeoutError):  # within the sound: the caller begins again
                chosen.rest(None)
                raise
            else:
                chosen.failures = 0
                return result

    async def close(self) -> None:
        """Close the connections."""
        for each in self._servers:
            await each.server.close()

    async def _next(self) -> Server:
        """The least busy one that does not rest; when all do, the first that is rested."""
        while True:
            now_s = time.monotonic()
            awake = [server for server in self._servers if server.rests_until_s <= now_s]
            if awake:
                return min(awake, key=lambda server: server.outstanding)
            await asyncio.sleep(min(server.rests_until_s for server in self._servers) - now_s)


def _elsewhere(error: UnreachableError | RefusedError) -> bool:
    """Whether another server may do what this one does not."""
    return isinstance(error, UnreachableError) or error.status == 429 or error.status >= 500


def _asked_pause_s(error: UnreachableError | RefusedError) -> float | None:
    """What the server asks for, in seconds; None where it says nothing."""
    return error.pause_s if isinstance(error, RefusedError) else None
