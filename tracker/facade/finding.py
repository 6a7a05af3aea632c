"""Finding papers: by query, by meaning, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.facade.rooms import Rooms
from tracker.facade.types import SearchMode, Sort
from tracker.records import Paper, SearchResult

if TYPE_CHECKING:
    from tracker.library.searches import SavedSearch, Searches
    from tracker.store.facets import Facets


class Finding(Rooms):
    """Finding papers: by query, by meaning, by name."""

    def search(self, query: str, limit: int = 10, *, offset: int = 0, mode: SearchMode = "hybrid") -> SearchResult:
        """The best papers for a query, by words and meaning.

        Args:
            query: words, "phrases", -not, and filters such as ``year:2020..`` (see docs/SEARCH.md).
            limit: how many, at most 1,000.
            offset: how many to pass over.
            mode: both ways, or one of them.

        Raises:
            QueryError: a filter that cannot be read.
            UsageError: a limit or offset out of range.
        """
        _check_page(limit, offset)
        return self._find().search(query, limit, offset, mode)

    def search_many(
        self, queries: Iterable[str], limit: int = 10, *, mode: SearchMode = "hybrid"
    ) -> Iterator[SearchResult]:
        """One result a query, in order, as they come."""
        _check_page(limit, 0)
        finder = self._find()
        for query in queries:
            yield finder.search(query, limit, 0, mode)

    def facets(self, query: str, *, mode: SearchMode = "hybrid") -> Facets:
        """How many papers a query finds on each list, of each year, status and concept: what it can be narrowed by.

        Counted are all papers that meet the conditions; of a query that ranks, the best 200.

        Raises:
            QueryError: a filter that cannot be read.
        """
        return self._find().facets(query, mode)

    def saved_searches(self, *, news: bool = True) -> tuple[SavedSearch, ...]:
        """The searches that are kept, by name, each with the ids of its hits that are new since it was looked at.

        Args:
            news: False leaves the new hits out, which cost a search for each.
        """
        return self._saved().all(news=news)

    def save_search(self, name: str, query: str, *, former: str | None = None) -> SavedSearch:
        """Keep a search under a name (replacing one of that name); what it finds now counts as seen.

        Args:
            name: at most 100 characters.
            query: as for :meth:`search`.
            former: the name it had, to rename it.

        Raises:
            UsageError: no name, no query, or nothing is saved as ``former``.
        """
        return self._saved().save(name, query, former)

    def see_search(self, name: str) -> SavedSearch:
        """A kept search with its new hits, which count as seen from now on.

        Raises:
            UsageError: no search is saved under that name.
        """
        return self._saved().look(name)

    def forget_search(self, name: str) -> None:
        """Keep a search no more."""
        self._saved().forget(name)

    def similar(self, paper_id: str, limit: int = 10) -> SearchResult:
        """The papers nearest in meaning to a paper, without it.

        Raises:
            UnknownPaper: none goes by that id.
        """
        _check_page(limit, 0)
        return self._find().similar(self._pk(paper_id), limit)

    def paper(self, paper_id: str) -> Paper:
        """A paper with everything known of it.

        Raises:
            UnknownPaper: none goes by that id.
        """
        return self._desk().paper(self._pk(paper_id))

    def papers(
        self, query: str = "", *, sort: Sort = "added", limit: int | None = 50, offset: int = 0
    ) -> tuple[Paper, ...]:
        """The papers that a query's filters, words and phrases admit, in an order of their own.

        Raises:
            QueryError: a filter that cannot be read.
        """
        return self._desk().papers(query, sort, limit, offset)

    def count(self, query: str = "") -> int:
        """How many papers :meth:`papers` would give."""
        return self._desk().count(query)

    def bibtex(self, paper_id: str) -> str:
        """One paper as an entry for a bibliography: without its abstract, and without what the reader wrote.

        Raises:
            UnknownPaper: none goes by that id.
        """
        from tracker.export import bibtex

        entry = "".join(bibtex.export([replace(self.paper(paper_id), abstract=None, notes=(), tags=())]))
        # what an export carries for the way back into a tracker is nothing for a bibliography
        kept = [line for line in entry.splitlines() if not line.lstrip().startswith("papertracker =")]
        return "\n".join(kept).strip() + "\n"

    def _saved(self) -> Searches:
        from tracker.library.searches import Searches

        return Searches(self._db, self._find, self._clock)


def _check_page(limit: int, offset: int) -> None:
    if not 1 <= limit <= 1000:
        raise UsageError(f"the limit is {limit}", cure="give 1 to 1000")
    if offset < 0:
        raise UsageError(f"the offset is {offset}", cure="give 0 or more")
