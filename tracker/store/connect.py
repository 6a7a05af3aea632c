"""Plain ``sqlite3`` connections, set up alike wherever they are made."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from tracker.errors import StoreError
from tracker.store import schema


def connect(path: Path, *, query_only: bool = False, timeout: float = schema.BUSY_SECONDS) -> sqlite3.Connection:
    """A connection without implicit transactions that waits ``timeout`` seconds for locks.

    A library in a folder that cannot be written (a mounted snapshot) opens as
    immutable, since SQLite could not make its shared-memory file there.
    """
    options = {"timeout": timeout, "isolation_level": None, "check_same_thread": False, "cached_statements": 256}
    if path.exists() and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, **options)  # type: ignore[call-overload]
    else:
        connection = sqlite3.connect(path, **options)  # type: ignore[call-overload]
    try:
        tune(connection)
        if query_only:
            connection.execute("PRAGMA query_only=ON")
    except sqlite3.Error:
        connection.close()
        raise
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101  # the overloads above lose the type
    return connection


def tune(connection: sqlite3.Connection) -> None:
    """The settings that SQLite does not keep in the file."""
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-16384")  # KiB a connection
    connection.execute("PRAGMA journal_size_limit=67108864")  # a log that grew large once gives the room back


def revision_of(path: Path) -> str | None:
    """The schema revision of the library in ``path``; None where there is no file or an empty one.

    Raises:
        StoreError: a database, but not a tracker's.
        sqlite3.Error: not a database at all, or damaged.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = connect(path, query_only=True)
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if application != schema.APPLICATION_ID or "alembic_version" not in tables:
            raise StoreError(f"{path} is a database of another program", cure="choose another TRACKER_HOME")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    finally:
        connection.close()
