"""Which alerts stand. Every change is seen by one caller only, whoever else looks at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from podloom.db import tables
from podloom.domain import Alert, Reading

ALERTS = tables.alerts


async def switch_alerts(connection: AsyncConnection, readings: Sequence[Reading]) -> list[Alert]:
    """Raise what is above its limit and clear what is back; a value in between changes nothing."""
    changed = []
    # In one order: processes that look at once then wait for each other rather than deadlock.
    for reading in sorted(readings, key=lambda reading: reading.name):
        if reading.value > reading.limit:
            switched = await _raise(connection, reading)
        else:
            switched = reading.value <= reading.clear_at and await _clear(connection, reading)
        if switched:
            changed.append(_alert(reading))
    return changed


async def _raise(connection: AsyncConnection, reading: Reading) -> bool:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = _row(reading)
    statement = (
        insert(ALERTS)
        .values(name=reading.name, **row)
        .on_conflict_do_update(index_elements=["name"], set_=row, where=~ALERTS.c.active)
        .returning(ALERTS.c.name)
    )
    return (await connection.execute(statement)).first() is not None


async def _clear(connection: AsyncConnection, reading: Reading) -> bool:
    of_name = update(ALERTS).where(ALERTS.c.name == reading.name, ALERTS.c.active)
    return (await connection.execute(of_name.values(**_row(reading)))).rowcount > 0


def _row(reading: Reading) -> dict[str, Any]:
    return {
        "active": reading.value > reading.limit,
        "value": reading.value,
        "threshold": reading.limit,
        "message": reading.sentence,
        "changed_at": datetime.now(UTC),
    }


def _alert(reading: Reading) -> Alert:
    return Alert(
        name=reading.name,
        active=reading.value > reading.limit,
        value=reading.value,
        limit=reading.limit,
        message=reading.sentence,
    )
