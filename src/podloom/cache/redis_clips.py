"""The clip store of a fleet without a shared disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

from podloom.cache import flac
from podloom.cache.clips import GRACE_S, ClipStore, Samples
from podloom.cache.redis import RedisBackend
from podloom.domain import Clip
from podloom.errors import StorageError


class RedisClipStore:
    """Clips of a fleet without a shared disk: every clip is in Redis too, and is fetched from there once.

    A machine always works on its own files. Redis in trouble, full or restarted therefore costs what the
    others have to make again, and nothing else.
    """

    def __init__(
        self, folder: Path, backend: RedisBackend, *, ttl_s: float, on_trouble: Callable[[StorageError], None]
    ) -> None:
        self._files = ClipStore(folder)
        self._backend = backend
        self._ttl_s = ttl_s
        self._on_trouble = on_trouble

    async def put(self, samples: Samples, sample_rate: int) -> Clip:
        """See Clips."""
        encoded = await asyncio.to_thread(flac.encode, samples, sample_rate)
        clip = await self._files.keep(encoded)
        await self._share(encoded)
        return clip

    async def get(self, sha256: str) -> Clip | None:
        """See Clips."""
        if (clip := await self._files.get(sha256)) is not None:
            return clip
        content = await self._fetch(sha256)
        if not content:
            return None
        if flac.header(sha256, content) is None:
            await self._forget(sha256)
            return None
        return await self._files.keep(flac.Encoded(sha256, content))

    async def read(self, sha256: str) -> tuple[Samples, int]:
        """See Clips."""
        await self.get(sha256)
        return await self._files.read(sha256)

    async def clean(self, keep: Collection[str], *, older_than_s: float = GRACE_S) -> int:
        """See Clips. Those in Redis end by themselves."""
        return await self._files.clean(keep, older_than_s=older_than_s)

    async def _share(self, encoded: flac.Encoded) -> None:
        name, ttl_ms = self._name(encoded.sha256), int(self._ttl_s * 1000)
        try:
            await self._backend.ask(lambda server: server.set(name, encoded.flac, px=ttl_ms))
        except StorageError as error:
            self._on_trouble(error)

    async def _fetch(self, sha256: str) -> bytes | None:
        try:
            content = await self._backend.ask(lambda server: server.get(self._name(sha256)), again=True)
        except StorageError as error:
            self._on_trouble(error)
            return None
        return content if isinstance(content, bytes) else None

    async def _forget(self, sha256: str) -> None:
        try:
            await self._backend.ask(lambda server: server.delete(self._name(sha256)))
        except StorageError as error:
            self._on_trouble(error)

    def _name(self, sha256: str) -> str:
        return f"{self._backend.prefix}clip:{sha256}"
