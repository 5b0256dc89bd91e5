"""Bring a database to the schema of this version; safe when several processes start at once."""

from __future__ import annotations

import asyncio
import sys
import threading
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, column, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncEngine

from podloom.db.target import Target
from podloom.errors import StorageError
from podloom.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0004"
"""The newest revision. Written here too, so that a start need not load Alembic to find nothing to do."""
VERSION_TABLE = "podloom_schema"
"""Not Alembic's default: Prefect's server keeps its own in a table of that name, maybe in this database."""
_alembic = threading.Lock()
"""Alembic's migration context is global in a process: two loops (or databases) take turns."""


async def upgrade(settings: Settings) -> str:
    """Apply what is missing; returns the revision that was there before, "" for an empty database.

    Raises:
        StorageError: The database cannot be used, or a newer Podloom has written it.
    """
    target = Target(settings)
    with target.explained():
        engine = target.engine()
        try:
            return await ensure_schema(engine, target)
        finally:
            await engine.dispose()


async def ensure_schema(engine: AsyncEngine, target: Target) -> str:
    """Like `upgrade`, on an engine that is there already."""
    async with engine.connect() as connection:
        before = await connection.run_sync(schema_revision)
    if before == HEAD:
        return before
    # Here, not in `_migrate`, which holds the event loop: a quarter of a second, once in a database's life.
    await asyncio.to_thread(import_module, "alembic.command")
    await asyncio.to_thread(_alembic.acquire)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate, target)
    finally:
        _alembic.release()
    return before


def schema_revision(connection: Connection) -> str:
    """The revision that is applied, "" for none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    version = column("version_num", String)
    return connection.execute(select(version).select_from(table(VERSION_TABLE))).scalar() or ""


def _migrate(connection: Connection, target: Target) -> None:
    from alembic import command  # noqa: PLC0415 - see ensure_schema
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    if connection.dialect.name == "sqlite":
        # All of it or nothing, one process at a time.
        connection.execute(text("begin immediate"))
    config = alembic_config()
    config.attributes["connection"] = connection
    before = schema_revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before and before not in known:
        raise StorageError(
            f"{target.setting}: the database {target.where} was written by a newer Podloom (schema"
            f" {before!r}, this one knows up to {HEAD!r}); update Podloom or use another database"
        )
    command.upgrade(config, "head")


def alembic_config() -> Config:
    """Alembic on the scripts inside the package."""
    from alembic.config import Config  # noqa: PLC0415 - see _migrate

    config = Config(stdout=sys.stdout)  # its default is what stdout was when Alembic was imported
    config.set_main_option("script_location", str(files("podloom.db") / "migrations"))
    return config
