"""Many rows of many tables in few statements, each of which may be repeated.

PostgreSQL gets one statement for all tables: the rows as JSON, an INSERT ... ON CONFLICT for each table as a
common table expression. That is one round trip (two on a connection that has not prepared it yet), however
many rows and tables there are. SQLite, where there are no round trips, gets one statement a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]
Batch = tuple[Table, Sequence[Row]]
Insert = TypeVar("Insert", postgresql.Insert, sqlite.Insert)


async def upsert(connection: AsyncConnection, batches: Sequence[Batch]) -> None:
    """Insert the rows or update those with the same primary key.

    All rows of a table have the same keys. Columns that are not among them keep their value; a row that has
    only its primary key is inserted or left alone. Tables stand before those that refer to them.
    """
    filled = [(table, [_storable_row(row) for row in rows]) for table, rows in batches if rows]
    if not filled:
        return
    if connection.dialect.name == "sqlite":
        for table, rows in filled:
            await connection.execute(_replacing(sqlite.insert(table), table, rows[0]), rows)
        return
    *others, (table, rows) = filled
    statement = _from_json(table, rows[0])
    for other, other_rows in others:
        statement = statement.add_cte(_from_json(other, other_rows[0]).cte(f"into_{other.name}"))
    await connection.execute(statement, {table.name: _as_json(rows) for table, rows in filled})


def _from_json(table: Table, row: Row) -> postgresql.Insert:
    """INSERT ... SELECT from the JSON array that is bound to the table's name."""
    names = list(row)
    columns = [column(name, table.c[name].type) for name in names]
    array = bindparam(table.name, type_=postgresql.JSONB)
    rows = func.jsonb_to_recordset(array).table_valued(*columns)
    rows = rows.render_derived(name=f"new_{table.name}", with_types=True)
    statement = postgresql.insert(table).from_select(names, select(*rows.c))
    return _replacing(statement, table, row)


def _replacing(statement: Insert, table: Table, row: Row) -> Insert:
    keys = [key.name for key in table.primary_key]
    changes = {name: statement.excluded[name] for name in row if name not in keys}
    if not changes:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def _storable_row(row: Row) -> dict[str, Any]:
    return {name: _storable(value) for name, value in row.items()}


def _storable(value: Any) -> Any:
    """Without what PostgreSQL cannot hold: NUL, which some PDF files yield, and halves of characters."""
    if isinstance(value, str):
        if value.isascii() and "\x00" not in value:  # nearly all there is, and there is a lot
            return value
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_storable(name): _storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    return value


def _as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows
    ]
