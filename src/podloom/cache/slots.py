"""Slots that all machines of a fleet share: at most so many holders, the most urgent waiter next.

For speech servers with a limit. A process asks for one slot per clip it is about to make and orders its own
clips itself; slots only decide between processes. A holder that dies gives its slot back when its lease ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
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


class RedisSlots:
    """At most `limit` holders of `name` at a time, lower priority numbers first, then in order of asking."""

    def __init__(
        self,
        backend: RedisBackend,
        name: str,
        limit: int,
        *,
        lease_s: float = 15.0,
        on_trouble: Callable[[StorageError], None] = lambda _: None,
    ) -> None:
        self._backend = backend
        self._limit = limit
        self._lease_ms = int(lease_s * 1000)
        self._on_trouble = on_trouble
        # In braces: a cluster keeps the four on one node.
        self._keys = [f"{{{backend.prefix}slots:{name}}}:{part}" for part in ("held", "wait", "lease", "seq")]

    @contextlib.asynccontextmanager
    async def slot(self, priority: int = 1) -> AsyncIterator[None]:
        """Hold a slot while the block runs. Without Redis everybody has one: trouble costs order only."""
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

    async def _wait(self, token: str, priority: int) -> None:
        pause_s = FIRST_PAUSE_S
        while not await self._ask(TAKE, token, self._limit, self._lease_ms, priority, self._lease_ms):
            await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))
            pause_s = min(pause_s * 1.6, LONGEST_PAUSE_S)

    async def _beat(self, token: str) -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3000)
            await self._ask(RENEW, token, self._lease_ms)

    async def _leave(self, token: str) -> None:
        await self._ask(LEAVE, token)

    async def _ask(self, script: str, *arguments: str | int) -> bool:
        """What the script says; True when there is no answer."""
        try:
            answer = await self._backend.run_script(script, self._keys, arguments)
        except StorageError as error:
            self._on_trouble(error)
            return True
        return bool(answer)
