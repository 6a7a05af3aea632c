"""What belongs to a paper, as plain rows that can be kept in JSON and put back bit for bit.

Rows are taken as the database holds them, past all type conversion, so that a
snapshot taken by one version is put back unchanged by a later one: columns
that are gone meanwhile are left out, new ones get their default.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import TableClause, column, table
from sqlmodel import Session, SQLModel

from tracker.store.statements import table_of

Plain: TypeAlias = dict[str, Any]


@cache
def untyped(model: type[SQLModel]) -> TableClause:
    """The model's table without its types: what goes in and comes out is what SQLite holds."""
    return table(table_of(model).name, *(column(c.name) for c in table_of(model).columns))


def rows_of(session: Session, model: type[SQLModel], owner: int, owner_column: str = "paper_pk") -> list[Plain]:
    """The rows of one paper, in the order of their keys, without the column that names the paper."""
    source = untyped(model)
    keys = [source.c[c.name] for c in table_of(model).primary_key]
    statement = source.select().where(source.c[owner_column] == owner).order_by(*keys)
    rows = session.connection().execute(statement).mappings()
    return [{name: value for name, value in row.items() if name != owner_column} for row in rows]


def write(
    session: Session,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    owner: int,
    owner_column: str = "paper_pk",
) -> None:
    """Insert rows as taken by :func:`rows_of`, for a paper."""
    known = set(untyped(model).c.keys())
    for row in rows:
        values = {name: value for name, value in row.items() if name in known}
        session.connection().execute(untyped(model).insert().values({**values, owner_column: owner}))


def erase(session: Session, model: type[SQLModel], owner: int, owner_column: str = "paper_pk") -> None:
    """Delete the rows of one paper."""
    source = untyped(model)
    session.connection().execute(source.delete().where(source.c[owner_column] == owner))


def hand_over(
    session: Session,
    model: type[SQLModel],
    keys: Iterable[Mapping[str, Any]],
    giver: int,
    taker: int,
    owner_column: str = "paper_pk",
) -> None:
    """Give the rows with these keys to another paper, those that ``giver`` still has."""
    source = untyped(model)
    for key in keys:
        statement = source.update().where(source.c[owner_column] == giver)
        for name, value in key.items():
            statement = statement.where(source.c[name] == value)
        session.connection().execute(statement.values({owner_column: taker}))


def to_json(rows: Iterable[Mapping[str, Any]]) -> list[Plain]:
    """Rows as JSON can hold them: bytes as ``{"base64": ...}``."""
    return [
        {
            name: {"base64": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def from_json(rows: Iterable[Mapping[str, Any]]) -> list[Plain]:
    """The inverse of :func:`to_json`."""
    return [
        {
            name: base64.b64decode(value["base64"]) if isinstance(value, dict) and "base64" in value else value
            for name, value in row.items()
        }
        for row in rows
    ]
