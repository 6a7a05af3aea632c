"""The one edge where errors of SQLite and SQLAlchemy become ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import DiskFull, StoreBusy, StoreCorrupt, StoreError

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CLOSED_OFF = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    """The tracker's error for one of SQLite's, naming the file and what to do about it."""
    code: int = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    if primary in _BUSY:
        return StoreBusy(
            f"{path} is being written by another process: {error}", cure="wait for it to end, then try again"
        )
    if code == sqlite3.SQLITE_CORRUPT_VTAB:
        return StoreCorrupt(f"the full-text index in {path} is damaged: {error}", cure="run: tracker check --repair")
    if primary in _CORRUPT:
        return StoreCorrupt(
            f"{path} is damaged: {error}", cure="run: tracker check, then tracker restore with your last backup"
        )
    if primary == sqlite3.SQLITE_FULL:
        return DiskFull(f"no room left to write {path}: {error}", cure="free some space, then run the command again")
    if primary in _CLOSED_OFF:
        return StoreError(
            f"{path} cannot be opened or written: {error}", cure="check the permissions of the file and its folder"
        )
    if primary == sqlite3.SQLITE_IOERR:
        return StoreError(f"reading or writing {path} failed: {error}", cure="check the disk, then run: tracker check")
    return StoreError(f"{path}: {error}")


@contextmanager
def guard(path: Path) -> Iterator[None]:
    """Translate what SQLite raises inside, for code that does not touch SQLAlchemy."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error


@contextmanager
def guard_orm(path: Path) -> Iterator[None]:
    """As :func:`guard`, for code that goes through SQLAlchemy as well."""
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    try:
        with guard(path):
            yield
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise StoreError(f"{path}: {error}") from error
        raise translate(error.orig, path) from error
    except PoolTimeout as error:
        raise StoreBusy(f"too many readers of {path} at once", cure="try again") from error
