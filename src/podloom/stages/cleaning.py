"""Clean-up: what no entry, no episode and no running run needs any more."""

from __future__ import annotations

import asyncio
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from podloom.cache.clips import GRACE_S
from podloom.cache.opening import open_cache, open_clips
from podloom.settings import Settings
from podloom.stages import shared
from podloom.stages.alive import clean_signs
from podloom.stages.folder import PARTIAL
from podloom.stages.live import clean_live
from podloom.stages.readings import clean_readings

SCRATCH_S = 24 * 3600.0
"""Temporary files and remembered mixes that nobody touched for so long are nobody's."""


async def clean(settings: Settings) -> dict[str, int]:
    """Remove expired entries, unreferenced clips, old mixes and what killed runs left; returns the counts.

    A running episode is safe: its clips are younger than the grace period or referred to by live entries, and
    its partial folder is being written to.

    Raises:
        StorageError: The database or the cache folder cannot be used.
    """
    cache = open_cache(settings)
    try:
        entries = await cache.expire() + await asyncio.to_thread(clean_readings, settings)
        database = await shared.database(settings)
        await database.forget_unused()
        kept = settings.cache.clips_kept_days
        since = datetime.now(UTC) - timedelta(days=kept) if kept else None
        keep = await cache.references() | await database.referenced_clips(since)
        clips = await open_clips(settings, cache).clean(keep, older_than_s=GRACE_S)
    finally:
        await cache.close()
    await asyncio.to_thread(clean_signs, settings.home)
    # Also of runs that are done: another attempt may have been killed before.
    folders = {Path(folder).parent for folder in await database.run_folders()}
    return {
        "entries": entries,
        "clips": clips,
        "mixes": await asyncio.to_thread(_clean_folders, settings.home / "mixes", "*"),
        "streams": await asyncio.to_thread(clean_live, settings),
        "partials": sum([await asyncio.to_thread(_clean_folders, f, f".*{PARTIAL}*") for f in folders]),
    }


def _clean_folders(parent: Path, pattern: str) -> int:
    """Delete folders in which nothing was touched lately."""
    if not parent.is_dir():
        return 0
    limit = time.time() - SCRATCH_S
    old = [folder for folder in parent.glob(pattern) if folder.is_dir() and _touched(folder) < limit]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _touched(folder: Path) -> float:
    return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
