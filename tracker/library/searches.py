"""Searches that the reader keeps, and which of their hits are new since they were looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.library.conditions import condition_of
from tracker.safetext import line
from tracker.search.query import parse
from tracker.store import listing, papers, searches
from tracker.store.database import Database
from tracker.store.searches import StoredSearch

if TYPE_CHECKING:
    from tracker.library.finding import Finder

#: A ranked search ranks every paper: only one that comes among so many best counts as a hit of it.
_BEST = 50
#: Of a search by conditions alone so many of the latest count.
_LATEST = 1000
_NAME_LIMIT = 100
#: More saved searches than this would make the page that lists them slow.
_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that the reader keeps.

    ``new`` are the ids of hits that came since it was looked at (``seen``), best first: a hit is one of the 50 best
    of a ranked search, or what meets the conditions of one that only filters.
    """

    name: str
    query: str
    created: datetime
    seen: datetime
    new: tuple[str, ...] = ()


class Searches:
    """The saved searches of one library.  Everything written is on disk when a method returns."""

    def __init__(self, db: Database, finder: Callable[[], Finder], clock: Callable[[], datetime]) -> None:
        self._db = db
        self._finder = finder
        self._clock = clock

    def all(self, *, news: bool) -> tuple[SavedSearch, ...]:
        """All, by name; with ``news`` each with its new hits, which costs a search for each."""
        with self._db.reader() as reader:
            held = searches.listed(reader)
        return tuple(self._with_news(one, None if news else ()) for one in held)

    def save(self, name: str, query: str, former: str | None) -> SavedSearch:
        """Keep a query under a name; what it finds now counts as seen.

        Args:
            name: what to call it; a search of that name is replaced.
            query: what to ask.
            former: the name that it had, which is given up.  With the query unchanged its new hits stay new.
        """
        name, query = line(name), query.strip()
        if not name or len(name) > _NAME_LIMIT:
            raise UsageError(f"a saved search needs a name of 1 to {_NAME_LIMIT} characters")
        if not query or not (parse(query).ranked or parse(query).conditions):
            raise UsageError("an empty search cannot be saved", cure="write what to look for first")
        with self._db.reader() as reader:
            held = {one.name: one for one in searches.listed(reader)}
        if former is not None and former not in held:
            raise UsageError(f"no search is saved as {former!r}")
        if len(held) >= _MOST and name not in held and former is None:
            raise UsageError(f"there are {_MOST} saved searches already", cure="delete one first")
        same = next((held[n] for n in (former, name) if n in held and held[n].query == query), None)
        now = self._clock()
        found = replace(same, name=name) if same else StoredSearch(
            name=name, query=query, created=now, seen_at=now, seen=frozenset(self._hits(query))
        )  # fmt: skip
        with self._db.write(durable=True) as session:
            if former is not None:
                searches.delete(session, former)
            searches.put(session, found)
        return self._with_news(found)

    def forget(self, name: str) -> None:
        """Keep a search no more; there need be none of that name."""
        with self._db.write(durable=True) as session:
            searches.delete(session, name)

    def look(self, name: str) -> SavedSearch:
        """A search with its new hits, which count as seen from now on."""
        with self._db.reader() as reader:
            held = searches.get(reader, name)
        hits = self._hits(held.query)
        seen = replace(held, seen=held.seen | set(hits), seen_at=self._clock())
        if seen.seen != held.seen:
            with self._db.write(durable=True) as session:
                searches.put(session, seen)
        return self._with_news(held, hits)

    def _with_news(self, held: StoredSearch, hits: Sequence[int] | None = None) -> SavedSearch:
        new = [pk for pk in (self._hits(held.query) if hits is None else hits) if pk not in held.seen]
        with self._db.reader() as reader:
            names = papers.ids_of(reader, new)
        ids = tuple(names[pk] for pk in new if pk in names)
        return SavedSearch(name=held.name, query=held.query, created=held.created, seen=held.seen_at, new=ids)

    def _hits(self, query: str) -> Sequence[int]:
        parsed = parse(query)
        if parsed.ranked:
            return self._finder().best(query, _BEST, "hybrid")
        with self._db.reader() as reader:
            return listing.listed(reader, condition_of(parsed), sort="news", limit=_LATEST)
