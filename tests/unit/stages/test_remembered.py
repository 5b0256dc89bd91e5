"""What another version of Podloom has remembered is made again, and fails no run."""

import json
import sqlite3
from contextlib import closing

import pytest

from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings
from podloom.cache.opening import open_cache
from podloom.pipeline import make_episode
from podloom.stages import assembly, shared
from podloom.stages.opening import open_studio
from podloom.telemetry import Telemetry


@pytest.fixture
async def make(tmp_path, monkeypatch):
    """Makes the episode; what was counted of the caches."""
    # However slow the machine is, a run that finds all its clips has them by then.
    monkeypatch.setattr(assembly, "PATIENCE_S", 60.0)
    asked = EpisodeRequest(
        sources=(TREES,),
        minutes=0.5,
        engine="tone",
        writer="offline",
        music=False,
        title="Trees",
        out=str(tmp_path / "out"),
    )

    async def made():
        telemetry = Telemetry()
        async with open_studio(asked, Settings(), telemetry) as studio:
            await make_episode(studio)
        return telemetry.counters

    yield made
    await shared.close()


async def rewrite(change):
    """Everything that is remembered, as another version would have written it."""
    home = Settings().home
    with closing(sqlite3.connect(home / "cache" / "index.db")) as index:
        entries = index.execute("select tier, key from entries").fetchall()
    cache = open_cache(Settings())
    for tier, key in entries:
        await cache.put(tier, key, change(await cache.get(tier, key)))
    await cache.close()
    for mix in home.glob("mixes/*/mix.json"):
        mix.write_bytes(change(mix.read_bytes()))


def with_more(value):
    return json.dumps(json.loads(value) | {"mood": "new"}).encode()


def with_less(value):
    return json.dumps(dict(list(json.loads(value).items())[1:])).encode()


@pytest.mark.parametrize("change", [with_more, with_less, lambda value: value[:-1]])
async def test_what_another_version_wrote_is_a_miss_and_made_again(make, change):
    first = await make()
    await rewrite(change)
    second = await make()
    for tier in ("structure", "script", "tts"):
        lookups = first[f"cache.{tier}.miss"]
        assert second[f"cache.{tier}.unusable"] == second[f"cache.{tier}.miss"] == lookups > 0, tier
    third = await make()
    assert {name for name in third if name.endswith((".miss", ".unusable"))} == set()
    assert third["cache.mix.hit"] == 1


async def test_a_mix_that_cannot_be_read_is_replaced_by_a_run_that_did_not_wait_for_it(make, monkeypatch):
    await make()
    await rewrite(with_more)
    monkeypatch.setattr(assembly, "PATIENCE_S", 0.0)
    assert "cache.mix.miss" not in await make()
    monkeypatch.setattr(assembly, "PATIENCE_S", 60.0)
    assert (await make())["cache.mix.hit"] == 1
