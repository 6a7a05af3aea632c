"""Small values that belong to the library: the last visit, the model in use."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tracker.store.reader import Queryable, as_reader
from tracker.store.times import loaded, stored

if TYPE_CHECKING:
    from sqlmodel import Session

#: Up to when everything counts as seen; see ``is:new`` in :mod:`tracker.store.filters`.
SEEN_UNTIL = "seen_until"


def get(source: Queryable, name: str) -> str | None:
    """A value, or None."""
    rows = as_reader(source).rows("SELECT value FROM setting WHERE name = :name", {"name": name})
    return str(rows[0][0]) if rows else None


def get_moment(source: Queryable, name: str) -> datetime | None:
    """A value that is a moment, or None."""
    return loaded(get(source, name))


def everything(source: Queryable) -> dict[str, str]:
    """All values by name."""
    return dict(as_reader(source).rows("SELECT name, value FROM setting ORDER BY name"))


def put(session: Session, name: str, value: str | datetime) -> None:
    """Keep a value under a name."""
    from tracker.store import statements
    from tracker.store.tables import SettingRow

    text = stored(value) if isinstance(value, datetime) else value
    statements.upsert(session, SettingRow, [{"name": name, "value": text}], ("name",))


def forget(session: Session, name: str) -> None:
    """Drop a value, if it is there."""
    from tracker.store import statements
    from tracker.store.tables import SettingRow

    statements.delete(session, SettingRow, name=name)
