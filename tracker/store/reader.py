"""Plain SQL reads behind a protocol small enough for any engine.

SQL is written with ``:name`` parameters.  ``IN :name`` stands for a list, as
in SQLAlchemy's expanding parameters; :meth:`Reader.rows_in` fills it in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from sqlmodel import Session

Row: TypeAlias = tuple[Any, ...]

#: SQLite's oldest limit on parameters is 999; a list longer than this goes in several statements.
_CHUNK = 500


class Reader(Protocol):
    """A consistent view of the database: all reads inside one transaction."""

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[Row]:
        """All rows."""
        ...

    def stream(self, sql: str, params: Mapping[str, object] | None = None, *, size: int = 1000) -> Iterator[list[Row]]:
        """Rows in blocks of ``size``, so that memory stays flat."""
        ...

    def rows_in(
        self, sql: str, name: str, values: Iterable[object], params: Mapping[str, object] | None = None
    ) -> list[Row]:
        """All rows of ``sql`` with the list ``values`` at ``IN :name``; order holds only within blocks of values."""
        ...


class SqliteReader:
    """:class:`Reader` over a ``sqlite3`` connection whose transaction somebody else opens and closes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[Row]:
        """All rows."""
        return self._execute(sql, params).fetchall()

    def stream(self, sql: str, params: Mapping[str, object] | None = None, *, size: int = 1000) -> Iterator[list[Row]]:
        """Rows in blocks of ``size``, so that memory stays flat."""
        cursor = self._execute(sql, params)
        while block := cursor.fetchmany(size):
            yield block

    def rows_in(
        self, sql: str, name: str, values: Iterable[object], params: Mapping[str, object] | None = None
    ) -> list[Row]:
        """All rows of ``sql`` with the list ``values`` at ``IN :name``; order holds only within blocks of values."""
        found: list[Row] = []
        for chunk in _chunks(list(dict.fromkeys(values))):
            bound = {f"{name}_{i}": value for i, value in enumerate(chunk)}
            marks = ", ".join(f":{key}" for key in bound)
            found += self.rows(sql.replace(f":{name}", f"({marks})"), {**(params or {}), **bound})
        return found

    def _execute(self, sql: str, params: Mapping[str, object] | None) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, dict(params or {}))
        except UnicodeEncodeError:
            clean = {
                name: storable(value) if isinstance(value, str) else value for name, value in (params or {}).items()
            }
            return self._connection.execute(sql, clean)


def storable(text: str) -> str:
    """``text`` as UTF-8 can hold it: half a surrogate pair, as broken JSON and arguments bring it, becomes ``?``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


#: What every query function takes: a reader, or the session of a transaction in progress.
Queryable: TypeAlias = "Reader | Session"


def as_reader(source: Queryable) -> Reader:
    """A reader on the same transaction: ``source`` itself, or the connection under a session (flushed first)."""
    if isinstance(source, SqliteReader):
        return source
    driver = getattr(source, "connection", None)
    if driver is None:
        return source  # type: ignore[return-value]  # another implementation of Reader
    source.flush()  # type: ignore[union-attr]  # rows added in this session must be seen
    return SqliteReader(driver().connection.driver_connection)


def _chunks(values: Sequence[object]) -> Iterator[Sequence[object]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
