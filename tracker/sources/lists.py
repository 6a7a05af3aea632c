"""What the readers of single-file lists share: the request for the file."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.errors import ParseError
from tracker.records import Document, Request, SourceSpec
from tracker.sources.github import MAX_PAGE_BYTES, place


class OneFile:
    """What kinds have in common whose list is one file on GitHub, or anywhere."""

    rolling = False

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """The one file that ``spec`` names: its repository's README.md unless its address says otherwise.

        Raises:
            ParseError: the address is no web address.
        """
        where = place(spec.url)
        if where is not None:
            return (where.page(where.path or "README.md"),)
        if not spec.url.startswith(("http://", "https://")):
            raise ParseError(f"{spec.url} is no web address")
        return (Request(spec.url, max_bytes=MAX_PAGE_BYTES),)

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """Nothing: one file holds it all."""
        return ()
