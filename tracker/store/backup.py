"""Copies of the database: taking one, checking one, putting one back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tracker.errors import SchemaTooNew, StoreBusy, StoreCorrupt, StoreError, UsageError
from tracker.store import schema
from tracker.store.connect import connect, revision_of
from tracker.store.faults import guard
from tracker.store.lock import updating

_BESIDE = ("-wal", "-shm", "-journal")


def backup(database: Path, target: Path) -> Path:
    """Copy the library to one file, as it is at one moment; others may read and write meanwhile.

    Args:
        database: the library.
        target: the file to make; a folder gets the database's name with ``-backup``.

    Returns:
        The file made, checked and on the disk.

    Raises:
        UsageError: the target exists already, or there is no library yet.
        StoreError: it cannot be written, or the copy is not whole.
    """
    if not database.exists():
        raise UsageError(f"{database} does not exist", cure="there is nothing to keep yet")
    target = target.expanduser().absolute()
    if target.is_dir():
        target = target / f"{database.stem}-backup{database.suffix}"
    if target.exists():
        raise UsageError(f"{target} exists already", cure="choose another name")
    with _beside(target) as partial:
        copy_database(database, partial)
        _require_whole(partial)
        _publish(partial, target)
    return target


def restore(source: Path, database: Path, now: datetime) -> Path | None:
    """Put a backup in the place of the library, which is kept beside it under a name with the time.

    There is a library under its name at every moment.

    Args:
        source: the backup.
        database: the library to replace; it need not exist.
        now: for the name of what is kept.

    Returns:
        Where the replaced library lies, or None when there was none.

    Raises:
        UsageError: the backup is not a tracker library, or it is the library itself.
        SchemaTooNew: it was made by a later version.
        StoreCorrupt: it is damaged.
        StoreBusy: a process has the library open.
        AlreadyRunning: a process is updating it.
    """
    source, database = source.expanduser().absolute(), database.absolute()
    if not source.is_file():
        raise UsageError(f"{source} is not a file", cure="give a file made by: tracker backup")
    if database.exists() and source.samefile(database):
        raise UsageError(f"{source} is the library itself")
    require_library(source)
    with updating(database.parent, now, "restore"), _beside(database) as partial:
        copy_database(source, partial)
        _require_whole(partial)
        kept = _set_aside(database, now)
        partial.replace(database)
        _sync_folder(database.parent)
    return kept


def require_library(path: Path) -> None:
    """Be sure that a file is a whole library of a version that can be read.

    Raises:
        UsageError: it is something else.
        SchemaTooNew: it was made by a later version.
        StoreCorrupt: it is damaged.
    """
    with guard(path):
        try:
            revision = revision_of(path)
        except StoreError as error:
            raise UsageError(f"{path} is not a tracker library", cure="give a file made by: tracker backup") from error
    if revision is None:
        raise UsageError(f"{path} is empty", cure="give a file made by: tracker backup")
    if revision not in schema.REVISIONS:
        raise SchemaTooNew(f"{path} has schema {revision}", cure="install the latest paper-tracker")
    _require_whole(path)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database by SQLite's backup, as one file without a log, and sync it.

    Raises:
        StoreError: or one of its leaves, whatever SQLite says.
    """
    with guard(source):
        reading = connect(source, query_only=True)
        try:
            with guard(target):
                writing = sqlite3.connect(target, isolation_level=None)
                try:
                    reading.backup(writing)
                    writing.execute("PRAGMA journal_mode=DELETE")
                finally:
                    writing.close()
        finally:
            reading.close()
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _require_whole(path: Path) -> None:
    with guard(path):
        connection = connect(path, query_only=True)
        try:
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        finally:
            connection.close()
    if answer != "ok":
        raise StoreCorrupt(f"{path} is damaged: {answer}", cure="use another backup")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name in the target's folder for what is not finished; whatever is left there at the end is removed."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise StoreError(f"{target.parent} cannot be written: {error}", cure="choose another place") from error
    try:
        yield folder / target.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _publish(partial: Path, target: Path) -> None:
    """Give the finished file its name, unless somebody else took it meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError as error:
        raise UsageError(f"{target} exists already", cure="choose another name") from error
    except OSError:
        partial.rename(target)  # a file system without links
    _sync_folder(target.parent)


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Keep the present library under another name too, with everything in one file; it still has its own name then."""
    if not database.exists():
        return None
    stem = f"{database.stem}-replaced-{now:%Y%m%dT%H%M%SZ}"
    names = (f"{stem}{extra}{database.suffix}" for extra in ("", *(f"-{n}" for n in range(2, 100))))
    kept = next(path for name in names if not (path := database.with_name(name)).exists())
    # SQLite throws the log of a damaged library away when it is opened, with what could still be saved from it.
    logs = [kept.with_name(kept.name + end) for end in _BESIDE if _copied(database, kept, end)]
    whole = True
    try:
        whole = _close_log(database)
    finally:
        for log in logs if whole else ():
            log.unlink()
    for end in _BESIDE:  # must not be taken for the log of the restored one
        database.with_name(database.name + end).unlink(missing_ok=True)
    try:
        os.link(database, kept)
    except OSError:
        shutil.copy2(database, kept)
    return kept


def _copied(database: Path, kept: Path, end: str) -> bool:
    log = database.with_name(database.name + end)
    if end == "-shm" or not log.exists():
        return False
    shutil.copy2(log, kept.with_name(kept.name + end))
    return True


def _close_log(database: Path) -> bool:
    """Fold the log into the file, which succeeds only when no other process has it open; False for a damaged one."""
    try:
        connection = connect(database, timeout=0.5)
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusy(f"{database} is open in another process", cure="end the dashboard and try again") from error
        return False
    except sqlite3.DatabaseError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system knows how."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
