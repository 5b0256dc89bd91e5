"""What killed runs leave in output folders, and what is still being written there."""

import os
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest

from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings, generate_podcast_async
from podloom.cache.opening import open_cache
from podloom.settings import CacheSettings
from podloom.stages import cleaning, publish
from podloom.stages.cleaning import SCRATCH_S, clean
from podloom.stages.folder import open_partial
from podloom.stages.opening import open_studio
from podloom.telemetry import Telemetry


class WeekAgo(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(days=7)


@pytest.fixture
def asked(tmp_path):
    return EpisodeRequest(
        sources=(TREES,),
        title="Trees",
        minutes=0.5,
        engine="tone",
        writer="offline",
        music=False,
        out=str(tmp_path / "out"),
    )


def age(folder, seconds):
    """As if nobody had touched it for so long."""
    for path in (*folder.iterdir(), folder):
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


async def test_a_copy_of_a_run_that_was_taken_for_dead_leaves_the_others_folder_alone(asked):
    settings = Settings()
    async with AsyncExitStack() as resumed:
        async with open_studio(asked, settings, Telemetry(), run_id="run-1") as first:
            second = await resumed.enter_async_context(
                open_studio(asked, settings, Telemetry(), run_id="run-1")
            )
            (first.run.partial / "raw.mp3").write_bytes(b"first")
            (second.run.partial / "raw.mp3").write_bytes(b"second")
        assert not first.run.partial.exists()
        assert (second.run.partial / "raw.mp3").read_bytes() == b"second"
    assert not second.run.partial.exists()


@pytest.mark.parametrize(("days", "left"), [(0, True), (8, True), (6, False)])
async def test_clips_of_an_episode_are_kept_for_as_long_as_the_settings_say(asked, monkeypatch, days, left):
    monkeypatch.setattr(publish, "datetime", WeekAgo)
    monkeypatch.setattr(cleaning, "GRACE_S", 0.0)
    settings = Settings(cache=CacheSettings(clips_kept_days=days))
    await generate_podcast_async(asked, settings=settings, orchestration="inline")
    cache = open_cache(settings)
    await cache.clear()  # what it remembers has ended by then
    await cache.close()
    assert ((await clean(settings))["clips"] == 0) is left


async def test_what_a_killed_copy_left_is_removed_though_another_has_finished_the_run(asked, tmp_path):
    episode = await generate_podcast_async(asked, settings=Settings(), orchestration="inline")
    left, fresh = (open_partial(tmp_path / "out", episode.run_id) for _ in range(2))
    for folder in (left, fresh):
        (folder / "raw.mp3").touch()
    age(left, SCRATCH_S + 60)
    age(fresh, SCRATCH_S - 60)
    assert (await clean(Settings()))["partials"] == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [fresh.name, "trees"]
