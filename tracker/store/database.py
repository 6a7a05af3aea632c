"""The database file: opening, transactions, settings of SQLite.

``synchronous`` is NORMAL with a write-ahead log: a commit that returned has
reached the operating system, so the death of the process (``kill -9``) loses
nothing finished and nothing can be torn; only a power cut may take the last
moments back.  What a person wrote is committed with FULL (``durable=True``):
that commit waits for the disk, and with it everything committed before.

Readers begin DEFERRED with ``query_only``; writers begin IMMEDIATE, because a
transaction that reads first and writes later fails at once when somebody else
wrote in between, whatever the time-out.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tracker.errors import SchemaTooNew, StoreBusy, StoreError
from tracker.store import changes, schema
from tracker.store.connect import connect, revision_of
from tracker.store.faults import guard, guard_orm
from tracker.store.reader import Reader, SqliteReader

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

_IDLE_READERS = 8


class _Spans(threading.local):
    found: list[tuple[int, int]] | None = None


class Database:
    """One library's database, safe to share between threads.  Close it, or use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._write_lock = threading.Lock()
        self._spans = _Spans()
        self._watching = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        self._writer: int | None = None
        self._making = threading.Lock()
        self._made: Engine | None = None
        self._closed = False

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> Self:
        """Open the library at ``url`` (``sqlite:///PATH``), creating or migrating it where needed.

        Args:
            url: an SQLAlchemy URL; SQLite files only.
            migrate: False refuses a file that is missing or of another revision.

        Raises:
            SchemaTooNew: written by a later version of the tracker.
            StoreCorrupt: not a database, or a damaged one.
            StoreError: it cannot be opened, is not a tracker library, or would need a migration.
        """
        path = path_of(url)
        with guard(path):
            revision = revision_of(path)
            if revision != schema.HEAD:
                _bring_to_head(path, revision, migrate)
        return cls(path)

    def close(self) -> None:
        """Close every connection that is not in use; the last one out folds the log into the file."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        if self._made is not None:
            self._made.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """One consistent view for plain SQL, without importing SQLAlchemy.

        Raises:
            StoreError: or one of its leaves, whatever SQLite says inside.
        """
        with guard(self.path):
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                yield SqliteReader(connection)
            finally:
                self._give_back(connection)

    def version(self) -> int:
        """Another number whenever anybody, here or in another process, committed something; takes microseconds.

        What was read after one call still holds if the next call gives the same number.
        """
        with guard(self.path), self._watching:
            if self._watch is None:
                self._watch = connect(self.path, query_only=True)
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A SQLModel session on one consistent view; an attempt to write in it fails.

        Raises:
            StoreError: or one of its leaves, whatever the database says inside.
        """
        from sqlmodel import Session

        with guard_orm(self.path), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Session]:
        """A SQLModel session in one transaction: committed at the end, rolled back on any error.

        Args:
            durable: wait until the disk has it; for what a person wrote.

        Raises:
            StoreBusy: another process, or another thread of this one, wrote for longer than the time-out.
            DiskFull: there is no room; nothing of this transaction is kept.
            StoreError: or one of its leaves, whatever else the database says.
        """
        from sqlmodel import Session

        with (
            self._one_writer(),
            guard_orm(self.path),
            Session(self._writers[durable], expire_on_commit=False) as session,
            session.begin(),
        ):
            spans = self._spans.found
            before = 0 if spans is None else changes.latest(session, changes.DESK)
            yield session
            if spans is not None:
                spans.append((before, changes.latest(session, changes.DESK)))

    @contextmanager
    def desk_spans(self) -> Iterator[list[tuple[int, int]]]:
        """What this thread's writes in here did to the desk: ``(before, after]`` in numbers of changes, a write each.

        The numbers are read inside the transactions, so that a write of anybody else is never in a span.
        """
        found: list[tuple[int, int]] = []
        self._spans.found = found
        try:
            yield found
        finally:
            self._spans.found = None

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """Threads of one process queue here in order, instead of polling the file's lock."""
        me = threading.get_ident()
        if self._writer == me:
            raise RuntimeError("a write transaction is already open in this thread")
        if not self._write_lock.acquire(timeout=schema.BUSY_SECONDS):
            raise StoreBusy(f"another thread has been writing {self.path} for too long", cure="try again")
        self._writer = me
        try:
            yield
        finally:
            self._writer = None
            self._write_lock.release()

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return connect(self.path, query_only=True)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.rollback()
        if len(self._idle) < _IDLE_READERS and not self._closed:
            self._idle.append(connection)
        else:
            connection.close()

    @property
    def _engine(self) -> Engine:
        from tracker.store.engine import make_engine

        with self._making:
            if self._made is None:
                self._made = make_engine(self.path)
            return self._made

    @cached_property
    def _writers(self) -> dict[bool, Engine]:
        """The same pool of connections, with transactions that write: durable or not."""
        levels = {False: "NORMAL", True: "FULL"}
        return {durable: self._engine.execution_options(tracker_write=level) for durable, level in levels.items()}


def path_of(url: str) -> Path:
    """The file that an SQLite URL names.

    Raises:
        StoreError: another engine, or no file.
    """
    scheme, separator, rest = url.partition(":///")
    if not separator or scheme not in ("sqlite", "sqlite+pysqlite") or rest in ("", ":memory:"):
        raise StoreError(f"{url.split('@')[-1]!r} is not a database that can be used", cure="give sqlite:///PATH")
    return Path(rest).expanduser().absolute()


def _bring_to_head(path: Path, revision: str | None, migrate: bool) -> None:
    if revision is not None and revision not in schema.REVISIONS:
        raise SchemaTooNew(
            f"{path} has schema {revision}, and this version of the tracker knows none after {schema.HEAD}",
            cure="install the latest paper-tracker, or restore a backup made with this version",
        )
    if not migrate:
        raise StoreError(f"{path} is missing or has an older schema", cure="run: tracker status")
    from tracker.store.migrate import upgrade

    upgrade(path)
