"""Clips of machines that share a Redis and no disk."""

# ruff: noqa: ASYNC240 - small files

from pathlib import Path

import numpy as np
import pytest
import redis

from podloom.cache import clips
from podloom.cache.opening import open_cache, open_clips
from podloom.cache.recent import Recent
from podloom.errors import StorageError
from podloom.settings import CacheSettings, Settings

RATE = 24_000
TONE = (0.3 * np.sin(np.arange(RATE) / 20)).astype(np.float32)


@pytest.fixture
async def machines(own_valkey, tmp_path, monkeypatch):
    """The clip stores of two machines."""
    monkeypatch.setattr(clips, "_recent", Recent(0))  # they share no memory
    settings = [
        Settings(home=tmp_path / name, cache=CacheSettings(redis_url=own_valkey.url, clips_in_redis=True))
        for name in ("here", "there")
    ]
    caches = [open_cache(each) for each in settings]
    yield [open_clips(each, cache) for each, cache in zip(settings, caches, strict=True)]
    for cache in caches:
        await cache.close()


async def test_a_clip_made_here_is_read_there(machines, tmp_path):
    here, there = machines
    clip = await here.put(TONE, RATE)
    samples, rate = await there.read(clip.sha256)
    assert rate == RATE
    assert np.array_equal(samples, (await here.read(clip.sha256))[0])
    found = await there.get(clip.sha256)
    assert found.path.startswith(str(tmp_path / "there"))
    assert Path(found.path).read_bytes() == Path(clip.path).read_bytes()


async def test_a_clip_lives_longer_than_its_entry(machines, own_valkey):
    clip = await machines[0].put(TONE, RATE)
    with redis.Redis.from_url(own_valkey.url) as server:
        assert server.ttl(f"podloom:1:clip:{clip.sha256}") > CacheSettings().tts_ttl_s


async def test_a_clip_that_is_damaged_in_redis_is_missing_and_deleted(machines, own_valkey):
    here, there = machines
    clip = await here.put(TONE, RATE)
    with redis.Redis.from_url(own_valkey.url) as server:
        server.setrange(f"podloom:1:clip:{clip.sha256}", 2000, "damage")
        assert await there.get(clip.sha256) is None
        assert not server.exists(f"podloom:1:clip:{clip.sha256}")
    with pytest.raises(StorageError):
        await there.read(clip.sha256)
    assert await there.put(TONE, RATE) is not None
    assert await there.get(clip.sha256) is not None


async def test_without_the_server_each_works_on_its_own_files(machines, own_valkey):
    here, there = machines
    own_valkey.kill()
    clip = await here.put(TONE, RATE)
    assert await here.get(clip.sha256) == clip
    assert await there.get(clip.sha256) is None


async def test_cleaning_is_of_this_machines_files(machines):
    here, there = machines
    clip = await here.put(TONE, RATE)
    assert await here.clean(set(), older_than_s=-1) == 1
    assert await there.get(clip.sha256) is not None


async def test_without_the_setting_clips_are_files_only(own_valkey, tmp_path):
    settings = Settings(home=tmp_path, cache=CacheSettings(redis_url=own_valkey.url))
    cache = open_cache(settings)
    await open_clips(settings, cache).put(TONE, RATE)
    with redis.Redis.from_url(own_valkey.url) as server:
        assert server.keys() == []
    await cache.close()
