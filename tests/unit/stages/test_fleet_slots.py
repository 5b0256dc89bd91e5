"""Which engines share their bound with other processes."""

import pytest
from pydantic import SecretStr

from podloom.cache.opening import open_cache
from podloom.settings import CacheSettings, Settings, SpeechSettings
from podloom.stages.opening import fleet_slots
from podloom.tts.openai import OpenAISpeechEngine
from podloom.tts.tone import ToneEngine


async def keys(tmp_path, urls, redis_url="redis://nowhere:1/0"):
    """By engine name, what its slots are kept under; nothing is connected."""
    settings = Settings(
        home=tmp_path,
        speech=SpeechSettings(base_url=urls, remote_concurrency=9),
        cache=CacheSettings(redis_url=SecretStr(redis_url)),
    )
    cache = open_cache(settings)
    found = fleet_slots(settings, [OpenAISpeechEngine(settings), ToneEngine(settings)], cache)
    await cache.close()
    for slots in found.values():
        assert slots._limit == 9
        await slots.close()
    return {engine.name: slots._keys for engine, slots in found.items()}


async def test_those_that_are_asked_elsewhere_whichever_server_is_named_first(tmp_path):
    both = await keys(tmp_path, "http://a/v1,http://b/v1")
    assert list(both) == ["openai"]  # cores are each process's own
    assert await keys(tmp_path, "http://b/v1, http://a/v1") == both
    assert await keys(tmp_path, "http://a/v1") != both


@pytest.mark.parametrize("urls", ["", "http://a/v1"])
async def test_without_redis_none(tmp_path, urls):
    assert await keys(tmp_path, urls, redis_url="") == {}
