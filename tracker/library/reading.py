"""The reader's desk: looking at papers, and writing down what one thinks of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.errors import UnknownPaper
from tracker.library.conditions import condition_of
from tracker.library.naming import pk_in, pks_in
from tracker.records import Note, Paper, ReadingStatus
from tracker.search.query import parse
from tracker.store import filters, listing, notes, reading
from tracker.store.assemble import paper_records
from tracker.store.database import Database

if TYPE_CHECKING:
    from tracker.store.filters import Filter
    from tracker.store.listing import Sort


class Desk:
    """What a person does with papers.  Everything written here is on disk when a method returns."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    # ------------------------------------------------------------ looking

    def paper(self, pk: int) -> Paper:
        """A paper whole."""
        with self._db.reader() as reader:
            found = paper_records(reader, [pk])
        if not found:
            raise UnknownPaper("that paper is gone", cure="look for it with: tracker search")
        return found[0]

    def papers(self, query: str, sort: Sort, limit: int | None, offset: int) -> tuple[Paper, ...]:
        """What a query admits, in an order."""
        condition = self._condition(query)
        with self._db.reader() as reader:
            pks = listing.listed(reader, condition, sort=sort, limit=limit, offset=offset)
            return tuple(paper_records(reader, pks))

    def count(self, query: str) -> int:
        """How many a query admits."""
        condition = self._condition(query)
        with self._db.reader() as reader:
            return listing.count(reader, condition)

    def queue(self, limit: int) -> tuple[Paper, ...]:
        """What to read next."""
        with self._db.reader() as reader:
            return tuple(paper_records(reader, listing.queue(reader, limit)))

    def _condition(self, query: str) -> Filter:
        return condition_of(parse(query), words=True)

    # ------------------------------------------------------------ writing

    def mark(
        self, names: Sequence[str], status: ReadingStatus | None, rating: int | None, priority: int | None
    ) -> tuple[Paper, ...]:
        """Set what is not None."""
        with self._db.write(durable=True) as session:
            pks = pks_in(session, names)
            reading.mark(session, pks, self._clock(), status=status, rating=rating, priority=priority)
            return tuple(paper_records(session, pks))

    def mark_seen(self, names: Sequence[str] | None) -> int:
        """No news any more; how many were."""
        condition: Filter = filters.Is("new")
        with self._db.write(durable=True) as session:
            pks = None if names is None else pks_in(session, names)
            if pks is not None:
                condition = filters.All((condition, filters.Among(tuple(pks))))
            new = listing.count(session, condition)
            reading.mark_seen(session, self._clock(), pks)
        return new

    def tag(self, name: str, add: Sequence[str], remove: Sequence[str]) -> Paper:
        """Tie and untie words."""
        with self._db.write(durable=True) as session:
            pk = pk_in(session, name)
            notes.add_tags(session, pk, add, self._clock())
            notes.remove_tags(session, pk, remove)
            return paper_records(session, [pk])[0]

    def note(self, name: str, body: str) -> Note:
        """Write a note."""
        with self._db.write(durable=True) as session:
            return notes.add(session, pk_in(session, name), body, self._clock())

    def edit_note(self, note_id: str, body: str) -> Note:
        """Replace what a note says."""
        with self._db.write(durable=True) as session:
            return notes.edit(session, note_id, body, self._clock())

    def delete_note(self, note_id: str) -> None:
        """Delete a note."""
        with self._db.write(durable=True) as session:
            notes.delete(session, note_id)
