"""Stage: the episode's rows, in one transaction."""

from __future__ import annotations

from podloom.domain import Clip, Episode, EpisodeRecord, Mix, Script
from podloom.stages.asking import settled
from podloom.stages.run import Run


async def save_episode(run: Run, episode: Episode, script: Script, mix: Mix) -> None:
    """Save everything about the episode; a replay leaves one copy.

    Raises:
        StorageError: The database cannot be written. The folder is whole all the same.
    """
    run.telemetry.report(stage="record", message="Recording the episode")
    assert run.database is not None  # begun before the first paid call
    await run.database.save_episode(await episode_record(run, episode, script, mix))


async def episode_record(run: Run, episode: Episode, script: Script, mix: Mix) -> EpisodeRecord:
    """All that the database keeps of this run."""
    return EpisodeRecord(
        episode=episode,
        request=settled(run.request),
        speakers=run.speakers,
        sources=run.documents,
        script=script,
        clips=tuple([await _clip(run, chapter, index) for chapter, index in _places(script)]),
        cues=mix.cues,
        timings=tuple(run.telemetry.timings),
        counters={name: float(value) for name, value in run.telemetry.counters.items()},
    )


def _places(script: Script) -> list[tuple[int, int]]:
    return [(segment.chapter, segment.index) for segment in script.segments]


async def _clip(run: Run, chapter: int, index: int) -> Clip:
    return await run.lines(chapter).known()[index].clip
