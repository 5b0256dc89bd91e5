"""The cache, on files and on a real Valkey: the same behaviour on both."""

# ruff: noqa: ASYNC110 - another process tells nobody

import asyncio
import json
import sys
import textwrap
from asyncio.subprocess import PIPE

import pytest

from fixtures.cached import maker, must_not_make
from podloom.cache.files import FileBackend
from podloom.cache.keys import cache_key
from podloom.cache.opening import open_cache
from podloom.cache.tiers import FLUSH_AFTER
from podloom.errors import ScriptError
from podloom.settings import CacheSettings, Settings

KEY = cache_key("tts", text="hello")
TIERS = ("structure", "script", "tts", "transcription")


@pytest.fixture
async def cache(cache_settings, counts):
    cache = open_cache(cache_settings, counts.add)
    yield cache
    await cache.close()


@pytest.mark.parametrize("value", [b"", b"\x00\xff", b"x" * 300_000], ids=["empty", "binary", "300 KB"])
async def test_a_value_comes_back(cache, value):
    assert await cache.get("tts", KEY) is None
    await cache.put("tts", KEY, value)
    assert await cache.get("tts", KEY) == value
    await cache.delete("tts", KEY)
    assert await cache.get("tts", KEY) is None


async def test_tiers_are_apart(cache):
    await cache.put("tts", KEY, b"clip")
    await cache.put("script", KEY, b"script")
    assert await cache.get("tts", KEY) == b"clip"
    assert await cache.clear("tts") == 1
    assert await cache.get("tts", KEY) is None
    assert await cache.get("script", KEY) == b"script"
    assert await cache.clear() == 1


async def test_it_is_made_once_and_counted(cache, counts):
    made = await cache.get_or_make("script", KEY, maker())
    again = await cache.get_or_make("script", KEY, must_not_make)
    assert (made.hit, again.hit, again.value) == (False, True, b"made")
    assert counts == {"cache.script.miss": 1, "cache.script.hit": 1}


async def test_an_error_of_the_maker_is_not_remembered(cache):
    async def fail():
        raise ScriptError("no")

    with pytest.raises(ScriptError):
        await cache.get_or_make("script", KEY, fail)
    assert not (await cache.get_or_make("script", KEY, maker())).hit


async def test_what_is_made_is_kept_however_often_its_maker_is_stopped(cache, monkeypatch):
    write, writing, go = cache.backend.write, asyncio.Event(), asyncio.Event()

    async def write_when_told(*args):
        writing.set()
        await go.wait()
        await write(*args)

    monkeypatch.setattr(cache.backend, "write", write_when_told)
    task = asyncio.create_task(cache.get_or_make("tts", KEY, maker()))
    await writing.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await cache.get("tts", KEY) == b"made"


async def test_lifetimes_come_from_the_settings(cache_settings):
    short = cache_settings.cache.model_copy(update={"structure_ttl_s": 0.001})
    cache = open_cache(cache_settings.model_copy(update={"cache": short}))
    for tier in TIERS:
        await cache.put(tier, KEY, b"value")
    while await cache.get("structure", KEY) is not None:
        await asyncio.sleep(0.001)
    assert [await cache.get(tier, KEY) for tier in TIERS[1:]] == [b"value"] * 3
    await cache.expire()
    assert [(tier.tier, tier.entries) for tier in await cache.stats()] == list(
        zip(TIERS, (0, 1, 1, 1), strict=True)
    )
    await cache.close()


async def test_hit_rates_outlive_a_run(cache_settings):
    for _ in range(2):
        cache = open_cache(cache_settings)
        await cache.get_or_make("tts", KEY, maker(b"12345"))
        await cache.close()
    cache = open_cache(cache_settings)
    stats = next(tier for tier in await cache.stats() if tier.tier == "tts")
    assert (stats.entries, stats.bytes, stats.hits, stats.misses) == (1, 5, 1, 1)
    assert "PODLOOM_" in await cache.check()
    await cache.close()


async def test_counts_are_kept_in_batches(cache, cache_settings):
    for _ in range(FLUSH_AFTER):
        await cache.get("tts", KEY)
    other = open_cache(cache_settings)
    assert sum(tier.misses for tier in await other.stats()) == FLUSH_AFTER
    await other.close()


