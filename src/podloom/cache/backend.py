"""What a place that remembers must be able to do; policy (tiers, counting, single flight) lies above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from podloom.cache.protocol import Tier

TIERS: tuple[Tier, ...] = ("structure", "script", "tts", "transcription")


@dataclass(frozen=True)
class Usage:
    """How much a tier holds."""

    entries: int = 0
    bytes: int = 0


class Leases(Protocol):
    """Short locks that end by themselves when their holder dies. Names are unique across processes."""

    async def take(self, name: str, token: str, lease_s: float) -> bool:
        """Whether `token` holds the lease now; False while somebody else does."""
        ...

    async def extend(self, name: str, token: str, lease_s: float) -> bool:
        """Hold it for `lease_s` from now; False when it was lost."""
        ...

    async def drop(self, name: str, token: str) -> None:
        """Give it back, if it is still held."""
        ...


class Backend(Leases, Protocol):
    """Bytes by tier and key. Every method raises StorageError when the place is in trouble."""

    where: str
    """For people: the place and the setting that chose it; no password."""

    async def read(self, tier: Tier, key: str) -> bytes | None:
        """The value; None when there is none, or it is too old or damaged (it is deleted then)."""
        ...

    async def write(self, tier: Tier, key: str, value: bytes, ttl_s: float) -> None:
        """Keep the value, whole or not at all."""
        ...

    async def remove(self, tier: Tier, key: str) -> None:
        """Forget the value."""
        ...

    async def clear(self, tier: Tier) -> int:
        """Forget the tier's entries; returns their number."""
        ...

    async def expire(self) -> int:
        """Delete what is too old and what nothing refers to; returns the number of entries and files."""
        ...

    async def usage(self, tier: Tier) -> Usage:
        """What the tier holds."""
        ...

    async def values(self, tier: Tier) -> list[bytes]:
        """All values of the tier that are alive."""
        ...

    async def add_counts(self, counts: Mapping[str, int]) -> None:
        """Add to the counts of the backend's lifetime."""
        ...

    async def counts(self) -> dict[str, int]:
        """The counts of the backend's lifetime."""
        ...

    async def close(self) -> None:
        """Close connections and files."""
        ...
