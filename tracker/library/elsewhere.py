"""What changed on the reader's desk since a moment, so that one window learns what another did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from tracker.records import ReadingStatus
from tracker.store import changes
from tracker.store.database import Database
from tracker.store.reader import as_reader


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskChange:
    """A paper whose status, rating, priority, tags or notes changed, as it stands now.

    ``number`` counts the changes of the library.  ``id`` and ``title`` are None where it was no single paper
    (everything was marked as seen) or the paper is gone.
    """

    number: int
    id: str | None
    title: str | None
    status: ReadingStatus


def number(db: Database) -> int:
    """The number of the last change on the desk; one look into an index."""
    with db.reader() as reader:
        return changes.latest(reader, changes.DESK)


def since(db: Database, last: int, limit: int) -> tuple[DeskChange, ...]:
    """What changed after the change of that number, the latest first; each paper once."""
    sql = (
        "SELECT c.number, p.id, p.title, coalesce(r.status, 'inbox') FROM change c"
        " LEFT JOIN paper p ON p.pk = c.paper_pk LEFT JOIN reading r ON r.paper_pk = c.paper_pk"
        " WHERE c.stream = :stream AND c.number > :last ORDER BY c.number DESC LIMIT :limit"
    )
    with db.reader() as reader:
        rows = as_reader(reader).rows(sql, {"stream": changes.DESK, "last": last, "limit": limit})
    return tuple(DeskChange(number=n, id=i, title=t, status=cast("ReadingStatus", s)) for n, i, t, s in rows)
