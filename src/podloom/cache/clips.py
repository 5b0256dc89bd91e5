"""The clip store: audio by the digest of its samples, each clip once, written atomically and durably."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from podloom.cache import flac
from podloom.cache.recent import Recent
from podloom.domain import Clip
from podloom.errors import StorageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)
Samples: TypeAlias = "NDArray[np.float32]"
GRACE_S = 24 * 3600.0
NAME = re.compile(r"[0-9a-f]{64}")
_recent = Recent()


class Clips(Protocol):
    """Where clips are kept."""

    async def put(self, samples: Samples, sample_rate: int) -> Clip:
        """Keep mono samples of shape (frames,), from -1 to 1; it is on disk when this returns.

        Raises:
            AudioError: The samples are no audio.
            StorageError: The folder cannot be written or is full.
        """
        ...

    async def get(self, sha256: str) -> Clip | None:
        """The clip, checked; None when it is missing or damaged (it is deleted then)."""
        ...

    async def read(self, sha256: str) -> tuple[Samples, int]:
        """Samples from -1 to 1, and their rate.

        Raises:
            StorageError: It is missing or damaged.
        """
        ...

    async def clean(self, keep: Collection[str], *, older_than_s: float = GRACE_S) -> int:
        """Delete clips that are not in `keep` and were not put or got for so long; returns their number."""
        ...


class ClipStore:
    """Implements Clips in a folder: ab/abcd....flac."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, samples: Samples, sample_rate: int) -> Clip:
        """See Clips."""
        encoded = await asyncio.to_thread(flac.encode, samples, sample_rate)
        return await self.keep(encoded)

    async def keep(self, encoded: flac.Encoded) -> Clip:
        """Keep a clip that is encoded already."""
        return await asyncio.to_thread(self._keep, encoded)

    async def get(self, sha256: str) -> Clip | None:
        """See Clips."""
        return await asyncio.to_thread(self._get, sha256)

    async def read(self, sha256: str) -> tuple[Samples, int]:
        """See Clips."""
        return await asyncio.to_thread(self._read, sha256)

    async def clean(self, keep: Collection[str], *, older_than_s: float = GRACE_S) -> int:
        """See Clips."""
        return await asyncio.to_thread(self._clean, frozenset(keep), older_than_s)

    def _keep(self, encoded: flac.Encoded) -> Clip:
        path = self._path(encoded.sha256)
        if (clip := self._get(encoded.sha256)) is not None:
            return clip
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_durably(path, encoded.flac)
        header = flac.header(encoded.sha256, encoded.flac)
        if header is None:
            raise StorageError(f"clip {encoded.sha256[:12]} came damaged and was not kept")
        if encoded.pcm is not None:
            _recent.put(encoded.sha256, encoded.pcm, header.sample_rate)
        return self._clip(encoded.sha256, header)

    def _get(self, sha256: str) -> Clip | None:
        path = self._path(sha256)
        with self._explained():
            content = _bytes_of(path)
        if content is None:
            return None
        header = flac.header(sha256, content) if content else None
        if header is None:
            log.warning("clip %s is damaged; it will be made again", sha256[:12])
            path.unlink(missing_ok=True)
            return None
        _touch(path)
        return self._clip(sha256, header)

    def _read(self, sha256: str) -> tuple[Samples, int]:
        path = self._path(sha256)
        if (recent := _recent.take(sha256)) is not None:
            pcm, sample_rate = recent
            return flac.as_samples(pcm), sample_rate
        with self._explained():
            content = _bytes_of(path)
        decoded = flac.decode(sha256, content) if content else None
        if decoded is None:
            path.unlink(missing_ok=True)
            raise StorageError(
                f"clip {sha256[:12]} in {self.folder} is missing or damaged; run again, only it is made again"
            )
        return decoded

    def _clean(self, keep: frozenset[str], older_than_s: float) -> int:
        """Temporary files go too: what is older than the grace period has no writer any more."""
        count, now = 0, time.time()
        for path in self.folder.glob("??/*"):
            if path.stem not in keep and now - _changed(path, otherwise=now) > older_than_s:
                path.unlink(missing_ok=True)
                count += 1
        return count

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"the clip store {self.folder} cannot be used: {error.strerror}; free some room, or set"
                " PODLOOM_HOME to a folder that can be read and written"
            ) from error

    def _clip(self, sha256: str, header: flac.Header) -> Clip:
        return Clip(
            sha256=sha256,
            path=str(self._path(sha256)),
            duration_s=header.duration_s,
            sample_rate=header.sample_rate,
        )

    def _path(self, sha256: str) -> Path:
        if not NAME.fullmatch(sha256):
            raise StorageError(f"{sha256!r} is not the name of a clip (64 hexadecimal digits)")
        return self.folder / sha256[:2] / f"{sha256}.flac"


def _bytes_of(path: Path) -> bytes | None:
    """None when there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _touch(path: Path) -> None:
    """Begin the grace period anew; on a store that may only be read nothing is ever cleaned."""
    try:
        os.utime(path)
    except OSError as error:
        log.debug("the clip's age was not renewed: %s", error)


def _changed(path: Path, *, otherwise: float) -> float:
    """Time of the last change; `otherwise` when somebody has just deleted it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return otherwise


def _write_durably(path: Path, content: bytes) -> None:
    """Temporary file, fsync, rename: after a crash there is the whole file or none."""
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
