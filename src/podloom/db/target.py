"""Where the database is: the setting as an address, an engine for it, and faults in plain words."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from podloom.errors import StorageError
from podloom.settings import Settings

SETTING = "PODLOOM_DATABASE_URL"
DRIVERS = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}
EXAMPLES = "write postgresql://user:password@host/database or sqlite:////path/podloom.db"
OPTIONS = {"host", "port", "ssl", "sslmode", "passfile", "target_session_attrs"}
SQLITE_BUSY_S = 30.0
SQLITE_PAUSE_S = 0.002
CONNECT_S = 10.0
COMMAND_S = 60.0
# https://www.postgresql.org/docs/current/errcodes-appendix.html
REASONS = {
    "28P01": "the server refused the password",
    "28000": "the server refused the user",
    "3D000": "there is no such database; create it first",
    "42501": "the user may not do that there; let its owner run `podloom db upgrade`, or grant the rights",
    "25006": "the database is read-only",
    "53100": "the server's disk is full",
    "53300": "the server has no connections left",
    "42P07": "it holds a table of that name which is not Podloom's; give Podloom a database of its own",
}
LOST = {"57P01", "57P02", "57P03", "08000", "08003", "08006", "40001", "40P01"}
"""Shut down, connection lost, serialisation failure, deadlock: the whole transaction may be tried again."""


class Target:
    """The database of the settings. Nothing is connected yet.

    Raises:
        StorageError: The URL is malformed or of another kind of database.
    """

    def __init__(self, settings: Settings) -> None:
        self.url = _url(settings)
        self.pooled_elsewhere = settings.database_pgbouncer
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        given = bool(settings.database_url.get_secret_value())
        self.setting = SETTING if given else "PODLOOM_HOME"
        self.where = self.url.database or "" if self.is_sqlite else _without_password(self.url)

    def engine(self) -> AsyncEngine:
        """A new engine, for one event loop."""
        with self.explained():
            return self._sqlite_engine() if self.is_sqlite else self._postgres_engine()

    def _sqlite_engine(self) -> AsyncEngine:
        """Without a pool: to open a file costs a millisecond, and no thread is left behind."""
        if not self.where.startswith("file:"):
            Path(self.where).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(self.url, poolclass=NullPool, connect_args={"timeout": SQLITE_BUSY_S})
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return engine

    def _postgres_engine(self) -> AsyncEngine:
        options: dict[str, Any] = {"timeout": CONNECT_S, "command_timeout": COMMAND_S}
        if self.pooled_elsewhere:
            # The next transaction may run on another connection of the server: only statements without a
            # name, which nobody else can meet, may be prepared.
            options |= {
                "statement_cache_size": 0,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": str,
            }
        # No pre-ping: it doubles the round trips of a checkout; a lost connection is retried instead.
        return create_async_engine(self.url, pool_recycle=300, connect_args=options)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """The one seam at which errors of drivers become StorageError."""
        try:
            yield
        except self._driver_errors() as error:
            raise StorageError(self._sentence(error)) from error

    def _driver_errors(self) -> tuple[type[Exception], ...]:
        """What is raised by SQLAlchemy, and by drivers while they connect."""
        general = (DBAPIError, PoolTimeoutError, OSError, sqlite3.Error)
        if self.is_sqlite:
            return general
        import asyncpg  # noqa: PLC0415 - of no use with SQLite

        return (*general, asyncpg.PostgresError, asyncpg.InterfaceError)

    def _sentence(self, error: Exception) -> str:
        return f"{self.setting}: the database {self.where} cannot be used: {self._reason(error)}"

    def _reason(self, error: Exception) -> str:
        if (reason := REASONS.get(_sqlstate(error) or "")) is not None:
            return reason
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        if isinstance(cause, OSError) and not self.is_sqlite:
            return f"the server does not answer ({cause.strerror or type(cause).__name__})"
        said = (str(cause).splitlines() or [type(cause).__name__])[0]
        password = self.url.password
        said = said.replace(password, "***") if password else said
        if "unable to open database file" in said or "readonly database" in said:
            return f"{said}; the folder or the disk cannot be written"
        return said


def is_lost(error: BaseException) -> bool:
    """Whether trying the whole transaction again may help."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return _sqlstate(error) in LOST


def _url(settings: Settings) -> URL:
    given = settings.database_url.get_secret_value()
    if not given:
        return URL.create("sqlite+aiosqlite", database=str(settings.home / "podloom.db"))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):  # the message would show the password
        raise StorageError(f"{SETTING} is no database address; {EXAMPLES}") from None
    if url.drivername not in DRIVERS:
        raise StorageError(f"{SETTING}: {url.drivername!r} is not supported; {EXAMPLES}")
    url = url.set(drivername=DRIVERS[url.drivername])
    if url.get_backend_name() == "postgresql" and (unknown := set(url.query) - OPTIONS):
        raise StorageError(f"{SETTING}: unknown option {min(unknown)!r}; known are {sorted(OPTIONS)}")
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise StorageError(f"{SETTING}: a database in memory keeps nothing; {EXAMPLES}")
    if mode := url.query.get("sslmode"):  # libpq's name, as in every hosted database's address
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


def _without_password(url: URL) -> str:
    host = url.host or url.query.get("host", "localhost")
    port = f":{url.port}" if url.port else ""
    return f"{url.database!r} at {host}{port}"


def _sqlstate(error: BaseException) -> str | None:
    """The five-letter code of PostgreSQL, wherever SQLAlchemy has put it."""
    origin = getattr(error, "orig", None) or error
    for candidate in (origin, origin.__cause__):
        if isinstance(code := getattr(candidate, "sqlstate", None), str):
            return code
    return None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    _write_ahead(cursor)
    cursor.execute("pragma foreign_keys = on")
    cursor.execute("pragma synchronous = normal")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Try again while somebody else switches the new file at this moment: SQLite does not wait for that."""
    deadline = time.monotonic() + SQLITE_BUSY_S
    while True:
        try:
            cursor.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(SQLITE_PAUSE_S)
        else:
            return
