"""The few shapes of writing that all query modules use: Core statements on the SQLModel tables.

An insert is compiled once for its shape and then run on the driver, values
converted by the columns' own types: SQLAlchemy's way through a statement costs
several times what SQLite takes to run it, and a list has thousands of rows.
``upsert`` is where another engine would differ.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pydantic.fields import FieldInfo
from sqlalchemy import CursorResult, Delete, Table, Update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.dialects.sqlite.pysqlite import dialect as pysqlite
from sqlmodel import Session, SQLModel

from tracker.store.engine import dump_json
from tracker.store.reader import storable

#: Values become what the engine's own way makes of them.
_DIALECT = pysqlite(json_serializer=dump_json)


def table_of(model: type[SQLModel]) -> Table:
    """The table that a SQLModel class describes."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]  # SQLAlchemy sets it on the class


def insert(session: Session, model: type[SQLModel], values: Mapping[str, Any]) -> int:
    """Write one row and return its number (of no meaning where the key is not a number)."""
    prepared = _prepare(model, tuple(values), None, False)
    return int(_driver(session).execute(prepared.sql, prepared.values(values)).lastrowid or 0)


def insert_many(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that have the same columns."""
    if rows:
        prepared = _prepare(model, tuple(rows[0]), None, False)
        _driver(session).executemany(prepared.sql, [prepared.values(row) for row in rows])


def upsert(
    session: Session,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    *,
    keep: bool = False,
) -> int:
    """Write rows of the same columns; where ``keys`` exist, update the columns named (or leave all, with ``keep``).

    Never ``INSERT OR REPLACE``: it deletes behind the full-text index's back.

    Returns:
        The number of rows written.
    """
    if not rows:
        return 0
    prepared = _prepare(model, tuple(rows[0]), tuple(keys), keep)
    return int(_driver(session).executemany(prepared.sql, [prepared.values(row) for row in rows]).rowcount)


def update(session: Session, model: type[SQLModel], values: Mapping[str, Any], /, **where: Any) -> int:
    """Set ``values`` where the named columns equal, or are among, what is given; returns the number of rows."""
    clean = {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}
    return _run(session, table_of(model).update().values(clean), where)


def delete(session: Session, model: type[SQLModel], /, **where: Any) -> int:
    """Delete where the named columns equal, or are among, what is given; returns the number of rows."""
    if not where:
        raise ValueError("delete needs a condition")
    return _run(session, table_of(model).delete(), where)


def _run(session: Session, statement: Update | Delete, where: Mapping[str, Any]) -> int:
    for name, wanted in where.items():
        column = cast(Table, statement.table).c[name]
        several = isinstance(wanted, list | tuple | set | frozenset)
        statement = statement.where(column.in_(wanted) if several else column == wanted)
    return int(cast("CursorResult[Any]", session.connection().execute(statement)).rowcount)


# ---------------------------------------------------------------- compiled once a shape

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An insert's SQL, its parameters in order, each with its conversion, and defaults for what is not named.

    ``constants`` are those defaults that are the same for every row, converted.
    """

    sql: str
    converted: tuple[tuple[str, Convert | None], ...]
    defaults: Mapping[str, Callable[[], Any]]
    constants: Mapping[str, Any]

    def values(self, row: Mapping[str, Any]) -> list[Any]:
        """A row's values as the driver takes them."""
        found = []
        for name, convert in self.converted:
            if name in row:
                found.append(_driven(row[name], convert))
            elif name in self.constants:
                found.append(self.constants[name])
            else:
                found.append(_driven(self.defaults[name](), convert))
        return found


def _driven(value: Any, convert: Convert | None) -> Any:
    if convert is not None:
        value = convert(value)
    return storable(value) if isinstance(value, str) else value


@cache
def _prepare(model: type[SQLModel], columns: tuple[str, ...], keys: tuple[str, ...] | None, keep: bool) -> _Prepared:
    table = table_of(model)
    defaults = {name: default for name, default in _defaults(model).items() if name not in columns}
    statement = sqlite_insert(table)
    if keys is not None:
        statement = _on_conflict(statement, [name for name in columns if name not in keys], keys, keep)
    compiled = statement.compile(dialect=_DIALECT, column_keys=[*columns, *defaults])
    converted = tuple(
        (name, table.c[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT)) for name in _order(compiled)
    )
    same = [name for name in defaults if model.model_fields[name].default_factory in (None, list, dict)]
    conversion = dict(converted)
    constants = {name: _driven(defaults[name](), conversion[name]) for name in same if name in conversion}
    return _Prepared(str(compiled), converted, defaults, constants)


def _order(compiled: Any) -> Sequence[str]:
    return cast("Sequence[str]", compiled.positiontup)


def _on_conflict(statement: Insert, changed: Sequence[str], keys: Sequence[str], keep: bool) -> Insert:
    if keep or not changed:
        return statement.on_conflict_do_nothing(index_elements=list(keys))
    values = {name: statement.excluded[name] for name in changed}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=values)


@cache
def _defaults(model: type[SQLModel]) -> dict[str, Callable[[], Any]]:
    """Columns with a default, by the model; a key that is a number fills itself."""
    own = {column.name for column in table_of(model).primary_key}
    return {
        name: _default_of(field)
        for name, field in model.model_fields.items()
        if not field.is_required() and not (name in own and field.default is None)
    }


def _default_of(field: FieldInfo) -> Callable[[], Any]:
    """Gives the default, without pydantic's look at the factory's signature, which costs more than a row's insert."""
    factory = field.default_factory
    if factory is None:
        return lambda: field.default
    if field.default_factory_takes_validated_data:
        return lambda: cast("Callable[[dict[str, Any]], Any]", factory)({})
    return cast("Callable[[], Any]", factory)


def _driver(session: Session) -> sqlite3.Connection:
    """The driver's connection, inside the session's transaction."""
    return cast(sqlite3.Connection, session.connection().connection.driver_connection)