async def test_references_are_the_digests_in_live_tts_entries(cache):
    first, second, third = ("a" * 64, "b" * 64, "c" * 64)
    await cache.put("tts", "1", json.dumps({"sha256": first}).encode())
    await cache.put("tts", "2", f"{second} {'d' * 65} {'e' * 63}".encode())
    await cache.put("script", "3", third.encode())
    assert await cache.references() == {first, second}


async def test_both_backends_hold_the_same_keys_and_bytes(tmp_path, redis_url):
    import redis

    caches = [
        open_cache(Settings(home=tmp_path)),
        open_cache(Settings(home=tmp_path, cache=CacheSettings(redis_url=redis_url))),
    ]
    for cache in caches:
        await cache.put("tts", KEY, b"\x00raw")
        await cache.close()
    files = FileBackend(tmp_path / "cache")
    with redis.Redis.from_url(redis_url) as server:
        assert server.keys() == [f"podloom:1:tts:{KEY}".encode()]
        assert server.get(f"podloom:1:tts:{KEY}") == await files.read("tts", KEY) == b"\x00raw"
        assert 86_000 < server.ttl(f"podloom:1:tts:{KEY}") <= 86_400
    await files.close()


# --- several processes ------------------------------------------------------------------------------

WORKER = """
    import asyncio, sys
    from pathlib import Path
    from podloom.cache.opening import open_cache
    from podloom.settings import load_settings

    log, callers, work_s = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])

    async def make():
        with log.open("a") as file:
            file.write("made\\n")
        print("making", flush=True)
        await asyncio.sleep(work_s)
        return b"value"

    async def main():
        cache = open_cache(load_settings())
        print("ready", flush=True)
        sys.stdin.readline()
        made = await asyncio.gather(*(cache.get_or_make("tts", "key", make) for _ in range(callers)))
        assert {each.value for each in made} == {b"value"}
        await cache.close()

    asyncio.run(main())
"""


@pytest.fixture
def start(cache_settings, monkeypatch, tmp_path):
    """Starts a process that asks for one key as often as told, and makes it for so many seconds."""
    monkeypatch.setenv("PODLOOM_HOME", str(cache_settings.home))
    monkeypatch.setenv("PODLOOM_CACHE_REDIS_URL", cache_settings.cache.redis_url.get_secret_value())
    monkeypatch.setenv("PODLOOM_CACHE_LEASE_S", "0.4")
    log = tmp_path / "made"
    log.touch()

    async def start(callers, work_s):
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            textwrap.dedent(WORKER),
            log,
            str(callers),
            str(work_s),
            stdin=PIPE,
            stdout=PIPE,
        )

    return start


async def begin(process):
    assert await process.stdout.readline() == b"ready\n"
    process.stdin.write(b"go\n")


async def test_processes_that_want_one_key_make_it_once(start, tmp_path):
    processes = [await start(20, 0.2) for _ in range(2)]
    await asyncio.gather(*(begin(process) for process in processes))
    assert [await process.wait() for process in processes] == [0, 0]
    assert (tmp_path / "made").read_text() == "made\n"


async def test_the_lease_of_a_killed_maker_runs_out(start, tmp_path, cache_settings):
    dying = await start(1, 600)
    await begin(dying)
    assert await dying.stdout.readline() == b"making\n"
    quick = cache_settings.cache.model_copy(update={"lease_s": 0.5})
    cache = open_cache(cache_settings.model_copy(update={"cache": quick}))
    waiting = asyncio.create_task(cache.get_or_make("tts", "key", maker(b"taken over")))
    await asyncio.sleep(0)
    dying.kill()
    await dying.wait()
    made = await asyncio.wait_for(waiting, 20)
    assert (made.value, made.hit) == (b"taken over", False)
    await cache.close()


async def test_a_living_maker_keeps_its_lease(start, tmp_path):
    """It works three times as long as its lease lasts."""
    first, second = await start(1, 1.2), await start(1, 1.2)
    await begin(first)
    assert await first.stdout.readline() == b"making\n"
    await begin(second)
    assert [await first.wait(), await second.wait()] == [0, 0]
    assert (tmp_path / "made").read_text() == "made\n"


async def test_processes_may_open_a_new_cache_at_the_same_time(tmp_path):
    caches = [FileBackend(tmp_path / "cache") for _ in range(12)]
    await asyncio.gather(*(each.write("tts", f"{n}", b"value", 60) for n, each in enumerate(caches)))
    assert (await caches[0].usage("tts")).entries == 12
    for each in caches:
        await each.close()
