"""Papers whole, from all tables, in a fixed number of queries however many papers are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tracker.records import ConceptLink, Note, Paper
from tracker.store import decode, identifiers, mentions
from tracker.store.filters import NEW
from tracker.store.reader import Queryable, Reader, as_reader
from tracker.store.times import loaded_at, loaded_date

_SELECT = (
    "SELECT paper.pk, paper.id, paper.title, paper.abstract, paper.abstract_source, paper.authors, paper.published,"
    " paper.year, paper.venue, paper.urls, paper.code, paper.results, paper.aliases, paper.provenance, paper.added_at,"
    " coalesce(r.status, 'inbox'), r.rating, coalesce(r.priority, 0), " + NEW + " FROM paper"
    " LEFT JOIN reading r ON r.paper_pk = paper.pk WHERE paper.pk IN :pks"
)

#: A person's yes counts in full; a person's no takes the linker's word away.
_CONCEPTS = (
    "SELECT c.paper_pk, c.slug, max(c.score), max(c.evidence) FROM ("
    " SELECT paper_pk, slug, score, evidence FROM concept_link"
    " UNION ALL SELECT paper_pk, slug, 1.0, '' FROM concept_verdict WHERE accepted"
    ") c LEFT JOIN concept_verdict v ON v.paper_pk = c.paper_pk AND v.slug = c.slug"
    " WHERE c.paper_pk IN :pks AND coalesce(v.accepted, 1)"
    " GROUP BY c.paper_pk, c.slug ORDER BY max(c.score) DESC, c.slug"
)


def paper_records(source: Queryable, pks: Sequence[int]) -> list[Paper]:
    """The papers whole, in the order asked for; those that are gone are left out."""
    reader = as_reader(source)
    parts = _Parts(reader, pks)
    rows = {row[0]: row for row in reader.rows_in(_SELECT, "pks", pks)}
    return [parts.paper(rows[pk]) for pk in pks if pk in rows]


def notes_of(source: Queryable, pks: Iterable[int]) -> dict[int, list[Note]]:
    """The notes of papers, oldest first."""
    found: dict[int, list[Note]] = {}
    sql = "SELECT paper_pk, id, body, created_at, updated_at FROM note WHERE paper_pk IN :pks ORDER BY created_at, id"
    for pk, name, body, created, updated in as_reader(source).rows_in(sql, "pks", pks):
        note = Note(id=name, body=body, created=loaded_at(created), updated=loaded_at(updated))
        found.setdefault(pk, []).append(note)
    return found


def concepts_of(source: Queryable, pks: Iterable[int]) -> dict[int, list[ConceptLink]]:
    """The concepts that papers are about, strongest first."""
    found: dict[int, list[ConceptLink]] = {}
    for pk, slug, score, evidence in as_reader(source).rows_in(_CONCEPTS, "pks", pks):
        found.setdefault(pk, []).append(ConceptLink(slug=slug, score=score, evidence=evidence))
    return found


class _Parts:
    """What hangs on the papers, by paper."""

    def __init__(self, reader: Reader, pks: Sequence[int]) -> None:
        self._identifiers = identifiers.of_papers(reader, pks)
        self._mentions = mentions.of_papers(reader, pks)
        self._notes = notes_of(reader, pks)
        self._tags: dict[int, list[str]] = {}
        tags = "SELECT paper_pk, name FROM tag WHERE paper_pk IN :pks ORDER BY name"
        for pk, name in reader.rows_in(tags, "pks", pks):
            self._tags.setdefault(pk, []).append(name)
        self._concepts = concepts_of(reader, pks)

    def paper(self, row: tuple[Any, ...]) -> Paper:
        pk = row[0]
        return Paper(
            id=row[1],
            title=row[2],
            abstract=row[3],
            abstract_source=row[4],
            authors=decode.strings(row[5]),
            published=loaded_date(row[6]),
            year=row[7],
            venue=row[8],
            urls=decode.links(row[9]),
            code=decode.strings(row[10]),
            results=decode.results(row[11]),
            aliases=decode.strings(row[12]),
            provenance=decode.provenance(row[13]),
            added=loaded_at(row[14]),
            status=row[15],
            rating=row[16],
            priority=row[17],
            is_new=bool(row[18]),
            identifiers=self._identifiers[pk],
            mentions=tuple(mention.record() for mention in self._mentions[pk]),
            notes=tuple(self._notes.get(pk, ())),
            tags=tuple(self._tags.get(pk, ())),
            concepts=tuple(self._concepts.get(pk, ())),
        )
