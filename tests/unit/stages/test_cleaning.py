"""What killed runs leave in output folders, and what is still being written there."""

import os
from contextlib import AsyncExitStack

import pytest

from fixtures.trees import TREES
from podloom import EpisodeRequest, Settings, generate_podcast_async
from podloom.stages.cleaning import SCRATCH_S, clean
from podloom.stages.folder import open_partial
from podloom.stages.opening import open_studio
from podloom.telemetry import Telemetry


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


async def test_what_a_killed_copy_left_is_removed_though_another_has_finished_the_run(asked, tmp_path):
    episode = await generate_podcast_async(asked, settings=Settings(), orchestration="inline")
    left, fresh = (open_partial(tmp_path / "out", episode.run_id) for _ in range(2))
    for folder in (left, fresh):
        (folder / "raw.mp3").touch()
    age(left, SCRATCH_S + 60)
    age(fresh, SCRATCH_S - 60)
    assert (await clean(Settings()))["partials"] == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [fresh.name, "trees"]
