"""Names that belong to exactly one paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.records import Identifier
from tracker.store.decode import by_strength
from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    from sqlmodel import Session


def owners(source: Queryable, identifiers: Iterable[Identifier]) -> dict[Identifier, int]:
    """The paper that each identifier belongs to; unknown ones are left out.  One query a scheme."""
    reader = as_reader(source)
    wanted: dict[str, list[str]] = defaultdict(list)
    for identifier in identifiers:
        wanted[identifier.scheme].append(identifier.value)
    found: dict[Identifier, int] = {}
    for scheme, values in wanted.items():
        sql = "SELECT value, paper_pk FROM identifier WHERE scheme = :scheme AND value IN :values"
        for value, pk in reader.rows_in(sql, "values", values, {"scheme": scheme}):
            found[Identifier(scheme, value)] = pk
    return found


def of_papers(source: Queryable, pks: Iterable[int]) -> dict[int, tuple[Identifier, ...]]:
    """The identifiers of each paper, strongest first; every paper asked about is in the answer."""
    pks = list(pks)
    found: dict[int, list[Identifier]] = {pk: [] for pk in pks}
    sql = "SELECT paper_pk, scheme, value FROM identifier WHERE paper_pk IN :pks"
    for pk, scheme, value in as_reader(source).rows_in(sql, "pks", pks):
        found[pk].append(Identifier(scheme, value))
    return {pk: by_strength(names) for pk, names in found.items()}


def claim(
    session: Session, paper_pk: int, identifiers: Iterable[Identifier], origin: str, now: datetime
) -> Mapping[Identifier, int]:
    """Give a paper the identifiers that are free.

    Args:
        session: a write session.
        paper_pk: the paper.
        identifiers: what a list or service says are its names.
        origin: the list or service that says so.
        now: when.

    Returns:
        Those that belong to another paper, with that paper; they are left alone, for the caller to decide.
    """
    from tracker.store import statements
    from tracker.store.tables import IdentifierRow

    wanted = list(dict.fromkeys(identifiers))
    held = owners(session, wanted)
    rows = [
        {"scheme": i.scheme, "value": i.value, "paper_pk": paper_pk, "source": origin, "seen_at": now}
        for i in wanted
        if i not in held
    ]
    statements.insert_many(session, IdentifierRow, rows)
    return {identifier: pk for identifier, pk in held.items() if pk != paper_pk}


def move(session: Session, identifiers: Iterable[Identifier], paper_pk: int) -> None:
    """Give identifiers, whoever holds them, to a paper."""
    from tracker.store import statements
    from tracker.store.tables import IdentifierRow

    for identifier in identifiers:
        statements.update(
            session, IdentifierRow, {"paper_pk": paper_pk}, scheme=identifier.scheme, value=identifier.value
        )


def release(session: Session, identifiers: Iterable[Identifier]) -> None:
    """Forget that identifiers belong to anyone."""
    from tracker.store import statements
    from tracker.store.tables import IdentifierRow

    for identifier in identifiers:
        statements.delete(session, IdentifierRow, scheme=identifier.scheme, value=identifier.value)
