"""Saved searches, with the hits that were shown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.store.reader import Queryable, as_reader
from tracker.store.times import loaded_at

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSearch:
    """A saved search; ``seen`` are the papers that it has shown, by number."""

    name: str
    query: str
    created: datetime
    seen_at: datetime
    seen: frozenset[int]


def listed(source: Queryable) -> tuple[StoredSearch, ...]:
    """All, by name."""
    rows = as_reader(source).rows(
        "SELECT name, query, created_at, seen_at, seen_papers FROM saved_search ORDER BY lower(name), name"
    )
    return tuple(
        StoredSearch(name=name, query=query, created=loaded_at(made), seen_at=loaded_at(at), seen=frozenset(_list(pks)))
        for name, query, made, at, pks in rows
    )


def get(source: Queryable, name: str) -> StoredSearch:
    """One.

    Raises:
        UsageError: there is none of that name.
    """
    found = next((one for one in listed(source) if one.name == name), None)
    if found is None:
        raise UsageError(f"no search is saved as {name!r}")
    return found


def put(session: Session, one: StoredSearch) -> None:
    """Write a search as it is given."""
    from tracker.store import statements
    from tracker.store.tables import SavedSearchRow

    row = {
        "name": one.name, "query": one.query, "created_at": one.created, "seen_at": one.seen_at,
        "seen_papers": sorted(one.seen),
    }  # fmt: skip
    statements.upsert(session, SavedSearchRow, [row], ("name",))


def delete(session: Session, name: str) -> None:
    """Drop one, if it is there."""
    from tracker.store import statements
    from tracker.store.tables import SavedSearchRow

    statements.delete(session, SavedSearchRow, name=name)


def _list(text: object) -> Iterable[int]:
    return map(int, json.loads(str(text)))
