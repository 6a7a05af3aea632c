"""The places that name papers, and the state of their fetches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tracker.errors import UnknownSource
from tracker.records import SourceSpec, SourceState
from tracker.store.reader import Queryable, Row, as_reader
from tracker.store.times import loaded

if TYPE_CHECKING:
    from sqlmodel import Session

_SELECT = (
    "SELECT s.slug, s.kind, s.title, s.url, s.description, s.enabled, s.interval_hours, s.options,"
    " (SELECT count(*) FROM mention m WHERE m.source_slug = s.slug AND m.gone_at IS NULL),"
    " (SELECT count(*) FROM mention m WHERE m.source_slug = s.slug AND m.gone_at IS NOT NULL),"
    " s.last_fetch_at, s.last_success_at, s.last_change_at, s.next_fetch_at, s.failures, s.last_error,"
    " s.builtin, s.content_hash, s.removed_at, s.position FROM source s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSource:
    """A source with what only the store and the ingest care about.

    ``content_hash`` is the fingerprint of the documents that were last understood.
    """

    state: SourceState
    builtin: bool
    content_hash: str | None
    removed_at: datetime | None
    position: int

    @property
    def spec(self) -> SourceSpec:
        """The source itself."""
        return self.state.spec


def listed(source: Queryable, *, removed: bool = False) -> list[StoredSource]:
    """All sources in their order; with ``removed``, those too."""
    rows = as_reader(source).rows(_SELECT + " ORDER BY s.position, s.slug")
    return [held for held in map(_source, rows) if removed or held.removed_at is None]


def get(source: Queryable, slug: str) -> StoredSource:
    """One source, removed or not.

    Raises:
        UnknownSource: there never was one by that name.
    """
    rows = as_reader(source).rows(_SELECT + " WHERE s.slug = :slug", {"slug": slug})
    if not rows:
        raise UnknownSource(f"no source is called {slug!r}", cure="see: tracker sources")
    return _source(rows[0])


def ensure(session: Session, spec: SourceSpec, now: datetime, *, builtin: bool = False, position: int = 0) -> bool:
    """Write a source, or bring its description up to date; whether a person switched it off stays as it is.

    A removed one is there again.

    Returns:
        True when something was written.
    """
    from tracker.store import statements
    from tracker.store.tables import SourceRow

    rows = as_reader(session).rows(_SELECT + " WHERE s.slug = :slug", {"slug": spec.slug})
    values: dict[str, Any] = {
        "kind": spec.kind,
        "title": spec.title,
        "url": spec.url,
        "description": spec.description,
        "interval_hours": spec.interval_hours,
        "options": dict(spec.options),
        "builtin": builtin,
        "position": position,
    }
    if not rows:
        row = {**values, "slug": spec.slug, "enabled": spec.enabled, "added_at": now}
        statements.upsert(session, SourceRow, [row], ("slug",))
        return True
    held = _source(rows[0])
    same = (held.spec.kind, held.spec.title, held.spec.url, held.spec.description, held.spec.interval_hours)
    wanted = (spec.kind, spec.title, spec.url, spec.description, spec.interval_hours)
    if (
        same == wanted
        and dict(held.spec.options) == dict(spec.options)
        and (held.builtin, held.position, held.removed_at) == (builtin, position, None)
    ):
        return False
    if held.spec.url != spec.url or held.spec.kind != spec.kind:
        values["content_hash"] = None  # what was understood came from elsewhere
    statements.update(session, SourceRow, {**values, "removed_at": None}, slug=spec.slug)
    return True


def record_success(
    session: Session, slug: str, now: datetime, *, content_hash: str, changed: bool, next_fetch: datetime | None = None
) -> None:
    """The source was fetched and understood."""
    values: dict[str, Any] = {
        "content_hash": content_hash,
        "last_fetch_at": now,
        "last_success_at": now,
        "next_fetch_at": next_fetch,
        "failures": 0,
        "last_error": None,
    }
    _set(session, slug, {**values, "last_change_at": now} if changed else values)


def record_failure(session: Session, slug: str, now: datetime, *, error: str, retry_at: datetime | None = None) -> None:
    """The source could not be fetched or understood; what it brought before stays."""
    failures = get(session, slug).state.failures + 1
    values = {"last_fetch_at": now, "next_fetch_at": retry_at, "failures": failures, "last_error": error}
    _set(session, slug, values)


def set_enabled(session: Session, slug: str, enabled: bool) -> None:
    """Switch a source on or off.

    Raises:
        UnknownSource: there is none by that name.
    """
    _set(session, slug, {"enabled": enabled})


def remove(session: Session, slug: str, now: datetime) -> None:
    """Take a source from the list: its mentions stay, marked gone.

    Raises:
        UnknownSource: there is none by that name.
    """
    from tracker.store import statements
    from tracker.store.tables import MentionRow

    _set(session, slug, {"removed_at": now, "content_hash": None, "next_fetch_at": None})
    statements.update(session, MentionRow, {"gone_at": now}, source_slug=slug, gone_at=None)


def _set(session: Session, slug: str, values: dict[str, Any]) -> None:
    from tracker.store import statements
    from tracker.store.tables import SourceRow

    if not statements.update(session, SourceRow, values, slug=slug):
        raise UnknownSource(f"no source is called {slug!r}", cure="see: tracker sources")


def _source(row: Row) -> StoredSource:
    spec = SourceSpec(
        slug=row[0],
        kind=row[1],
        title=row[2],
        url=row[3],
        description=row[4],
        enabled=bool(row[5]),
        interval_hours=row[6],
        options=json.loads(row[7]),
    )
    state = SourceState(
        spec=spec,
        entries=row[8],
        gone=row[9],
        last_fetch=loaded(row[10]),
        last_success=loaded(row[11]),
        last_change=loaded(row[12]),
        next_fetch=loaded(row[13]),
        failures=row[14],
        error=row[15],
    )
    return StoredSource(
        state=state, builtin=bool(row[16]), content_hash=row[17], removed_at=loaded(row[18]), position=row[19]
    )
