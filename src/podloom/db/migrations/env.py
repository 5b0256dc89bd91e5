"""Alembic's entry: on the connection that podloom.db.upgrade hands over, or on the settings' database."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from podloom.db.tables import metadata
from podloom.db.target import Target
from podloom.db.upgrade import VERSION_TABLE
from podloom.settings import load_settings

LOCK = 0x706F646C6F6F6D  # "podloom"


def run(connection: Connection) -> None:
    """Run what Alembic was asked for; on PostgreSQL one process at a time."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        render_as_batch=is_sqlite,
        compare_type=True,
        compare_server_default=not is_sqlite,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    """For Alembic's own commands, e.g. to write a new revision."""
    engine = Target(load_settings()).engine()
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    asyncio.run(run_alone())
