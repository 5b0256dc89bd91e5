"""Which cache and which clip store the settings ask for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from podloom.cache.backend import Backend
from podloom.cache.clips import Clips, ClipStore
from podloom.cache.files import FileBackend
from podloom.cache.protocol import Cache
from podloom.cache.tiers import TieredCache
from podloom.errors import SettingsError, StorageError
from podloom.settings import Settings

if TYPE_CHECKING:
    from podloom.cache.slots import RedisSlots

CLIP_MARGIN_S = 3600
"""Clips in Redis outlive the entries that point to them."""


def open_cache(
    settings: Settings,
    on_count: Callable[[str], None] = lambda _: None,
    on_note: Callable[[str], None] = lambda _: None,
) -> TieredCache:
    """Redis when there is a URL, else files below `settings.home`. Nothing is connected yet.

    `on_count` gets "cache.<tier>.hit", .miss, .error or .wait for each; `on_note` what a person should know.

    Raises:
        SettingsError: Clips are wanted in Redis, and there is no URL.
        StorageError: The URL is malformed, or `settings.home` cannot be written.
    """
    url = settings.cache.redis_url.get_secret_value()
    if settings.cache.clips_in_redis and not url:
        raise SettingsError(
            "PODLOOM_CACHE_CLIPS_IN_REDIS is set, but PODLOOM_CACHE_REDIS_URL is empty; set both or none"
        )
    _check_home(settings)
    return TieredCache(_backend(url, settings), settings.cache, on_count=on_count, on_note=on_note)


def open_clips(settings: Settings, cache: Cache) -> Clips:
    """The clip store beside that cache."""
    if not (settings.cache.clips_in_redis and isinstance(cache, TieredCache)):
        return ClipStore(settings.clip_folder)
    from podloom.cache.redis import RedisBackend  # noqa: PLC0415 - 0.2 s, only with a Redis
    from podloom.cache.redis_clips import RedisClipStore  # noqa: PLC0415 - as above

    if not isinstance(cache.backend, RedisBackend):
        return ClipStore(settings.clip_folder)
    return RedisClipStore(
        settings.clip_folder,
        cache.backend,
        ttl_s=settings.cache.tts_ttl_s + CLIP_MARGIN_S,
        on_trouble=partial(cache.trouble, "tts"),
    )


def open_slots(cache: Cache, name: str, limit: int) -> RedisSlots | None:
    """A bound that holds across processes and machines; None without Redis: each process has its own."""
    from podloom.cache.redis import RedisBackend  # noqa: PLC0415 - 0.3 s
    from podloom.cache.slots import RedisSlots  # noqa: PLC0415 - as above

    if not (isinstance(cache, TieredCache) and isinstance(cache.backend, RedisBackend)):
        return None
    return RedisSlots(cache.backend, name, limit, on_trouble=partial(cache.trouble, "tts"))


def _backend(url: str, settings: Settings) -> Backend:
    if not url:
        return FileBackend(settings.home / "cache")
    from podloom.cache.redis import RedisBackend  # noqa: PLC0415 - 0.3 s

    return RedisBackend(url)


def _check_home(settings: Settings) -> None:
    """Write and delete a file: permissions do not tell of a read-only or a full disk."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home) as file:
            file.write(b"room?")
    except OSError as error:
        raise StorageError(
            f"PODLOOM_HOME: the folder {settings.home} cannot be written ({error.strerror}); set it to"
            " one that can"
        ) from error
