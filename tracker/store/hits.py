"""What a search result shows of a paper, without the cost of all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.records import ReadingStatus
from tracker.store.decode import strings
from tracker.store.reader import Queryable, as_reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A paper in brief.

    ``abstract`` is what stands in for one where there is none; ``listed`` are
    the names that lists use; ``identifiers`` are by scheme, the first of each.
    """

    pk: int
    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    listed: str
    notes: str
    year: int | None
    status: ReadingStatus
    identifiers: dict[str, str]


def cards(source: Queryable, pks: Sequence[int]) -> dict[int, Card]:
    """The papers in brief, by number; those that are gone are absent.  Two queries for up to 500 papers."""
    reader = as_reader(source)
    names: dict[int, dict[str, str]] = {}
    sql = "SELECT paper_pk, scheme, value FROM identifier WHERE paper_pk IN :pks ORDER BY value DESC"
    for pk, scheme, value in reader.rows_in(sql, "pks", pks):
        names.setdefault(pk, {})[scheme] = value
    sql = (
        "SELECT p.pk, p.id, p.title, coalesce(t.abstract, ''), p.authors, coalesce(t.listed, ''),"
        " coalesce(t.notes, ''), p.year, coalesce(r.status, 'inbox') FROM paper p"
        " LEFT JOIN paper_text t ON t.paper_pk = p.pk LEFT JOIN reading r ON r.paper_pk = p.pk"
        " WHERE p.pk IN :pks"
    )
    return {
        row[0]: Card(
            pk=row[0],
            id=row[1],
            title=row[2],
            abstract=row[3],
            authors=strings(row[4]),
            listed=row[5],
            notes=row[6],
            year=row[7],
            status=row[8],
            identifiers=names.get(row[0], {}),
        )
        for row in reader.rows_in(sql, "pks", pks)
    }
