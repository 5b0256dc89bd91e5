"""Redis or Valkey as a backend, with a circuit breaker: a dead or hung server costs speed, not the run.

redis-py's defaults (10 retries, 5 s timeouts) would stall a run for 4 to 40 s a call; hence the options.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, TypeVar
from urllib.parse import urlsplit

import redis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from podloom.cache.backend import Usage
from podloom.cache.keys import SCHEMA_VERSION
from podloom.cache.protocol import Tier
from podloom.errors import StorageError

T = TypeVar("T")
SETTING = "PODLOOM_CACHE_REDIS_URL"
PREFIX = f"podloom:{SCHEMA_VERSION}:"
BATCH = 200
CONNECTIONS = 32
"""Of one backend; redis-py's own answer to one call too many is an error, which looks like a dead server."""
# Only the holder of the token may release or extend.
DROP = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
EXTEND = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
return 0"""


@dataclass
class Breaker:
    """Closed until `threshold` failures in a row; then open for `cooldown_s`, then one probe at a time."""

    threshold: int = 3
    cooldown_s: float = 5.0
    failures: int = 0
    trips: int = 0
    _probing: bool = False
    _opened_at: float = 0.0

    def allows(self) -> bool:
        """Whether a call may be tried now."""
        if self.failures < self.threshold:
            return True
        if self._probing or time.monotonic() - self._opened_at < self.cooldown_s:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """The server answered."""
        self.failures, self._probing = 0, False

    def failed(self) -> None:
        """The server did not answer."""
        self.failures += 1
        self._probing = False
        self.trips += self.failures == self.threshold
        if self.failures >= self.threshold:
            self._opened_at = time.monotonic()

    def abandoned(self) -> None:
        """The call was cancelled: it says nothing about the server, but the probe is free again."""
        self._probing = False


CONNECT_SHARE = 0.4
"""Of the time for a call: a server that is there accepts at once."""


class RedisBackend:
    """Implements backend.Backend. Entries end by themselves; keys are "podloom:<schema>:<tier>:<key>"."""

    def __init__(self, url: str, *, timeout_s: float = 0.5, prefix: str = PREFIX) -> None:
        self.breaker = Breaker()
        self.prefix = prefix
        self._url = url
        self._places = asyncio.Semaphore(CONNECTIONS)
        try:
            self.where = f"Redis at {_without_password(url)} ({SETTING})"
            self._redis: Redis = Redis.from_url(
                url,
                protocol=3,
                socket_connect_timeout=CONNECT_SHARE * timeout_s,
                socket_timeout=timeout_s,
                retry=Retry(NoBackoff(), 0),
                max_connections=CONNECTIONS,
            )
        except ValueError:  # its text may quote a part of the password
            raise StorageError(
                f"{SETTING} is no address of a Redis server; write redis://host:6379/0, rediss://host:6379/0"
                " or unix:///path"
            ) from None

    def patient(self, timeout_s: float) -> RedisBackend:
        """The same server with connections of its own, for calls that may wait for longer."""
        return RedisBackend(self._url, timeout_s=timeout_s, prefix=self.prefix)

    async def ask(self, call: Callable[[Redis], Awaitable[T]], *, again: bool = False) -> T:
        """The server's answer.

        Args:
            call: Asks the server.
            again: It may ask twice: time also runs out where this loop was late, not the server.

        Raises:
            StorageError: It has none, or was left alone because it had none a moment ago.
        """
        async with self._places:
            return await self._ask(call, again=again)

    async def _ask(self, call: Callable[[Redis], Awaitable[T]], *, again: bool) -> T:
        if not self.breaker.allows():
            raise StorageError(f"{self.where} did not answer and is left alone for a moment")
        try:
            answer = await self._answer(call, again=again)
        except redis.ResponseError as error:  # it is alive, but full, loading or read-only
            self.breaker.succeeded()
            raise StorageError(f"{self.where} refused a command: {error}") from error
        except (redis.RedisError, OSError) as error:
            self.breaker.failed()
            raise StorageError(self._sentence(error)) from error
        except BaseException:
            self.breaker.abandoned()
            raise
        self.breaker.succeeded()
        return answer

    async def _answer(self, call: Callable[[Redis], Awaitable[T]], *, again: bool) -> T:
        try:
            return await call(self._redis)
        except redis.TimeoutError:
            if not again:
                raise
            return await call(self._redis)

    async def run_script(self, script: str, keys: Sequence[str], arguments: Sequence[str | int]) -> Any:
        """What the Lua script returns; sent by its digest, and in full to a server that is new to it."""
        registered = self._redis.register_script(script)
        return await self.ask(lambda _: registered(keys=list(keys), args=list(arguments)))

    async def read(self, tier: Tier, key: str) -> bytes | None:
        """See Backend."""
        value: Any = await self.ask(lambda server: server.get(self._name(tier, key)), again=True)
        return bytes(value) if value is not None else None

    async def write(self, tier: Tier, key: str, value: bytes, ttl_s: float) -> None:
        """See Backend."""
        await self.ask(lambda server: server.set(self._name(tier, key), value, px=int(ttl_s * 1000)))

    async def remove(self, tier: Tier, key: str) -> None:
        """See Backend."""
        await self.ask(lambda server: server.delete(self._name(tier, key)))

    async def clear(self, tier: Tier) -> int:
        """See Backend."""
        names = await self._names(tier)
        for start in range(0, len(names), BATCH):
            await self.ask(methodcaller("unlink", *names[start : start + BATCH]))
        return len(names)

    async def expire(self) -> int:
        """The server does this by itself."""
        return 0

    async def usage(self, tier: Tier) -> Usage:
        """See Backend."""
        names = await self._names(tier)
        sizes: list[int] = [await self.ask(methodcaller("strlen", name)) for name in names]
        return Usage(len(names), sum(sizes))

    async def values(self, tier: Tier) -> list[bytes]:
        """See Backend."""
        names = await self._names(tier)
        found: list[bytes | None] = []
        for start in range(0, len(names), BATCH):
            found += await self.ask(methodcaller("mget", names[start : start + BATCH]))
        return [value for value in found if value is not None]

    async def add_counts(self, counts: Mapping[str, int]) -> None:
        """See Backend."""

        async def add(server: Redis) -> None:
            async with server.pipeline(transaction=False) as pipeline:
                for name, count in counts.items():
                    pipeline.hincrby(f"{self.prefix}counts", name, count)
                await pipeline.execute()

        await self.ask(add)

    async def counts(self) -> dict[str, int]:
        """See Backend."""
        found: dict[Any, Any] = await self.ask(lambda server: server.hgetall(f"{self.prefix}counts"))
        return {name.decode(): int(count) for name, count in found.items()}

    async def take(self, name: str, token: str, lease_s: float) -> bool:
        """See Leases."""
        lease_ms = int(lease_s * 1000)
        return bool(await self.ask(lambda server: server.set(self._lease(name), token, nx=True, px=lease_ms)))

    async def extend(self, name: str, token: str, lease_s: float) -> bool:
        """See Leases."""
        lease_ms = int(lease_s * 1000)
        return bool(await self.run_script(EXTEND, [self._lease(name)], [token, lease_ms]))

    async def drop(self, name: str, token: str) -> None:
        """See Leases."""
        await self.run_script(DROP, [self._lease(name)], [token])

    async def close(self) -> None:
        """See Backend."""
        await self._redis.aclose()

    async def _names(self, tier: Tier) -> list[bytes]:
        async def scan(server: Redis) -> list[bytes]:
            return [name async for name in server.scan_iter(match=self._name(tier, "*"), count=1000)]

        return await self.ask(scan)

    def _name(self, tier: Tier, key: str) -> str:
        return f"{self.prefix}{tier}:{key}"

    def _lease(self, name: str) -> str:
        return f"{self.prefix}lease:{name}"

    def _sentence(self, error: Exception) -> str:
        if isinstance(error.__cause__ or error.__context__ or error, redis.AuthenticationError):
            return f"{self.where} refused the user or password in that setting"
        return f"{self.where} does not answer ({type(error).__name__})"


def _without_password(url: str) -> str:
    """Scheme, host and path; never user, password or query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
