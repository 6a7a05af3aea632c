"""Join what a person wrote when two papers turn out to be one.  Nothing written is lost.

Every function here is commutative, associative and idempotent, so that it
does not matter in which order three papers become one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tracker.records import ReadingStatus

_T = TypeVar("_T")

#: How far a person has come with a paper.  A paper that was skipped under one name and queued under another is queued.
_ADVANCE: dict[ReadingStatus, int] = {"inbox": 0, "skipped": 1, "queued": 2, "reading": 3, "read": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a person decided about a paper, and when; None where nothing was decided."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact:
    """A note by its id, which is the same wherever the note goes."""

    id: str
    body: str
    created: datetime
    updated: datetime


def combine_reading(first: Reading, second: Reading) -> Reading:
    """The most advanced status with its time, the latest rating, the highest priority.

    Seen, queued and started count from the earliest time, finished from the
    latest: the first look and the last page.
    """
    both = (first, second)
    status = max(both, key=lambda r: (_ADVANCE[r.status], _when(r.status_at)))
    rating = max(both, key=lambda r: (r.rating is not None, _when(r.rating_at), r.rating or 0))
    priority = max(both, key=lambda r: (r.priority, _when(r.priority_at)))
    return Reading(
        status=status.status,
        status_at=status.status_at,
        rating=rating.rating,
        rating_at=rating.rating_at,
        priority=priority.priority,
        priority_at=priority.priority_at,
        seen_at=_among(min, (r.seen_at for r in both)),
        queued_at=_among(min, (r.queued_at for r in both)),
        started_at=_among(min, (r.started_at for r in both)),
        finished_at=_among(max, (r.finished_at for r in both)),
    )


def combine_tags(first: Iterable[tuple[str, datetime]], second: Iterable[tuple[str, datetime]]) -> dict[str, datetime]:
    """The union of the tags, each with the time it was first tied."""
    tags: dict[str, datetime] = {}
    for name, at in (*first, *second):
        tags[name] = min(at, tags.get(name, at))
    return dict(sorted(tags.items()))


def combine_notes(first: Iterable[NoteFact], second: Iterable[NoteFact]) -> tuple[NoteFact, ...]:
    """All notes, oldest first; of one note that both have, the version edited last."""
    notes: dict[str, NoteFact] = {}
    for note in (*first, *second):
        held = notes.get(note.id)
        if held is None or (note.updated, note.body, note.created) > (held.updated, held.body, held.created):
            notes[note.id] = note
    return tuple(sorted(notes.values(), key=lambda n: (n.created, n.id)))


def _when(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else float("-inf")


def _among(choose: Callable[[Iterable[_T]], _T], moments: Iterable[_T | None]) -> _T | None:
    known = [moment for moment in moments if moment is not None]
    return choose(known) if known else None
