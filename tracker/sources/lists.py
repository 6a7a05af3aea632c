"""What the readers of single-file lists share: the request for the file."""

from __future__ import annotations

from tracker.errors import ParseError
from tracker.records import Request, SourceSpec
from tracker.sources.github import MAX_PAGE_BYTES, place


def readme_requests(spec: SourceSpec) -> tuple[Request, ...]:
    """The request for the one file that ``spec`` names: its repository's README.md unless its address says otherwise.

    Raises:
        ParseError: the address is on no site that serves raw files.
    """
    where = place(spec.url)
    if where is None:
        if not spec.url.startswith(("http://", "https://")):
            raise ParseError(f"{spec.url} is no web address")
        return (Request(spec.url, max_bytes=MAX_PAGE_BYTES),)
    return (where.page(where.path or "README.md"),)
