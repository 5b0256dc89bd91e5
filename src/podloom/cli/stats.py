"""`podloom stats`: how many episodes, how fast, at what cost, and what failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from podloom.cli.output import Json, console, print_json
from podloom.cli.running import run_async
from podloom.errors import RequestError
from podloom.settings import load_settings

if TYPE_CHECKING:
    from podloom.db.records import RunStats, StatsBy


class By(StrEnum):
    """What a line is of; typer takes no list of literals."""

    day = "day"
    week = "week"
    month = "month"
    language = "language"
    engine = "engine"


UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def stats(
    since: Annotated[str, typer.Option(help="24h, 7d, 4w, or a date such as 2026-11-01; empty: all.")] = "",
    by: Annotated[list[By] | None, typer.Option(help="One line each; may be given several times.")] = None,
    as_json: Json = False,
) -> None:
    """Show runs that ended: how many, how long they took, what came from the cache, what failed."""
    groups: list[StatsBy] = [group.value for group in by or ()]
    found = run_async(_stats(groups, begin_of(since, datetime.now(UTC))))
    if as_json:
        print_json({"stats": [as_object(row) for row in found]})
        return
    console().print(_table(groups, found) if found else "no run has ended in that time")


def begin_of(since: str, now: datetime) -> datetime | None:
    """The moment that "7d" or "2026-11-01" means; None for all time.

    Raises:
        RequestError: It is neither.
    """
    if not since.strip():
        return None
    if span := re.fullmatch(r"(\d+)([hdw])", since.strip()):
        try:
            return now - timedelta(**{UNITS[span[2]]: int(span[1])})
        except OverflowError:
            raise RequestError(f"--since {since!r} is before all time; leave it out for everything") from None
    try:
        moment = datetime.fromisoformat(since.strip())
    except ValueError:
        raise RequestError(
            f"--since {since!r} is no time; write 24h, 7d or 4w, or a date such as 2026-11-01"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _stats(by: Sequence[StatsBy], since: datetime | None) -> list[RunStats]:
    from podloom.stages import shared  # noqa: PLC0415 - imports the rooms

    return await (await shared.database(load_settings())).stats(by, since)


def as_object(row: RunStats) -> dict[str, Any]:
    """For scripts."""
    fields = asdict(row)
    return {
        **fields.pop("group"),
        **fields,
        "error_rate": row.error_rate,
        "hits": {tier: {"hits": hits, "lookups": lookups} for tier, (hits, lookups) in row.hits.items()},
    }


def _table(by: Sequence[StatsBy], rows: Sequence[RunStats]) -> Table:
    groups = (Column(name, no_wrap=True) for name in by)
    table = Table(*groups, box=None, padding=(0, 1, 0, 0))
    for heading in ("episodes", "failed", "stopped", "mean s", "p95 s", "lines/s", "hits", "cost", "audio h"):
        words = heading in {"hits", "failed"}
        whole = words or heading == "cost"
        table.add_column(heading, justify="left" if words else "right", overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*(row.group[name] or "?" for name in by), *_cells(row))
    return table


def _cells(row: RunStats) -> list[str]:
    rate = f" ({row.error_rate:.0%})" if row.error_rate else ""
    return [
        str(row.done),
        "\n".join([f"{row.failed}{rate}", *sorted(row.errors)]),
        str(row.cancelled),
        _number(row.mean_s),
        _number(row.p95_s),
        _number(row.segments_per_s),
        "\n".join(f"{tier} {hits / lookups:.0%}" for tier, (hits, lookups) in row.hits.items()),
        f"{row.cost:.2f}" + (f"\n+ {row.unpriced} ?" if row.unpriced else ""),
        f"{row.audio_s / 3600:.2f}",
    ]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
