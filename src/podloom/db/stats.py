"""Counts and averages over the runs that ended, made by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Double, Select, Subquery, and_, case, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from podloom.db import tables
from podloom.db.records import RecentRuns, RunStats, StatsBy

RUNS = tables.runs.c
ENDED = ("done", "failed", "cancelled")
Group = tuple[str, ...]
_MONDAY = "date(runs.finished_at, 'weekday 0', '-6 days')"
_UTC = "timezone('UTC', runs.finished_at)"
LABELS: dict[StatsBy, tuple[str, str]] = {
    "day": ("strftime('%Y-%m-%d', runs.finished_at)", f"to_char({_UTC}, 'YYYY-MM-DD')"),
    "week": (_MONDAY, f"to_char(date_trunc('week', {_UTC}), 'YYYY-MM-DD')"),
    "month": ("strftime('%Y-%m', runs.finished_at)", f"to_char({_UTC}, 'YYYY-MM')"),
    "language": ("coalesce(runs.language, '')", "coalesce(runs.language, '')"),
    "engine": ("coalesce(runs.engine, '')", "coalesce(runs.engine, '')"),
}
"""What a group is called, on SQLite and on PostgreSQL. Dates are UTC."""
DATES = ("day", "week", "month")


async def run_stats(
    connection: AsyncConnection, by: Sequence[StatsBy], since: datetime | None
) -> list[RunStats]:
    """One a group, newest period first; languages and engines in their alphabetical order."""
    ended = _ended(connection.dialect.name, by, since)
    hits = await _hits(connection, ended, by)
    errors = await _counted(connection, _errors(ended, by))
    found = (await connection.execute(_totals(ended, by))).mappings()
    # Without a grouping there is a row even of no runs.
    return [_stats(row, by, hits, errors) for row in found if row["done"] is not None]


async def recent_runs(connection: AsyncConnection, count: int) -> RecentRuns:
    """What the latest runs that ended say together."""
    latest = (
        select(RUNS.state, RUNS.seconds, RUNS.queue_lines, RUNS.memory_mb)
        .where(RUNS.state.in_(ENDED), RUNS.finished_at.is_not(None))
        .order_by(RUNS.finished_at.desc())
        .limit(count)
        .subquery()
    )
    done, failed = _count(latest, "done"), _count(latest, "failed")
    query = select(
        func.count(),
        func.avg(_of_done(latest, latest.c.seconds)),
        cast(failed, Double) / func.nullif(done + failed, 0),
        func.avg(cast(latest.c.queue_lines, Double)),
        func.max(latest.c.memory_mb),
    )
    runs, mean_s, error_rate, lines, memory_mb = (await connection.execute(query)).one()
    return RecentRuns(runs, mean_s, error_rate, lines or 0.0, memory_mb or 0.0)


def _ended(dialect: str, by: Sequence[StatsBy], since: datetime | None) -> Subquery:
    """The runs that count, each with the name of its groups."""
    place = 0 if dialect == "sqlite" else 1
    # The labels are constants of ours; as parameters PostgreSQL could not tell that they are the same.
    labels: list[Any] = [literal_column(LABELS[name][place]).label(f"by_{name}") for name in by]
    columns = (RUNS.id, RUNS.state, RUNS.error_class, RUNS.seconds, RUNS.segments, RUNS.audio_s, RUNS.cost)
    query = select(*columns, *labels).where(RUNS.state.in_(ENDED), RUNS.finished_at.is_not(None))
    if since is not None:
        query = query.where(RUNS.finished_at >= since)
    return query.subquery("ended")


def _labels(source: Subquery, by: Sequence[StatsBy]) -> list[Any]:
    return [source.c[f"by_{name}"] for name in by]


def _totals(ended: Subquery, by: Sequence[StatsBy]) -> Select[Any]:
    window: dict[str, Any] = {"partition_by": [ended.c.state, *_labels(ended, by)]}
    place = func.row_number().over(order_by=ended.c.seconds, **window).label("place")
    ranked = select(ended, place, func.count().over(**window).label("of")).subquery("ranked")
    # Nearest rank, in whole numbers: the smallest place that is at least 95 % of all.
    first_95 = case((ranked.c.place * 100 < ranked.c.of * 95 + 100, _of_done(ranked, ranked.c.seconds)))
    seconds, segments = (func.sum(_of_done(ranked, ranked.c[name])) for name in ("seconds", "segments"))
    labels = _labels(ranked, by)
    return (
        select(
            *labels,
            *(_count(ranked, state).label(state) for state in ENDED),
            func.avg(_of_done(ranked, ranked.c.seconds)).label("mean_s"),
            func.max(first_95).label("p95_s"),
            (cast(segments, Double) / func.nullif(seconds, 0)).label("segments_per_s"),
            func.sum(_of_done(ranked, ranked.c.audio_s)).label("audio_s"),
            func.sum(ranked.c.cost).label("cost"),
            func.sum(case((ranked.c.cost.is_(None), 1), else_=0)).label("unpriced"),
        )
        .group_by(*labels)
        .order_by(*(label.desc() if name in DATES else label for name, label in zip(by, labels, strict=True)))
    )


def _count(source: Subquery, state: str) -> ColumnElement[int]:
    return func.sum(case((source.c.state == state, 1), else_=0))


def _of_done(source: Subquery, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((source.c.state == "done", column))


def _errors(ended: Subquery, by: Sequence[StatsBy]) -> Select[Any]:
    labels = _labels(ended, by)
    return (
        select(*labels, ended.c.error_class, func.count())
        .where(ended.c.state == "failed")
        .group_by(*labels, ended.c.error_class)
    )


async def _hits(
    connection: AsyncConnection, ended: Subquery, by: Sequence[StatsBy]
) -> dict[Group, dict[str, tuple[int, int]]]:
    counters, labels = tables.counters, _labels(ended, by)
    query = (
        select(*labels, counters.c.name, func.sum(counters.c.value))
        .select_from(ended)
        .join(counters, and_(counters.c.run_id == ended.c.id, counters.c.name.like("cache.%")))
        .group_by(*labels, counters.c.name)
    )
    found = await _counted(connection, query)
    return {group: _by_tier(counts) for group, counts in found.items()}


def _by_tier(counts: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Hits and lookups of "tts" from "cache.tts.hit" and "cache.tts.miss"."""
    tiers = sorted({name.split(".")[1] for name in counts})
    pairs = {tier: [counts.get(f"cache.{tier}.{kind}", 0) for kind in ("hit", "miss")] for tier in tiers}
    return {tier: (hits, hits + misses) for tier, (hits, misses) in pairs.items() if hits + misses}


async def _counted(connection: AsyncConnection, query: Select[Any]) -> dict[Group, dict[str, int]]:
    counts: dict[Group, dict[str, int]] = defaultdict(dict)
    for *group, name, count in await connection.execute(query):
        counts[tuple(group)][name] = int(count)
    return counts


def _stats(
    row: Mapping[Any, Any],
    by: Sequence[StatsBy],
    hits: Mapping[Group, dict[str, tuple[int, int]]],
    errors: Mapping[Group, dict[str, int]],
) -> RunStats:
    group = tuple(row[f"by_{name}"] for name in by)
    return RunStats(
        group=dict(zip(by, group, strict=True)),
        done=row["done"],
        failed=row["failed"],
        cancelled=row["cancelled"],
        mean_s=row["mean_s"],
        p95_s=row["p95_s"],
        segments_per_s=row["segments_per_s"],
        audio_s=row["audio_s"] or 0.0,
        cost=row["cost"] or 0.0,
        unpriced=row["unpriced"],
        hits=hits.get(group, {}),
        errors=errors.get(group, {}),
    )
