"""Files as a backend: a SQLite index, small values inside it, larger ones in files named by their digest.

Shared by all processes of a machine. Every value is checked against its digest when it is read; what is
damaged is deleted and counts as absent.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from podloom.cache.backend import Usage
from podloom.cache.index import Entry, Index
from podloom.cache.protocol import Tier
from podloom.errors import StorageError

T = TypeVar("T")
INLINE_BYTES = 32 * 1024
GRACE_S = 24 * 3600.0
"""Files that nothing refers to are left alone for so long: their row may be about to be written."""


class FileBackend:
    """Implements backend.Backend in a folder. One thread does all the work, in the order it was asked for."""

    def __init__(self, folder: Path, *, inline_bytes: int = INLINE_BYTES) -> None:
        self.where = f"the cache in {folder} (PODLOOM_HOME)"
        self._folder = folder
        self._values = folder / "values"
        self._inline_bytes = inline_bytes
        self._index: Index | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="podloom-cache")

    async def read(self, tier: Tier, key: str) -> bytes | None:
        """See Backend."""
        return await self._run(lambda index: self._read(index, tier, key))

    async def write(self, tier: Tier, key: str, value: bytes, ttl_s: float) -> None:
        """See Backend."""
        await self._run(lambda index: self._write(index, tier, key, value, ttl_s))

    async def remove(self, tier: Tier, key: str) -> None:
        """See Backend."""
        await self._run(lambda index: index.remove(tier, key))

    async def clear(self, tier: Tier) -> int:
        """See Backend. Values in files go with the next `expire`."""
        return await self._run(lambda index: index.clear(tier))

    async def expire(self) -> int:
        """See Backend."""
        return await self._run(lambda index: index.expire() + self._sweep(index))

    async def usage(self, tier: Tier) -> Usage:
        """See Backend."""
        return Usage(*await self._run(lambda index: index.usage(tier)))

    async def values(self, tier: Tier) -> list[bytes]:
        """See Backend."""
        return await self._run(
            lambda index: [value for entry in index.living(tier) if (value := self._value(entry)) is not None]
        )

    async def add_counts(self, counts: Mapping[str, int]) -> None:
        """See Backend."""
        await self._run(lambda index: index.add_counts(counts))

    async def counts(self) -> dict[str, int]:
        """See Backend."""
        return await self._run(lambda index: index.counts())

    async def take(self, name: str, token: str, lease_s: float) -> bool:
        """See Leases."""
        return await self._run(lambda index: index.take(name, token, lease_s))

    async def extend(self, name: str, token: str, lease_s: float) -> bool:
        """See Leases."""
        return await self._run(lambda index: index.extend(name, token, lease_s))

    async def drop(self, name: str, token: str) -> None:
        """See Leases."""
        await self._run(lambda index: index.drop(name, token))

    async def close(self) -> None:
        """See Backend."""

        def close() -> None:
            if self._index is not None:
                self._index.close()
                self._index = None

        await asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[Index], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)

    def _work(self, work: Callable[[Index], T]) -> T:
        try:
            try:
                return work(self._opened())
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError | sqlite3.IntegrityError):
                    raise
                self._start_anew()  # damaged: what it knew is lost, not the run
                return work(self._opened())
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"{self.where} cannot be used: {error}") from error

    def _opened(self) -> Index:
        if self._index is None:
            self._values.mkdir(parents=True, exist_ok=True)
            self._index = Index(self._folder / "index.db")
        return self._index

    def _start_anew(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None
        for name in ("index.db", "index.db-wal", "index.db-shm"):
            (self._folder / name).unlink(missing_ok=True)

    def _read(self, index: Index, tier: Tier, key: str) -> bytes | None:
        entry = index.entry(tier, key)
        if entry is None:
            return None
        value = self._value(entry)
        if value is None:
            index.remove(tier, key)
            if entry.value is None:
                self._path(entry.digest).unlink(missing_ok=True)
        return value

    def _value(self, entry: Entry) -> bytes | None:
        """None when it is missing or damaged."""
        value = entry.value
        if value is None:
            try:
                value = self._path(entry.digest).read_bytes()
            except FileNotFoundError:
                return None
        return value if hashlib.sha256(value).hexdigest() == entry.digest else None

    def _write(self, index: Index, tier: Tier, key: str, value: bytes, ttl_s: float) -> None:
        digest = hashlib.sha256(value).hexdigest()
        inline = len(value) <= self._inline_bytes
        if not inline:
            self._write_file(self._path(digest), value)
        index.keep(tier, key, Entry(digest, value if inline else None), size=len(value), ttl_s=ttl_s)

    def _write_file(self, path: Path, value: bytes) -> None:
        """Atomic. Without fsync: a file torn by a power cut fails its digest and is made again."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(value)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _sweep(self, index: Index) -> int:
        """Delete value files without a row, and temporary files of writers that died."""
        known, now, count = index.digests(), time.time(), 0
        for path in self._values.glob("*/*"):
            if path.name not in known and now - path.stat().st_mtime > GRACE_S:
                path.unlink(missing_ok=True)
                count += 1
        return count

    def _path(self, digest: str) -> Path:
        return self._values / digest[:2] / digest
