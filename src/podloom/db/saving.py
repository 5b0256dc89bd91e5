"""The transactions that save an episode, and how a run ended."""

from __future__ import annotations

import json

from sqlalchemy import Delete, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from podloom.db import rows, tables
from podloom.db.upsert import upsert
from podloom.domain import EpisodeRecord, RunEnd

CHANNEL = "podloom_episode"
"""PostgreSQL tells its listeners on commit; the payload is {"episode": id, "run": id}."""


async def save_episode(connection: AsyncConnection, record: EpisodeRecord) -> None:
    """Insert or update all rows of the episode, and delete those that a longer one had left.

    Three statements on PostgreSQL. The first one locks the episode's row, so that a second writer of the same
    episode waits there, and the deletions of the last one see everything that the first writer committed.
    """
    await upsert(
        connection,
        [
            (tables.podcasts, [{"title": record.episode.podcast}]),
            (tables.runs, [rows.run_row(record)]),
            (tables.episodes, [rows.episode_row(record)]),
        ],
    )
    await upsert(
        connection,
        [
            (tables.clips, rows.clip_rows(record)),
            (tables.sources, rows.source_rows(record)),
            (tables.chapters, rows.chapter_rows(record)),
            (tables.segments, rows.segment_rows(record)),
            (tables.episode_sources, rows.episode_source_rows(record)),
            (tables.stage_timings, rows.timing_rows(record.episode.run_id, record.timings)),
            (tables.counters, rows.counter_rows(record.episode.run_id, record.counters)),
        ],
    )
    await _delete_surplus(connection, record)


async def save_end(connection: AsyncConnection, end: RunEnd) -> None:
    """The run's row with what it measured; the run may never have been noted before."""
    await upsert(connection, [(tables.runs, [rows.ended_run_row(end)])])
    await upsert(
        connection,
        [
            (tables.stage_timings, rows.timing_rows(end.run_id, end.timings)),
            (tables.counters, rows.counter_rows(end.run_id, end.counters)),
        ],
    )
    for deletion in _surplus_measures(end.run_id, len(end.timings), list(end.counters)):
        await connection.execute(deletion)


async def close_run(connection: AsyncConnection, end: RunEnd) -> bool:
    """The end of a run that nobody is at; whether it had none yet."""
    runs = tables.runs
    open_still = runs.c.id == end.run_id, runs.c.state.in_(("running", "waiting"))
    how = {"state": end.outcome, "error": end.error, "error_class": end.error_class}
    change = update(runs).where(*open_still).values(**how, finished_at=end.ended_at)
    return (await connection.execute(change)).rowcount > 0


async def _delete_surplus(connection: AsyncConnection, record: EpisodeRecord) -> None:
    deletions = surplus(record)
    if connection.dialect.name == "sqlite":
        for deletion in deletions:
            await connection.execute(deletion)
        return
    statement = notification(record)
    for index, deletion in enumerate(deletions):
        statement = statement.add_cte(deletion.cte(f"surplus_{index}"))
    await connection.execute(statement)


def surplus(record: EpisodeRecord) -> list[Delete]:
    """Deletions of the rows that are not in the record."""
    of_episode = {tables.segments: len(record.clips)}
    if not record.request.script:  # else the sources are those that the script was written from
        of_episode[tables.episode_sources] = len(record.sources)
    chapters = tables.chapters.c
    indices = [chapter.index for chapter in record.script.chapters]
    return [
        delete(tables.chapters).where(
            chapters.episode_id == record.episode.id, chapters.position.not_in(indices)
        ),
        *(
            delete(table).where(table.c.episode_id == record.episode.id, table.c.position >= count)
            for table, count in of_episode.items()
        ),
        *_surplus_measures(record.episode.run_id, len(record.timings), list(record.counters)),
    ]


def _surplus_measures(run_id: str, timings: int, counters: list[str]) -> list[Delete]:
    """Deletions of what an earlier attempt of the run had measured."""
    timed, counted = tables.stage_timings.c, tables.counters.c
    return [
        delete(tables.stage_timings).where(timed.run_id == run_id, timed.position >= timings),
        delete(tables.counters).where(counted.run_id == run_id, counted.name.not_in(counters)),
    ]


def notification(record: EpisodeRecord) -> Select[tuple[object]]:
    """Tell the listeners, when the transaction commits."""
    payload = json.dumps({"episode": record.episode.id, "run": record.episode.run_id})
    return select(func.pg_notify(CHANNEL, payload))
