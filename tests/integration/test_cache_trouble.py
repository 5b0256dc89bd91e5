"""A cache whose Valkey dies, hangs, is full or does not let us in: it costs speed, never a result."""

import asyncio
import time

import pytest
import redis

from fixtures.cached import maker, must_not_make
from podloom.cache.opening import open_cache
from podloom.cache.redis import RedisBackend
from podloom.errors import SettingsError, StorageError
from podloom.settings import CacheSettings, Settings


@pytest.fixture
async def fragile(own_valkey, tmp_path, counts):
    notes = []
    settings = Settings(home=tmp_path, cache=CacheSettings(redis_url=own_valkey.url))
    cache = open_cache(settings, counts.add, notes.append)
    cache.notes = notes
    await cache.put("tts", "before", b"before")
    yield cache
    await cache.close()


async def use(cache, times=100):
    """So many keys, ten at a time; every one must be had."""
    gate = asyncio.Semaphore(10)

    async def one(number):
        async with gate:
            return await cache.get_or_make("tts", f"k{number}", maker(b"%d" % number))

    made = await asyncio.gather(*(one(number) for number in range(times)))
    assert [each.value for each in made] == [b"%d" % number for number in range(times)]
    return made


@pytest.mark.parametrize("trouble", ["kill", "hang"])
async def test_a_server_that_dies_or_hangs_costs_no_result(fragile, own_valkey, counts, caplog, trouble):
    getattr(own_valkey, trouble)()
    made = await use(fragile)
    assert not any(each.hit for each in made)
    assert counts["cache.tts.error"] > 0
    assert counts["cache.tts.miss"] == 100
    assert fragile.backend.breaker.trips >= 1
    # Of more than 400 calls only the first ones and a probe now and then reached for the server.
    assert fragile.backend.breaker.failures < 40
    assert len(fragile.notes) == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "PODLOOM_CACHE_REDIS_URL" in caplog.text


@pytest.mark.parametrize("trouble", ["kill", "hang"])
async def test_a_server_that_comes_back_is_used_again(fragile, own_valkey, trouble):
    fragile.backend.breaker.cooldown_s = 0.05
    getattr(own_valkey, trouble)()
    await use(fragile, 20)
    own_valkey.start() if trouble == "kill" else own_valkey.go_on()
    deadline = time.monotonic() + 20
    while not (await fragile.get_or_make("tts", "after", maker())).hit:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_full_server_costs_no_result_and_still_answers(fragile, own_valkey, counts):
    import redis

    await fragile.backend.close()
    fragile.backend = fragile.backend.patient(60)  # however slow the machine is, no answer is too late
    with redis.Redis.from_url(own_valkey.url) as server:
        server.config_set("maxmemory-policy", "noeviction")
        server.config_set("maxmemory", "1")
    made = await use(fragile)
    assert not any(each.hit for each in made)
    assert counts["cache.tts.error"] > 0
    assert await fragile.get("tts", "before") == b"before"
    assert fragile.backend.breaker.trips == 0
    assert len(fragile.notes) == 1
    assert "OOM" in fragile.notes[0]


async def test_a_damaged_entry_is_made_again(fragile, own_valkey):
    import redis

    with redis.Redis.from_url(own_valkey.url) as server:
        server.rpush("podloom:1:tts:key", "a list", "is no value")
    assert not (await fragile.get_or_make("tts", "key", maker())).hit
    assert (await fragile.get_or_make("tts", "key", must_not_make)).hit


async def test_what_a_person_asks_for_fails_aloud(fragile, own_valkey):
    own_valkey.kill()
    for call in (fragile.clear(), fragile.stats(), fragile.references(), fragile.check()):
        with pytest.raises(StorageError, match="PODLOOM_CACHE_REDIS_URL"):
            await call


async def test_a_wrong_password_is_one_sentence(own_valkey, tmp_path):
    import redis

    with redis.Redis.from_url(own_valkey.url) as server:
        server.config_set("requirepass", "right")
    url = own_valkey.url + "?password=hunter2"
    cache = open_cache(Settings(home=tmp_path, cache=CacheSettings(redis_url=url)))
    with pytest.raises(
        StorageError, match=r"\(PODLOOM_CACHE_REDIS_URL\) refused the user or password"
    ) as caught:
        await cache.check()
    assert "hunter2" not in str(caught.value)
    await cache.close()


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://host",
        "redis://user:hunter2@host:port/0",
        "redis://[host",
        "redis://:hun/ter2@h",
    ],
)
def test_a_wrong_address_is_one_sentence(tmp_path, url):
    with pytest.raises(
        StorageError, match=r"PODLOOM_CACHE_REDIS_URL is no address of a Redis server"
    ) as caught:
        open_cache(Settings(home=tmp_path, cache=CacheSettings(redis_url=url)))
    assert "hun" not in str(caught.value)


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"PODLOOM_HOME: the folder .*file/home cannot be written"):
        open_cache(Settings(home=tmp_path / "file" / "home"))


def test_clips_in_redis_need_a_redis(tmp_path):
    with pytest.raises(SettingsError, match="PODLOOM_CACHE_REDIS_URL is empty"):
        open_cache(Settings(home=tmp_path, cache=CacheSettings(clips_in_redis=True)))


@pytest.mark.parametrize(("again", "times"), [(True, 2), (False, 1)])
async def test_only_what_may_be_asked_twice_is(own_valkey, again, times):
    backend, asked = RedisBackend(own_valkey.url), []

    async def call(_server):
        asked.append(_server)
        raise redis.TimeoutError

    with pytest.raises(StorageError, match="TimeoutError"):
        await backend.ask(call, again=again)
    assert len(asked) == times
    await backend.close()


async def test_a_loop_that_was_late_is_no_server_that_is_away(own_valkey, tmp_path, counts):
    settings = Settings(home=tmp_path, cache=CacheSettings(redis_url=own_valkey.url))
    cache, again = open_cache(settings, counts.add), open_cache(settings, counts.add)
    keys = [f"k{number}" for number in range(20)]
    for key in keys:
        await cache.put("tts", key, b"made")
    looking = [asyncio.create_task(again.get_or_make("tts", key, must_not_make)) for key in keys]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    time.sleep(0.6)  # noqa: ASYNC251 - an import, a collection of garbage, a busy machine
    assert all(made.hit for made in await asyncio.gather(*looking))
    await cache.close()
    await again.close()
