"""What is read: episodes, runs, references to clips."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from podloom.db import tables
from podloom.db.records import RunRecord
from podloom.db.rows import episode_of, record_of
from podloom.domain import Benchmark, Episode, EpisodeRecord, EpisodeRequest
from podloom.errors import RequestError


async def load_episode(connection: AsyncConnection, episode_id: str) -> EpisodeRecord:
    """The whole record; the transaction must see one state of all tables.

    Raises:
        RequestError: There is no such episode.
    """
    episodes, runs = tables.episodes, tables.runs
    query = select(episodes, runs.c.request).join(runs).where(episodes.c.id == episode_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise RequestError(f"there is no episode {episode_id!r}; `podloom list` shows those there are")
    episode = row._asdict()
    queries = _parts(episode_id, episode["run_id"])
    parts = {name: await _rows(connection, query) for name, query in queries.items()}
    return record_of(episode, episode["request"], parts)


def _parts(episode_id: str, run_id: str) -> dict[str, Select[Any]]:
    chapters, segments, sources = tables.chapters, tables.segments, tables.episode_sources
    clips, texts = tables.clips, tables.sources
    timings, counters = tables.stage_timings, tables.counters
    return {
        "chapters": select(chapters).where(chapters.c.episode_id == episode_id).order_by(chapters.c.position),
        "segments": select(segments, clips.c.path, clips.c.duration_s, clips.c.sample_rate)
        .join(clips)
        .where(segments.c.episode_id == episode_id)
        .order_by(segments.c.position),
        "sources": select(sources, texts.c.language, texts.c.text)
        .join(texts)
        .where(sources.c.episode_id == episode_id)
        .order_by(sources.c.position),
        "stage_timings": select(timings).where(timings.c.run_id == run_id).order_by(timings.c.position),
        "counters": select(counters).where(counters.c.run_id == run_id).order_by(counters.c.name),
    }


async def list_episodes(connection: AsyncConnection, limit: int, podcast: str | None) -> list[Episode]:
    """Newest first."""
    episodes = tables.episodes
    query = select(episodes).order_by(episodes.c.published_at.desc(), episodes.c.id).limit(limit)
    if podcast is not None:
        query = query.where(episodes.c.podcast == podcast)
    return [episode_of(row) for row in await _rows(connection, query)]


async def find_run(connection: AsyncConnection, run_id: str) -> RunRecord | None:
    """The run of that id."""
    rows = await _rows(connection, select(tables.runs).where(tables.runs.c.id == run_id))
    return _run_of(rows[0]) if rows else None


async def run_folders(connection: AsyncConnection) -> set[str]:
    """Where runs write or have put their episodes."""
    return set((await connection.execute(select(tables.runs.c.folder).distinct())).scalars())


async def resumable_runs(connection: AsyncConnection) -> list[RunRecord]:
    """Runs that did not end well and whose episode no later run has made, newest first."""
    runs, later = tables.runs, tables.runs.alias("later")
    made = exists().where(
        later.c.state == "done",
        later.c.started_at >= runs.c.started_at,
        later.c.request_digest == runs.c.request_digest,
    )
    query = select(runs).where(runs.c.state != "done", ~made).order_by(runs.c.started_at.desc(), runs.c.id)
    return [_run_of(row) for row in await _rows(connection, query)]


async def count_episodes(connection: AsyncConnection) -> int:
    """Of all shows."""
    return (await connection.execute(select(func.count()).select_from(tables.episodes))).scalar_one()


async def referenced_clips(connection: AsyncConnection, since: datetime | None) -> set[str]:
    """Digests of the clips that saved episodes are made of, of those published since then."""
    query = select(tables.segments.c.clip).distinct()
    if since is not None:
        published = since.astimezone(UTC).isoformat(timespec="seconds")  # as it is stored
        query = query.join(tables.episodes).where(tables.episodes.c.published_at >= published)
    return set((await connection.execute(query)).scalars())


async def list_benchmarks(
    connection: AsyncConnection, name: str, machine: str, limit: int
) -> list[Benchmark]:
    """Newest first."""
    made = tables.benchmarks
    query = select(made).where(made.c.name == name, made.c.machine == machine)
    rows = await _rows(connection, query.order_by(made.c.made_at.desc(), made.c.id).limit(limit))
    return [Benchmark(**{**row, "made_at": _in_utc(row["made_at"])}) for row in rows]


async def _rows(connection: AsyncConnection, query: Select[Any]) -> list[dict[str, Any]]:
    return [row._asdict() for row in await connection.execute(query)]


def _run_of(row: dict[str, Any]) -> RunRecord:
    return RunRecord(
        id=row["id"],
        state=row["state"],
        error=row["error"],
        request=EpisodeRequest.model_validate(row["request"]),
        folder=row["folder"],
        episode_id=row["episode_id"],
        started_at=_in_utc(row["started_at"]),
        finished_at=_in_utc(row["finished_at"]) if row["finished_at"] else None,
    )


def _in_utc(moment: datetime) -> datetime:
    """SQLite forgets the zone, which is always UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
