"""The record: what was made, from what, how long it took and what it cost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from podloom.db import alerts, loading, saving, stats, tables
from podloom.db.records import RecentRuns, RunRecord, RunStats, StatsBy
from podloom.db.rows import request_columns
from podloom.db.target import Target, is_lost
from podloom.db.upgrade import ensure_schema
from podloom.db.upsert import upsert
from podloom.domain import Alert, Benchmark, Episode, EpisodeRecord, EpisodeRequest, Reading, RunEnd
from podloom.domain.progress import count_of
from podloom.settings import Settings

T = TypeVar("T")
PAUSE_S = 0.2
"""Before a transaction is tried again: a server that restarts needs a moment."""


class Database:
    """PostgreSQL or SQLite, as the settings say; for one event loop, shared by its runs.

    Every method is one transaction, may be repeated, is tried twice when the connection is lost, and raises
    StorageError with one sentence when the database cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._target = Target(settings)
        self._engine: AsyncEngine | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Connect and bring the schema up to date; called by every other method, and free after the first."""
        async with self._opening:
            if self._engine is None:
                engine = self._target.engine()
                try:
                    with self._target.explained():
                        await ensure_schema(engine, self._target)
                except BaseException:
                    await engine.dispose()
                    raise
                self._engine = engine

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    async def check(self) -> str:
        """Where it is and how many episodes it holds, for people."""
        episodes = await self._transact(loading.count_episodes)
        kind = "SQLite" if self._target.is_sqlite else "PostgreSQL"
        return f"{kind}, {self._target.where}, {count_of(episodes, 'episode')}"

    async def begin_run(self, run_id: str, request: EpisodeRequest, folder: str) -> None:
        """Note that a run has begun, or begins again."""
        row = {
            "id": run_id,
            "state": "running",
            "error": "",
            **request_columns(request),
            "folder": folder,
            "finished_at": None,
        }
        await self._transact(lambda connection: upsert(connection, [(tables.runs, [row])]))

    async def end_run(self, end: RunEnd) -> None:
        """Keep how a run ended and what it measured, also of one that `begin_run` never noted."""
        await self._transact(lambda connection: saving.save_end(connection, end))

    async def close_run(self, end: RunEnd) -> bool:
        """Keep how a run ended that is taken for running or waiting, beside what it had measured.

        Returns:
            Whether it was.
        """
        return await self._transact(lambda connection: saving.close_run(connection, end))

    async def run(self, run_id: str) -> RunRecord | None:
        """The run of that id."""
        return await self._transact(lambda connection: loading.find_run(connection, run_id))

    async def run_folders(self) -> set[str]:
        """The folder of every run: the episode's, or the one that an unfinished run writes to."""
        return await self._transact(loading.run_folders)

    async def resumable_runs(self) -> list[RunRecord]:
        """Runs that began and did not end well, alive, waiting, killed, failed or cancelled; newest first.

        Without those whose request a later run has fulfilled.
        """
        return await self._transact(loading.resumable_runs)

    async def save_episode(self, record: EpisodeRecord) -> None:
        """Keep everything about a finished episode; the same once, twice or from two processes at a time."""
        await self._transact(lambda connection: saving.save_episode(connection, record))

    async def load_episode(self, episode_id: str) -> EpisodeRecord:
        """Everything about an episode.

        Raises:
            RequestError: There is no such episode.
        """
        return await self._transact(
            lambda connection: loading.load_episode(connection, episode_id), one_view=True
        )

    async def list_episodes(self, limit: int = 20, podcast: str | None = None) -> list[Episode]:
        """Newest first, of one show or of all."""
        return await self._transact(lambda connection: loading.list_episodes(connection, limit, podcast))

    async def referenced_clips(self, since: datetime | None = None) -> set[str]:
        """Digests of the clips that saved episodes are made of; of all, or of those published since then."""
        return await self._transact(lambda connection: loading.referenced_clips(connection, since))

    async def forget_unused(self) -> int:
        """Delete clips and texts that no episode refers to any more; returns their number."""
        unused = [
            delete(tables.clips).where(tables.clips.c.sha256.not_in(select(tables.segments.c.clip))),
            delete(tables.sources).where(
                tables.sources.c.sha256.not_in(select(tables.episode_sources.c.sha256))
            ),
        ]

        async def forget(connection: AsyncConnection) -> int:
            return sum([(await connection.execute(deletion)).rowcount for deletion in unused])

        return await self._transact(forget)

    async def stats(self, by: Sequence[StatsBy] = (), since: datetime | None = None) -> list[RunStats]:
        """Counts and averages of the runs that ended, by period, language and engine."""
        return await self._transact(lambda connection: stats.run_stats(connection, by, since), one_view=True)

    async def recent_runs(self, count: int) -> RecentRuns:
        """The latest runs that ended, taken together."""
        return await self._transact(lambda connection: stats.recent_runs(connection, count))

    async def switch_alerts(self, readings: Sequence[Reading]) -> list[Alert]:
        """Raise and clear alerts; returns those that have just changed, each to one caller only."""
        return await self._transact(lambda connection: alerts.switch_alerts(connection, readings))

    async def add_benchmark(self, benchmark: Benchmark) -> None:
        """Keep a benchmark; the same once or twice."""
        row = benchmark.model_dump()
        await self._transact(lambda connection: upsert(connection, [(tables.benchmarks, [row])]))

    async def benchmarks(self, name: str, machine: str, limit: int) -> list[Benchmark]:
        """The latest of that workload on that machine, newest first."""
        return await self._transact(
            lambda connection: loading.list_benchmarks(connection, name, machine, limit)
        )

    async def _transact(
        self, work: Callable[[AsyncConnection], Awaitable[T]], *, one_view: bool = False
    ) -> T:
        """`work` in one transaction, once more if the connection is lost.

        With `one_view` all its statements see the same state. SQLite's transactions always do.
        """
        await self.open()
        with self._target.explained():
            try:
                return await self._once(work, one_view=one_view)
            except DBAPIError as error:
                if not is_lost(error):
                    raise
            await asyncio.sleep(PAUSE_S)
            return await self._once(work, one_view=one_view)

    async def _once(self, work: Callable[[AsyncConnection], Awaitable[T]], *, one_view: bool) -> T:
        assert self._engine is not None
        engine = self._engine
        if one_view and not self._target.is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        async with engine.begin() as connection:
            return await work(connection)
