"""Slots that all machines of a fleet share: at most so many holders, the most urgent waiter next.

For speech servers with a limit. A process asks for one slot per clip it is about to make and orders its own
clips itself; slots only decide between processes. A holder that dies gives its slot back when its lease ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable

from podloom.cache.redis import RedisBackend
from podloom.errors import StorageError

# KEYS: holders (token to end of lease), waiters (token to rank), waiters' leases, sequence.
# ARGV: token, limit, holder's lease ms, priority, waiter's lease ms. The server's clock: no skew.
TAKE = """
local H, W, L, S = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local token, limit, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local priority, patience = tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('zremrangebyscore', H, '-inf', now)
if redis.call('zscore', H, token) then return 1 end
for _, dead in ipairs(redis.call('zrangebyscore', L, '-inf', now)) do
  redis.call('zrem', W, dead)
  redis.call('zrem', L, dead)
end
if not redis.call('zscore', W, token) then
  redis.call('zadd', W, priority * 10000000000 + redis.call('incr', S), token)
end
redis.call('zadd', L, now + patience, token)
local taken = redis.call('zrank', W, token) < limit - redis.call('zcard', H)
if taken then
  redis.call('zrem', W, token)
  redis.call('zrem', L, token)
  redis.call('zadd', H, now + lease, token)
end
for _, key in ipairs(KEYS) do redis.call('pexpire', key, math.max(lease, patience) * 10) end
return taken and 1 or 0"""
RENEW = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = redis.call('zscore', KEYS[1], ARGV[1])
if not ends or tonumber(ends) < now then return 0 end
redis.call('zadd', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
for _, key in ipairs(KEYS) do redis.call('pexpire', key, tonumber(ARGV[2]) * 10) end
return 1"""
LEAVE = "for i = 1, 3 do redis.call('zrem', KEYS[i], ARGV[1]) end return 1"
FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 0.25
TIMEOUT_S = 3.0
"""Of one call: a line that waits for its turn loses nothing by it, unlike one that looks into the cache."""
PATIENCE_S = 10.0
"""Longest wait for a server that is restarted or overrun, before a process goes on by itself."""
log = logging.getLogger(__name__)


class RedisSlots:
    """At most `limit` holders of `name` at a time, lower priority numbers first, then in order of asking."""

    def __init__(
        self,
        backend: RedisBackend,
        name: str,
        limit: int,
        *,
        lease_s: float = 15.0,
        patience_s: float = PATIENCE_S,
        on_trouble: Callable[[StorageError], None] = lambda _: None,
    ) -> None:
        self._backend = backend.patient(TIMEOUT_S)
        self._name = name
        self._patience_s = patience_s
        self._silent_since_s: float | None = None
        self._warned = False
        self._limit = limit
        self._lease_ms = int(lease_s * 1000)
        self._on_trouble = on_trouble
        # In braces: a cluster keeps the four on one node.
        self._keys = [f"{{{backend.prefix}slots:{name}}}:{part}" for part in ("held", "wait", "lease", "seq")]

    @contextlib.asynccontextmanager
    async def slot(self, priority: int = 1) -> AsyncIterator[None]:
        """Hold a slot while the block runs. Without Redis everybody has one, after a while; that is said."""
        token = secrets.token_hex(8)
        try:
            await self._wait(token, priority)
        except asyncio.CancelledError:
            await self._leave(token)
            raise
        beating = asyncio.create_task(self._beat(token))
        try:
            yield
        finally:
            beating.cancel()
            await self._leave(token)

    async def close(self) -> None:
        """Close the connections."""
        await self._backend.close()

    async def _wait(self, token: str, priority: int) -> None:
        pause_s = FIRST_PAUSE_S
        while not await self._take(token, priority):
            await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))
            pause_s = min(pause_s * 1.6, LONGEST_PAUSE_S)

    async def _take(self, token: str, priority: int) -> bool:
        """Whether the slot is ours; asked twice with one token, it is taken once."""
        lease_ms = self._lease_ms
        try:
            taken = await self._backend.run_script(
                TAKE, self._keys, [token, self._limit, lease_ms, priority, lease_ms]
            )
        except StorageError as error:
            return self._alone(error)
        self._silent_since_s = None
        return bool(taken)

    def _alone(self, error: StorageError) -> bool:
        """Whether the server has been silent for so long that everybody goes on; said once."""
        now_s = time.monotonic()
        if self._silent_since_s is None:
            self._silent_since_s = now_s
        if now_s - self._silent_since_s < self._patience_s:
            return False
        self._on_trouble(error)
        if not self._warned:
            self._warned = True
            log.warning(
                "%s; the bound of %d calls of %s holds for this process alone until it does",
                error,
                self._limit,
                self._name,
            )
        return True

    async def _beat(self, token: str) -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3000)
            await self._ask(RENEW, token, self._lease_ms)

    async def _leave(self, token: str) -> None:
        await self._ask(LEAVE, token)

    async def _ask(self, script: str, *arguments: str | int) -> None:
        """What fails here, the end of a lease mends."""
        try:
            await self._backend.run_script(script, self._keys, arguments)
        except StorageError as error:
            self._on_trouble(error)
