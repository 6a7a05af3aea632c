"""What the reader decided about papers: status, rating, priority, what was seen.

Each field has the moment at which it was set, and the latest one wins: two
windows that write at once, or an import of older words, lose nothing newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from tracker.errors import UsageError
from tracker.records import READING_STATUSES, ReadingStatus
from tracker.store import settings
from tracker.store.reader import Queryable, as_reader
from tracker.store.times import loaded

if TYPE_CHECKING:
    from sqlmodel import Session

#: The column that remembers when a paper last came into a status.
_SINCE: Mapping[str, str] = {"queued": "queued_at", "reading": "started_at", "read": "finished_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where the reader is with a paper, and since when."""

    paper_pk: int
    status: ReadingStatus = "inbox"
    status_at: datetime | None = None
    rating: int | None = None
    rating_at: datetime | None = None
    priority: int = 0
    priority_at: datetime | None = None
    seen_at: datetime | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


def of_papers(source: Queryable, pks: Iterable[int]) -> dict[int, Reading]:
    """Where the reader is with each paper; every paper asked about is in the answer."""
    wanted = list(pks)
    sql = (
        "SELECT paper_pk, status, status_at, rating, rating_at, priority, priority_at, seen_at, queued_at,"
        " started_at, finished_at FROM reading WHERE paper_pk IN :pks"
    )
    found = {pk: Reading(paper_pk=pk) for pk in wanted}
    for row in as_reader(source).rows_in(sql, "pks", wanted):
        found[row[0]] = Reading(
            paper_pk=row[0],
            status=cast(ReadingStatus, row[1]),
            status_at=loaded(row[2]),
            rating=row[3],
            rating_at=loaded(row[4]),
            priority=row[5],
            priority_at=loaded(row[6]),
            seen_at=loaded(row[7]),
            queued_at=loaded(row[8]),
            started_at=loaded(row[9]),
            finished_at=loaded(row[10]),
        )
    return found


def mark(
    session: Session,
    pks: Iterable[int],
    now: datetime,
    *,
    status: ReadingStatus | None = None,
    rating: int | None = None,
    priority: int | None = None,
) -> int:
    """Set what is given; a field that was set later than ``now`` stays as it is.

    Args:
        session: a write session; use a durable one.
        pks: the papers.
        now: when the reader decided so.
        status: one of :data:`~tracker.records.READING_STATUSES`.
        rating: 1 to 5, or 0 to take the rating away.
        priority: larger is more urgent; 0 is none.

    Returns:
        The number of papers of which something changed.

    Raises:
        UsageError: a value that makes no sense.
    """
    if status is not None and status not in READING_STATUSES:
        raise UsageError(f"{status!r} is no reading status", cure=f"use one of {', '.join(READING_STATUSES)}")
    if rating is not None and not 0 <= rating <= 5:
        raise UsageError(f"a rating is 1 to 5, not {rating}", cure="use 0 to take a rating away")
    held = of_papers(session, pks)
    changed = 0
    for pk, reading in held.items():
        values: dict[str, Any] = {}
        if status is not None and _later(now, reading.status_at):
            values |= {"status": status, "status_at": now}
            if status in _SINCE and (reading.status != status or reading.status_at is None):
                values[_SINCE[status]] = now
        if rating is not None and _later(now, reading.rating_at):
            values |= {"rating": rating or None, "rating_at": now}
        if priority is not None and _later(now, reading.priority_at):
            values |= {"priority": priority, "priority_at": now}
        if any(values[name] != getattr(reading, name) for name in values):
            _put(session, pk, values)
            changed += 1
    return changed


def put(session: Session, reading: Reading) -> None:
    """Write a reading exactly as it is given: to undo, and to import with all moments."""
    names = (name for name in Reading.__slots__ if name != "paper_pk")
    _put(session, reading.paper_pk, {name: getattr(reading, name) for name in names})


def mark_seen(session: Session, now: datetime, pks: Iterable[int] | None = None) -> None:
    """The reader saw these papers; None: everything that came up to now."""
    if pks is None:
        before = settings.get_moment(session, settings.SEEN_UNTIL)
        if before is None or before < now:
            settings.put(session, settings.SEEN_UNTIL, now)
        return
    for pk, reading in of_papers(session, pks).items():
        if _later(now, reading.seen_at):
            _put(session, pk, {"seen_at": now})


def counts(source: Queryable) -> dict[str, int]:
    """How many papers stand in each status; every status is in the answer."""
    found = dict.fromkeys(READING_STATUSES, 0)
    found |= dict(as_reader(source).rows("SELECT status, count(*) FROM reading GROUP BY status"))
    ((papers,),) = as_reader(source).rows("SELECT count(*) FROM paper")
    found["inbox"] = papers - sum(number for status, number in found.items() if status != "inbox")
    return {str(status): number for status, number in found.items()}


def _later(now: datetime, held: datetime | None) -> bool:
    return held is None or now >= held


def _put(session: Session, pk: int, values: Mapping[str, Any]) -> None:
    from tracker.store import statements
    from tracker.store.tables import ReadingRow

    statements.upsert(session, ReadingRow, [{"paper_pk": pk, **values}], ("paper_pk",))
