"""The Cache on top of a backend: lifetimes, counting, single flight, and trouble turned into misses."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from podloom.cache.backend import TIERS, Backend, Usage
from podloom.cache.flight import SingleFlight, to_its_end
from podloom.cache.protocol import Fits, Made, Make, Tier
from podloom.errors import StorageError
from podloom.settings import CacheSettings

log = logging.getLogger(__name__)
DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
FLUSH_AFTER = 64
"""Counts are written to the backend in batches, so that a hit stays one round trip."""


@dataclass(frozen=True)
class TierStats:
    """A tier's contents, and how often it was asked since the backend was new."""

    tier: Tier
    entries: int
    bytes: int
    hits: int
    misses: int


class TieredCache:
    """Implements protocol.Cache. Tells `on_count` of "cache.tts.hit", .miss, .error, .wait and .unusable."""

    def __init__(
        self,
        backend: Backend,
        settings: CacheSettings,
        *,
        on_count: Callable[[str], None],
        on_note: Callable[[str], None],
    ) -> None:
        self.backend = backend
        self._lifetimes: dict[Tier, float] = {
            "structure": settings.structure_ttl_s,
            "script": settings.script_ttl_s,
            "tts": settings.tts_ttl_s,
            "transcription": settings.transcription_ttl_s,
        }
        self._wait_s = settings.wait_s
        self._on_count = on_count
        self._on_note = on_note
        self._pending: Counter[str] = Counter()
        self._warned = self._told_of_wait = False
        self._flights: dict[Tier, SingleFlight] = {
            tier: SingleFlight(
                backend,
                lease_s=settings.lease_s,
                wait_s=settings.wait_s,
                on_wait=partial(self._waits, tier),
                on_trouble=partial(self.trouble, tier),
            )
            for tier in TIERS
        }

    async def get(self, tier: Tier, key: str) -> bytes | None:
        """See protocol.Cache."""
        value = await self._read(tier, key)
        await self._looked_up(tier, hit=value is not None)
        return value

    async def put(self, tier: Tier, key: str, value: bytes) -> None:
        """See protocol.Cache."""
        try:
            await self.backend.write(tier, key, value, self._lifetimes[tier])
        except StorageError as error:
            self.trouble(tier, error)

    async def delete(self, tier: Tier, key: str) -> None:
        """See protocol.Cache."""
        try:
            await self.backend.remove(tier, key)
        except StorageError as error:
            self.trouble(tier, error)

    async def get_or_make(self, tier: Tier, key: str, make: Make, fits: Fits = lambda _: True) -> Made:
        """See protocol.Cache. An error of `make` reaches every caller that waited for it in this process."""

        async def make_and_keep() -> bytes:
            value = await make()
            await to_its_end(self.put(tier, key, value))
            return value

        async def read() -> bytes | None:
            value = await self._read(tier, key)
            if value is None or fits(value):
                return value
            self._on_count(f"cache.{tier}.unusable")
            await self.delete(tier, key)
            return None

        made = await self._flights[tier].fly(f"{tier}:{key}", read, make_and_keep)
        await self._looked_up(tier, hit=made.hit)
        return made

    async def clear(self, tier: Tier | None = None) -> int:
        """See protocol.Cache.

        Raises:
            StorageError: The backend cannot be reached: what a person asked for must not fail in silence.
        """
        return sum([await self.backend.clear(each) for each in ([tier] if tier else TIERS)])

    async def expire(self) -> int:
        """Delete entries that are too old; returns the number of entries and files.

        Raises:
            StorageError: The backend cannot be reached.
        """
        return await self.backend.expire()

    async def references(self) -> set[str]:
        """Digests of the clips that live entries refer to: every sha256 in hex that stands in a value.

        Raises:
            StorageError: The backend cannot be reached; an incomplete answer would delete clips in use.
        """
        values = await self.backend.values("tts")
        return {digest.decode() for value in values for digest in DIGEST.findall(value)}

    async def stats(self) -> list[TierStats]:
        """Contents and lifetime hit rates, one row a tier.

        Raises:
            StorageError: The backend cannot be reached.
        """
        await self._flush()
        counts = await self.backend.counts()
        usages: dict[Tier, Usage] = {tier: await self.backend.usage(tier) for tier in TIERS}
        return [
            TierStats(
                tier, usage.entries, usage.bytes, counts.get(f"{tier}.hit", 0), counts.get(f"{tier}.miss", 0)
            )
            for tier, usage in usages.items()
        ]

    async def check(self) -> str:
        """Where it remembers.

        Raises:
            StorageError: The backend cannot be used; the sentence names the setting.
        """
        await self.backend.counts()
        return self.backend.where

    async def close(self) -> None:
        """See protocol.Cache."""
        try:
            await self._flush()
        except StorageError:
            log.debug("the last cache counts were not kept", exc_info=True)
        await self.backend.close()

    async def _read(self, tier: Tier, key: str) -> bytes | None:
        try:
            return await self.backend.read(tier, key)
        except StorageError as error:
            self.trouble(tier, error)
            return None

    async def _looked_up(self, tier: Tier, *, hit: bool) -> None:
        outcome = "hit" if hit else "miss"
        self._on_count(f"cache.{tier}.{outcome}")
        self._pending[f"{tier}.{outcome}"] += 1
        if self._pending.total() >= FLUSH_AFTER:
            try:
                await self._flush()
            except StorageError as error:
                self.trouble(tier, error)

    async def _flush(self) -> None:
        pending, self._pending = self._pending, Counter()
        if pending:
            await self.backend.add_counts(pending)

    def _waits(self, tier: Tier, elsewhere: bool) -> None:  # noqa: FBT001 - the only thing it is told
        self._on_count(f"cache.{tier}.wait")
        if elsewhere and not self._told_of_wait:
            self._told_of_wait = True
            self._on_note(f"waiting for what another run is making, {self._wait_s:.0f} s at most each time")

    def trouble(self, tier: Tier, error: StorageError) -> None:
        """Count every time, warn once."""
        self._on_count(f"cache.{tier}.error")
        if not self._warned:
            self._warned = True
            log.warning("%s; going on without what is remembered there", error)
            self._on_note(f"{error}; went on without what is remembered there")
