"""Actions on many papers at once, and the way back: exactly the rows that were there before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tracker.library.naming import pks_in
from tracker.records import ReadingStatus
from tracker.store import notes, papers, reading, settings
from tracker.store.database import Database
from tracker.store.reader import Queryable, as_reader
from tracker.store.reading import Reading
from tracker.store.texts import refresh_notes
from tracker.store.times import loaded_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

#: The fields of a reading that are decided together; one group is taken back only if nobody decided it anew since.
_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("status", "status_at", "queued_at", "started_at", "finished_at"),
    ("rating", "rating_at"),
    ("priority", "priority_at"),
    ("seen_at",),
)

Tags = frozenset[tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the reader had written about one paper at a moment; ``reading`` None where nothing was."""

    pk: int
    reading: Reading | None
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How to take an action back: what was there before, and what the action left.

    ``papers`` counts what the action was about.  The moments up to which
    everything counts as seen are None where the action was not about that.
    """

    papers: int
    before: tuple[Kept, ...] = ()
    after: tuple[Kept, ...] = ()
    seen_before: datetime | None = None
    seen_after: datetime | None = None


class Hand:
    """Acts on papers and can take it back.  Everything written is on disk when a method returns."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    def mark(
        self, names: Sequence[str], status: ReadingStatus | None, rating: int | None, priority: int | None
    ) -> Undo:
        """Set what is not None.

        Raises:
            UsageError: a value out of range; nothing was written.
        """
        with self._watched(names) as (session, pks, found):
            reading.mark(session, pks, self._clock(), status=status, rating=rating, priority=priority)
        return found[0]

    def tag(self, names: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> Undo:
        """Tie words to papers, untie others.

        Raises:
            UsageError: an empty word, or a very long one; nothing was written.
        """
        with self._watched(names) as (session, pks, found):
            for pk in pks:
                notes.add_tags(session, pk, add, self._clock())
                notes.remove_tags(session, pk, remove)
        return found[0]

    def requeue(self, names: Sequence[str]) -> Undo:
        """Queue papers as of now, also those that were queued already: they are no longer forgotten."""
        now = self._clock()
        with self._watched(names) as (session, pks, found):
            for one in reading.of_papers(session, pks).values():
                reading.put(session, replace(one, status="queued", status_at=now, queued_at=now))
        return found[0]

    def see(self, names: Sequence[str]) -> Undo:
        """These papers are no news any more."""
        with self._watched(names) as (session, pks, found):
            reading.mark_seen(session, self._clock(), pks)
        return found[0]

    def see_until(self, moment: datetime) -> Undo:
        """Nothing that came up to ``moment`` is news any more; what came after it was never shown and stays news."""
        with self._db.write(durable=True) as session:
            before = settings.get_moment(session, settings.SEEN_UNTIL)
            count = as_reader(session).rows("SELECT count(*) FROM paper")[0][0]
            reading.mark_seen(session, moment)
            return Undo(papers=count, seen_before=before, seen_after=settings.get_moment(session, settings.SEEN_UNTIL))

    def undo(self, action: Undo) -> int:
        """Put back what was there before an action, where nobody decided anew since.

        Returns:
            Of how many papers something was put back (for :meth:`see_until`: 1 or 0).
        """
        if action.seen_after is not None:
            return self._unsee(action)
        with self._db.write(durable=True) as session:
            present = papers.ids_of(session, [one.pk for one in action.before])
            now = {one.pk: one for one in _kept(session, list(present))}
            count = 0
            for before, after in zip(action.before, action.after, strict=True):
                if before.pk in now and before != after:
                    count += _put_back(session, before, after, now[before.pk])
            return count

    def _unsee(self, action: Undo) -> int:
        with self._db.write(durable=True) as session:
            if settings.get_moment(session, settings.SEEN_UNTIL) != action.seen_after:
                return 0  # another window saw more since
            if action.seen_before is None:
                settings.forget(session, settings.SEEN_UNTIL)
            else:
                settings.put(session, settings.SEEN_UNTIL, action.seen_before)
            return 1

    @contextmanager
    def _watched(self, names: Sequence[str]) -> Iterator[tuple[Session, list[int], list[Undo]]]:
        """A transaction whose effects on papers are noted; the note is in the list when the block has ended."""
        found: list[Undo] = []
        with self._db.write(durable=True) as session:
            pks = pks_in(session, names)
            before = _kept(session, pks)
            yield session, pks, found
            found.append(Undo(papers=len(before), before=before, after=_kept(session, pks)))


def _kept(source: Queryable, pks: Sequence[int]) -> tuple[Kept, ...]:
    reader = as_reader(source)
    wanted = list(dict.fromkeys(pks))
    held = {row[0] for row in reader.rows_in("SELECT paper_pk FROM reading WHERE paper_pk IN :pks", "pks", wanted)}
    readings = reading.of_papers(reader, wanted)
    tags: dict[int, set[tuple[str, datetime]]] = {}
    for pk, name, at in reader.rows_in(
        "SELECT paper_pk, name, added_at FROM tag WHERE paper_pk IN :pks", "pks", wanted
    ):
        tags.setdefault(pk, set()).add((name, loaded_at(at)))
    return tuple(Kept(pk, readings[pk] if pk in held else None, frozenset(tags.get(pk, ()))) for pk in wanted)


def _put_back(session: Session, before: Kept, after: Kept, now: Kept) -> bool:
    done = _put_back_reading(session, before, after, now)
    return _put_back_tags(session, before, after) or done


def _put_back_reading(session: Session, before: Kept, after: Kept, now: Kept) -> bool:
    from tracker.store import statements
    from tracker.store.tables import ReadingRow

    if before.reading == after.reading or now.reading is None:
        return False
    if before.reading is None and now.reading == after.reading:
        statements.delete(session, ReadingRow, paper_pk=before.pk)
        return True
    old, left = before.reading or Reading(paper_pk=before.pk), after.reading or Reading(paper_pk=before.pk)
    values: dict[str, Any] = {}
    for group in _TOGETHER:
        if all(getattr(now.reading, name) == getattr(left, name) for name in group):
            values |= {name: getattr(old, name) for name in group}
    wanted = replace(now.reading, **values)
    if wanted == now.reading:
        return False
    reading.put(session, wanted)
    return True


def _put_back_tags(session: Session, before: Kept, after: Kept) -> bool:
    from tracker.store import statements
    from tracker.store.tables import TagRow

    added, removed = after.tags - before.tags, before.tags - after.tags
    for name, at in added:
        statements.delete(session, TagRow, paper_pk=before.pk, name=name, added_at=at)
    rows = [{"paper_pk": before.pk, "name": name, "added_at": at} for name, at in sorted(removed)]
    if rows:
        statements.upsert(session, TagRow, rows, ("paper_pk", "name"), keep=True)
    if added or removed:
        refresh_notes(session, before.pk)
    return bool(added or removed)
