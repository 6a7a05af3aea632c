"""Finding papers: by query, by meaning, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tracker.errors import UsageError
from tracker.facade.rooms import Rooms
from tracker.facade.types import SearchMode, Sort
from tracker.records import Paper, SearchResult


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


def _check_page(limit: int, offset: int) -> None:
    if not 1 <= limit <= 1000:
        raise UsageError(f"the limit is {limit}", cure="give 1 to 1000")
    if offset < 0:
        raise UsageError(f"the offset is {offset}", cure="give 0 or more")
