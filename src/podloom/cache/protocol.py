"""One cache protocol for Redis and for files, with tiers that live for different times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Tier = Literal["structure", "script", "tts", "transcription"]
Make = Callable[[], Awaitable[bytes]]
Fits = Callable[[bytes], bool]
"""Whether a value can be used by this version of Podloom."""


@dataclass(frozen=True)
class Made:
    """A value, and whether it was there already."""

    value: bytes
    hit: bool


class Cache(Protocol):
    """Bytes by tier and key. Trouble of the backend is a miss, never an error of the run."""

    async def get(self, tier: Tier, key: str) -> bytes | None:
        """The value, or None when it is not there, too old or damaged."""
        ...

    async def put(self, tier: Tier, key: str, value: bytes) -> None:
        """Keep the value for the tier's lifetime."""
        ...

    async def delete(self, tier: Tier, key: str) -> None:
        """Forget the value, e.g. because what it points to is gone."""
        ...

    async def get_or_make(self, tier: Tier, key: str, make: Make, fits: Fits = lambda _: True) -> Made:
        """The value, made once however many ask at the same time (single flight).

        One that does not fit, because an older or newer version wrote it, is forgotten and made again.
        """
        ...

    async def clear(self, tier: Tier | None = None) -> int:
        """Forget a tier, or all; returns the number of entries."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
