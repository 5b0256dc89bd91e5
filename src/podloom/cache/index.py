"""The SQLite file behind the file backend: entries, leases and counts, shared by processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from podloom.cache.keys import SCHEMA_VERSION
from podloom.cache.makers import is_gone

BUSY_S = 5.0
PAUSE_S = 0.002
TABLES = {
    "entries": "tier text not null, key text not null, digest text not null, size integer not null,"
    " value blob, expires_at real not null, primary key (tier, key)",
    "leases": "name text primary key, token text not null, expires_at real not null",
    "counts": "name text primary key, count integer not null",
}


@dataclass(frozen=True)
class Entry:
    """A row: the value itself, or None when it lies in a file named by its digest."""

    digest: str
    value: bytes | None


class Index:
    """Blocking, for one thread. Raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            _write_ahead(connection)
            connection.execute("pragma synchronous = normal")
            self._create(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _create(self, connection: sqlite3.Connection) -> None:
        """Tables of this schema. Those of another one are dropped: nobody would ask for their entries."""
        if _version(connection) == SCHEMA_VERSION:
            return
        with connection:
            connection.execute("begin immediate")
            if _version(connection) == SCHEMA_VERSION:  # another process was quicker
                return
            for name, columns in TABLES.items():
                connection.execute(f"drop table if exists {name}")
                connection.execute(f"create table {name} ({columns})")
            connection.execute(f"pragma user_version = {SCHEMA_VERSION}")

    def entry(self, tier: str, key: str) -> Entry | None:
        """The row, if it is alive."""
        row = self._connection.execute(
            "select digest, value from entries where tier = ? and key = ? and expires_at > ?",
            (tier, key, time.time()),
        ).fetchone()
        return Entry(*row) if row else None

    def keep(self, tier: str, key: str, entry: Entry, *, size: int, ttl_s: float) -> None:
        """Insert or replace the row."""
        self._connection.execute(
            "insert or replace into entries (tier, key, digest, size, value, expires_at)"
            " values (?, ?, ?, ?, ?, ?)",
            (tier, key, entry.digest, size, entry.value, time.time() + ttl_s),
        )

    def remove(self, tier: str, key: str) -> None:
        """Delete the row."""
        self._connection.execute("delete from entries where tier = ? and key = ?", (tier, key))

    def clear(self, tier: str) -> int:
        """Delete the tier's rows."""
        return self._connection.execute("delete from entries where tier = ?", (tier,)).rowcount

    def expire(self) -> int:
        """Delete dead rows and give their room back."""
        now = time.time()
        self._connection.execute("delete from leases where expires_at <= ?", (now,))
        count = self._connection.execute("delete from entries where expires_at <= ?", (now,)).rowcount
        self._connection.execute("pragma wal_checkpoint(truncate)")
        return count

    def usage(self, tier: str) -> tuple[int, int]:
        """Number and bytes of the tier's living rows."""
        row = self._connection.execute(
            "select count(*), coalesce(sum(size), 0) from entries where tier = ? and expires_at > ?",
            (tier, time.time()),
        ).fetchone()
        return int(row[0]), int(row[1])

    def living(self, tier: str) -> list[Entry]:
        """The tier's living rows."""
        rows = self._connection.execute(
            "select digest, value from entries where tier = ? and expires_at > ?", (tier, time.time())
        )
        return [Entry(*row) for row in rows]

    def digests(self) -> set[str]:
        """Of all rows whose value lies in a file."""
        rows = self._connection.execute("select digest from entries where value is null")
        return {row[0] for row in rows}

    def take(self, name: str, token: str, lease_s: float) -> bool:
        """Hold the lease, if it is free, has run out, or its holder has died."""
        now = time.time()
        query = "select token from leases where name = ? and expires_at > ?"
        held = self._connection.execute(query, (name, now)).fetchone()
        if held is not None and is_gone(held[0]):
            self.drop(name, held[0])
        cursor = self._connection.execute(
            "insert into leases (name, token, expires_at) values (?, ?, ?) on conflict (name) do update set"
            " token = excluded.token, expires_at = excluded.expires_at where leases.expires_at <= ?",
            (name, token, now + lease_s, now),
        )
        return cursor.rowcount == 1

    def extend(self, name: str, token: str, lease_s: float) -> bool:
        """Hold it for longer."""
        cursor = self._connection.execute(
            "update leases set expires_at = ? where name = ? and token = ?",
            (time.time() + lease_s, name, token),
        )
        return cursor.rowcount == 1

    def drop(self, name: str, token: str) -> None:
        """Give it back."""
        self._connection.execute("delete from leases where name = ? and token = ?", (name, token))

    def add_counts(self, counts: Mapping[str, int]) -> None:
        """Add to the lifetime counts."""
        with self._connection:
            self._connection.execute("begin immediate")
            self._connection.executemany(
                "insert into counts (name, count) values (?, ?)"
                " on conflict (name) do update set count = counts.count + excluded.count",
                list(counts.items()),
            )

    def counts(self) -> dict[str, int]:
        """The lifetime counts."""
        return dict(self._connection.execute("select name, count from counts"))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Try again while another process switches the new file at this moment: SQLite does not wait for that."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])
