"""From what a person types to a paper."""

from __future__ import annotations

from tracker.identity import ids
from tracker.store import papers
from tracker.store.database import Database


def pk_of(db: Database, name: str) -> int:
    """The number of the paper that goes by ``name``: id, former id, identifier in any spelling, or a beginning.

    Raises:
        UnknownPaper: none does, or several begin so.
    """
    found = ids.parse_identifier(name)
    named = [found] if found else []
    with db.reader() as reader:
        return papers.pk_of(reader, name.strip(), [*named, *ids.identifiers_of(name)])
