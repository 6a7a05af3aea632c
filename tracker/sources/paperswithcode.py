"""Papers with Code: what is trending on the successor, paperswithcode.co.

The old site was shut down in July 2025.  Code links and benchmark results for
the papers held are the enrichment's matter; this kind only brings the names.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed, Problem, Request, SourceSpec
from tracker.sources import json_answers as answers

_API = "https://paperswithcode.co/api/v1"
_HOW_MANY = 100


class PapersWithCode:
    """The kind ``paperswithcode``."""

    name = "paperswithcode"
    rolling = True

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """One page of the trending papers."""
        return (Request(f"{_API}/papers/trending", params=(("page", "1"), ("page_size", str(_HOW_MANY)))),)

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """Nothing: one page is enough for a day."""
        return ()

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The papers of the page; items without a title become problems.

        Raises:
            ParseError: the answer is not a list of papers.
        """
        entries: list[Entry] = []
        problems: list[Problem] = []
        for document in documents:
            found = answers.items(document, "results", "papers")
            for number, item in enumerate(found, 1):
                entry = _entry(item) if isinstance(item, dict) else None
                if entry is not None:
                    entries.append(entry)
                else:
                    problems.append(Problem(f"papers/trending:{number}", "an item without a title"))
        if problems and not entries:
            raise ParseError(f"{spec.url} answered with {len(problems)} items and no title among them")
        return Parsed(tuple(entries), tuple(problems))


def _entry(item: answers.Item) -> Entry | None:
    title = answers.text(item, "title")
    if title is None:
        return None
    arxiv = answers.arxiv_id(item, "arxiv_id", "id")
    url = f"https://arxiv.org/abs/{arxiv}" if arxiv else answers.text(item, "url_abs", "url")
    published = answers.day(item, "published", "date")
    return Entry(
        title=title,
        url=url,
        links=(Link("Paper", url),) if url else (),
        authors=answers.names(item, "authors"),
        year=published.year if published else None,
        section=("Trending",),
        published=published,
        abstract=answers.text(item, "abstract"),
        document="papers/trending",
    )
