"""One updating process at a time, by a lock of the operating system: a killed process leaves none behind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tracker.errors import AlreadyRunning, StoreError

_LOCK = "update.lock"
_HOLDER = "update.json"


@contextmanager
def updating(home: Path, now: datetime, what: str = "update") -> Iterator[None]:
    """Hold the library's update lock.

    Args:
        home: the data folder.
        now: told to those who come meanwhile.
        what: told likewise: the command that holds it.

    Raises:
        AlreadyRunning: another process, or another thread of this one, holds it; names it.
        StoreError: the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(home / _LOCK, timeout=0, thread_local=False)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise AlreadyRunning(f"{home}: {_holder(home)}", cure="wait for it to end") from error
    except OSError as error:
        raise StoreError(f"{home} cannot be written: {error}", cure="check its permissions") from error
    try:
        _tell(home, now, what)
        yield
    finally:
        (home / _HOLDER).unlink(missing_ok=True)
        lock.release()


def is_updating(home: Path) -> str | None:
    """Who is updating the library at present, in words, or None."""
    from filelock import FileLock, Timeout

    if not (home / _LOCK).exists():
        return None
    lock = FileLock(home / _LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        return _holder(home)
    except OSError:
        return None  # a folder that cannot be written is not being updated
    lock.release()
    return None


def _tell(home: Path, now: datetime, what: str) -> None:
    """The lock file itself is emptied by whoever tries it, so that the words stand in another."""
    text = json.dumps({"pid": os.getpid(), "since": now.isoformat(), "what": what})
    try:
        (home / _HOLDER).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{home} cannot be written: {error}", cure="free some space or check its permissions"
        ) from error


def _holder(home: Path) -> str:
    try:
        told = json.loads((home / _HOLDER).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(told["since"])
        return f"process {told['pid']} has been running “{told['what']}” since {since:%Y-%m-%d %H:%M} UTC"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process is updating this library"  # it has the lock and has not said yet who it is
