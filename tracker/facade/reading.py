"""What the reader does with papers: states, tags, notes, the desk's views, and undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

from tracker.facade.learning import Learning
from tracker.facade.types import OnProgress, Sort
from tracker.records import Note, Paper, ReadingStatus

if TYPE_CHECKING:
    from tracker.library.desk_views import News, ReadingEntry, ReadingWeek, Suggestion
    from tracker.library.elsewhere import DeskChange
    from tracker.library.mapping import MapSheet, PaperMap
    from tracker.library.undo import Undo


class Reading(Learning):
    """What the reader does with papers: states, tags, notes, the desk's views, and undo."""

    def mark(
        self,
        paper_ids: str | Sequence[str],
        status: ReadingStatus | None = None,
        *,
        rating: int | None = None,
        priority: int | None = None,
    ) -> tuple[Paper, ...]:
        """Set status, rating (1 to 5; 0 removes it) or priority of papers; what is None stays.

        Raises:
            UsageError: a value out of range; nothing was written.
        """
        names = [paper_ids] if isinstance(paper_ids, str) else list(paper_ids)
        return self._desk().mark(names, status, rating, priority)

    def mark_seen(self, paper_ids: Sequence[str] | None = None) -> int:
        """These papers (None: all) are no news any more; returns how many were."""
        return self._desk().mark_seen(paper_ids)

    def tag(self, paper_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Paper:
        """Tie words to a paper, or untie them."""
        return self._desk().tag(paper_id, add, remove)

    def note(self, paper_id: str, body: str) -> Note:
        """Write a note in Markdown about a paper."""
        return self._desk().note(paper_id, body)

    def edit_note(self, note_id: str, body: str) -> Note:
        """Replace the text of a note.

        Raises:
            UsageError: there is no such note.
        """
        return self._desk().edit_note(note_id, body)

    def delete_note(self, note_id: str) -> None:
        """Delete a note.

        Raises:
            UsageError: there is no such note.
        """
        self._desk().delete_note(note_id)

    def queue(self, limit: int = 20, *, offset: int = 0) -> tuple[Paper, ...]:
        """What to read next: what is being read, then the queue by priority and age.

        Args:
            limit: how many.
            offset: how many to pass over.
        """
        return self._desk().queue(limit + offset)[offset:]

    def queued_at(self, papers: Sequence[Paper]) -> dict[str, datetime]:
        """When each of these papers was queued, by id; without those of which nobody knows."""
        from tracker.store.papers import pks_of_ids
        from tracker.store.reading import of_papers

        with self._db.reader() as reader:
            pks = pks_of_ids(reader, [paper.id for paper in papers])
            held = of_papers(reader, pks.values())
        moments = {
            name: held[pk].queued_at or (held[pk].status_at if held[pk].status == "queued" else None)
            for name, pk in pks.items()
        }
        return {name: moment for name, moment in moments.items() if moment is not None}

    def news_by_week(
        self,
        *,
        source: str | None = None,
        limit: int = 20,
        each: int | None = None,
        opened: Mapping[tuple[str | None, date | None], int] | None = None,
    ) -> News:
        """The first ``limit`` new papers, each in exactly one group of a list and a week, latest week first.

        Args:
            source: only what this list names.
            limit: how many papers.
            each: of one group so many, or all of it where it holds one more; None: as many as there is room for.
            opened: groups, by list and week, of which more is wanted, and how much; they take no room from others.
        """
        return self._views().news(source, limit, each, opened or {})

    def reading_entries(
        self, query: str = "", *, sort: Sort = "priority", limit: int | None = 50, offset: int = 0
    ) -> tuple[ReadingEntry, ...]:
        """As :meth:`papers`, with the dates of the reading list.

        Raises:
            QueryError: a filter that cannot be read.
        """
        return self._views().entries(query, sort, limit, offset)

    def forgotten(self, limit: int = 5) -> tuple[ReadingEntry, ...]:
        """What has been in the queue for more than 30 days, longest first."""
        return self._views().forgotten(limit)

    def reading_weeks(self, count: int = 26) -> tuple[ReadingWeek, ...]:
        """How many papers were queued and read in each of the last weeks, oldest first."""
        return self._views().weeks(count)

    def read_next(self, limit: int = 5) -> tuple[Suggestion, ...]:
        """What of the queue to read next, with reasons; from the inbox where the queue is empty."""
        return self._views().read_next(self.concepts, limit)

    def act(
        self,
        paper_ids: Sequence[str],
        status: ReadingStatus | None = None,
        *,
        rating: int | None = None,
        priority: int | None = None,
    ) -> Undo:
        """As :meth:`mark`, for many papers, with the way back.

        Raises:
            UsageError: a value out of range; nothing was written.
        """
        return self._hand().mark(paper_ids, status, rating, priority)

    def tag_many(self, paper_ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Undo:
        """Tie words to many papers, or untie them, with the way back.

        Raises:
            UsageError: an empty word, or a very long one; nothing was written.
        """
        return self._hand().tag(paper_ids, add, remove)

    def requeue(self, paper_ids: Sequence[str]) -> Undo:
        """Queue papers as of now, also those that wait already."""
        return self._hand().requeue(paper_ids)

    def see(self, paper_ids: Sequence[str]) -> Undo:
        """These papers are no news any more."""
        return self._hand().see(paper_ids)

    def see_until(self, moment: datetime) -> Undo:
        """Nothing that came up to ``moment`` is news any more; what came since was never shown and stays news."""
        return self._hand().see_until(moment)

    def undo(self, action: Undo) -> int:
        """Take an action back, except where something else was decided since; returns of how many papers."""
        return self._hand().undo(action)

    def desk_number(self) -> int:
        """Grows with each status, rating, priority, tag or note that anybody writes; cheap to ask."""
        from tracker.library import elsewhere

        return elsewhere.number(self._db)

    @contextmanager
    def desk_spans(self) -> Iterator[list[tuple[int, int]]]:
        """Which changes of the desk are one's own: after the block, ``(before, after]`` for each write made in it.

        Exact while others write: a change of another window is in no span.
        """
        with self._db.desk_spans() as found:
            yield found

    def desk_changes(self, since: int, limit: int = 20) -> tuple[DeskChange, ...]:
        """What changed after :meth:`desk_number` was ``since``, the latest first, each paper once."""
        from tracker.library import elsewhere

        return elsewhere.since(self._db, since, limit)

    def map(self) -> PaperMap:
        """All embedded papers in the plane by meaning; drawn first (in seconds) where there is no map yet."""
        return self._cartographer().show()

    def map_sheet(self) -> MapSheet:
        """The map as it was drawn last, as columns, at once; an update draws it."""
        return self._cartographer().sheet()

    def keep_map_up(self, *, progress: OnProgress | None = None) -> int:
        """Put what was embedded since onto the map, drawing it where there is none; returns how many are on it."""
        return self._cartographer().keep_up(progress)

    def map_drawn(self) -> bool:
        """Whether :meth:`map` has something to show at once."""
        return self._cartographer().drawn()

    def draw_map(self, *, progress: OnProgress | None = None) -> int:
        """Draw the map anew from all papers, lying as the former one did; returns how many are on it."""
        return self._cartographer().draw(progress)
