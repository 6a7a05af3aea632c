"""New papers by week and list, kept between two looks: what the reader does takes papers out and sorts nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from tracker.store import changes, settings
from tracker.store.filters import NEW
from tracker.store.reader import Reader, as_reader

#: The Monday of a week and a list's short name; ``date.min`` and None where there is none.
Place: TypeAlias = tuple[date, str | None]

#: So many narrowings (to one list) are kept beside the whole.
_KEPT = 8
#: More changes than this, and everything is read again.
_FEW = 400
#: Each new paper once, in the group of its latest week (of its list's name where two are alike), latest week first;
#: most endorsed first within a group, then by rank.  A mention without a week counts for the week it was first seen.
#: A place is seven figures that fall as days go by, and the list's name.
_GROUPED = (
    "SELECT pk, id, place, lists FROM ("
    " SELECT paper.pk, paper.id, paper.news_at,"
    "  min(CASE WHEN {within} THEN (9000000 - CAST(julianday(coalesce(m.week_start,"
    "   date(coalesce(m.first_seen_at, paper.added_at), 'weekday 0', '-6 days'))) + 0.5 AS INTEGER))"
    "   || coalesce(m.source_slug, '~') END) AS place,"
    "  min(CASE WHEN {within} THEN coalesce(m.rank, 1000000) END) AS rank,"
    "  group_concat(DISTINCT m.source_slug) AS lists, count(DISTINCT m.source_slug) AS number"
    " FROM paper LEFT JOIN mention m ON m.paper_pk = paper.pk AND m.gone_at IS NULL WHERE {new} GROUP BY paper.pk"
    ") ORDER BY place, number DESC, rank, news_at DESC, id"
).replace("{new}", NEW)
_FIGURES = 7
#: 9,000,000 less the Julian day before 1 January of year 1.
_FIRST = 9_000_000 - 1_721_425
#: What the groups are made of, apart from what the reader decided.
_MENTIONS = (
    "SELECT count(*), count(gone_at), max(gone_at), max(last_changed_at), sum(pk % 9973 * paper_pk), count(week_start),"
    " max(week_start), sum(rank) FROM mention"
)
_PAPERS = "SELECT count(*), max(news_at) FROM paper"


@dataclass(frozen=True, slots=True)
class Board:
    """New papers by group, latest week first: ``{place: {pk: id}}``; ``by_list`` counts those that each list names."""

    total: int
    groups: Mapping[Place, Mapping[int, str]]
    by_list: Mapping[str, int]


@dataclass(slots=True)
class _Kept:
    """A board with what is needed to keep it up."""

    groups: dict[Place, dict[int, str]]
    place_of: dict[int, Place]
    lists: dict[int, tuple[str, ...]]  # of all new papers, also those that a narrowing leaves out
    by_list: dict[str, int]

    def without(self, pks: Sequence[int]) -> _Kept:
        """The same less some papers; what is shared with this one is not touched."""
        groups, by_list = dict(self.groups), dict(self.by_list)
        touched: dict[Place, dict[int, str]] = {}
        place_of, lists = dict(self.place_of), dict(self.lists)
        for pk in pks:
            for slug in lists.pop(pk, ()):
                by_list[slug] -= 1
            if (place := place_of.pop(pk, None)) is None:
                continue
            if place not in touched:
                touched[place] = groups[place] = dict(groups[place])
            touched[place].pop(pk)
        for place, members in touched.items():
            if not members:
                del groups[place]
        return _Kept(groups, place_of, lists, {slug: number for slug, number in by_list.items() if number})

    def board(self) -> Board:
        """What is shown of it."""
        ordered = dict(sorted(self.by_list.items(), key=lambda item: (-item[1], item[0])))
        return Board(len(self.place_of), self.groups, ordered)


@dataclass(slots=True)
class _State:
    """What a library looked like when its boards were read."""

    foundation: tuple[object, ...]
    desk: int
    boards: dict[str | None, _Kept] = field(default_factory=dict)


class NewsBoard:
    """The new papers of one library, grouped; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version: int | None = None
        self._state: _State | None = None

    def look(self, reader: Reader, version: int, source: str | None) -> Board:
        """The new papers as ``reader`` sees them.

        Args:
            reader: a view of the library.
            version: what ``Database.version`` said before that view was opened.
            source: the short name of a list, for only what it names now; None means all papers.
        """
        with self._lock:
            if self._state is None or self._version != version:
                self._state, self._version = self._followed(reader), version
            state = self._state
            held = state.boards.pop(source, None) or _read(reader, source)
            state.boards[source] = held  # the latest asked for is the last to go
            while len(state.boards) > _KEPT:
                del state.boards[next(iter(state.boards))]
            return held.board()

    def _followed(self, reader: Reader) -> _State:
        """The state kept, brought up to what the reader sees; a new one where more changed than the desk."""
        foundation = (
            *reader.rows(_MENTIONS)[0],
            *reader.rows(_PAPERS)[0],
            changes.latest(reader, changes.TEXTS),
            settings.get(reader, settings.SEEN_UNTIL),
        )
        desk = changes.latest(reader, changes.DESK)
        state = self._state
        if state is None or state.foundation != foundation or desk < state.desk:
            return _State(foundation, desk)
        if desk == state.desk:
            return state
        touched = [pk for block in changes.since(reader, changes.DESK, state.desk) for pk in block]
        if len(touched) > _FEW:
            return _State(foundation, desk)
        sql = f"SELECT paper.pk FROM paper WHERE paper.pk IN :pks AND {NEW}"  # noqa: S608 - our own condition
        new = {row[0] for row in reader.rows_in(sql, "pks", touched)}
        gone = [pk for pk in touched if pk not in new]
        kept = {
            source: board.without(gone)
            for source, board in state.boards.items()
            if all(pk in board.lists for pk in new)  # a paper that is new again has to be put in its place
        }
        return _State(foundation, desk, kept)


def _read(reader: Reader, source: str | None) -> _Kept:
    within = "1" if source is None else "m.source_slug = :source"
    rows = as_reader(reader).rows(_GROUPED.replace("{within}", within), {"source": source})
    kept = _Kept({}, {}, {}, {})
    places: dict[str, Place] = {}
    for pk, name, text, lists in rows:
        named = tuple(lists.split(",")) if lists else ()
        kept.lists[pk] = named
        for slug in named:
            kept.by_list[slug] = kept.by_list.get(slug, 0) + 1
        if text is None:
            continue
        if (place := places.get(text)) is None:
            slug = text[_FIGURES:]
            place = places[text] = (date.fromordinal(_FIRST - int(text[:_FIGURES])), None if slug == "~" else slug)
        kept.groups.setdefault(place, {})[pk] = name
        kept.place_of[pk] = place
    return kept
