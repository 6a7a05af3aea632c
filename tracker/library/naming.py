"""From what a person types to a paper."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.identity import ids
from tracker.store import papers
from tracker.store.database import Database
from tracker.store.reader import Queryable


def pk_of(db: Database, name: str) -> int:
    """The number of the paper that goes by ``name``: id, former id, identifier in any spelling, or a beginning.

    Raises:
        UnknownPaper: none does, or several begin so.
    """
    with db.reader() as reader:
        return pk_in(reader, name)


def pk_in(source: Queryable, name: str) -> int:
    """As :func:`pk_of`, in a transaction that is open already.

    Who writes about a paper looks it up here, in the transaction that writes: an
    update beside it may merge the paper into another at any moment.

    Raises:
        UnknownPaper: no paper goes by the name, or several begin so.
    """
    found = ids.parse_identifier(name)
    named = [found] if found else []
    return papers.pk_of(source, name.strip(), [*named, *ids.identifiers_of(name)])


def pks_in(source: Queryable, names: Iterable[str]) -> list[int]:
    """The numbers of several papers, each once, in the order of their names.

    Raises:
        UnknownPaper: as :func:`pk_in`.
    """
    return list(dict.fromkeys(pk_in(source, name) for name in names))
