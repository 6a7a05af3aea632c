"""Papers' ties to concepts: what the linker found, and what a person said about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.records import ConceptLink
from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    from sqlmodel import Session


def replace_links(session: Session, found: Mapping[int, Sequence[ConceptLink]], now: datetime) -> int:
    """Make the linker's ties of these papers those found, writing only what differs; a person's words stay.

    Returns:
        The number of papers whose ties changed.
    """
    from tracker.store import statements
    from tracker.store.tables import ConceptLinkRow

    held: dict[int, dict[str, tuple[float, str]]] = {pk: {} for pk in found}
    sql = "SELECT paper_pk, slug, score, evidence FROM concept_link WHERE paper_pk IN :pks"
    for pk, slug, score, evidence in as_reader(session).rows_in(sql, "pks", found):
        held[pk][slug] = (score, evidence)
    changed = 0
    for pk, links in found.items():
        wanted = {link.slug: (link.score, link.evidence) for link in links}
        if wanted == held[pk]:
            continue
        changed += 1
        if lost := sorted(held[pk].keys() - wanted.keys()):
            statements.delete(session, ConceptLinkRow, paper_pk=pk, slug=lost)
        rows = [
            {"paper_pk": pk, "slug": slug, "score": score, "evidence": evidence, "linked_at": now}
            for slug, (score, evidence) in wanted.items()
            if held[pk].get(slug) != (score, evidence)
        ]
        statements.upsert(session, ConceptLinkRow, rows, ("paper_pk", "slug"))
    return changed


def say(session: Session, pk: int, slug: str, accepted: bool | None, now: datetime) -> None:
    """A person's yes or no to a tie; None takes the word back."""
    from tracker.store import statements
    from tracker.store.tables import ConceptVerdictRow

    if accepted is None:
        statements.delete(session, ConceptVerdictRow, paper_pk=pk, slug=slug)
        return
    row = {"paper_pk": pk, "slug": slug, "accepted": accepted, "decided_at": now}
    statements.upsert(session, ConceptVerdictRow, [row], ("paper_pk", "slug"))


def verdicts(source: Queryable, pks: Iterable[int]) -> dict[int, dict[str, bool]]:
    """What a person said of the papers' ties."""
    found: dict[int, dict[str, bool]] = {}
    sql = "SELECT paper_pk, slug, accepted FROM concept_verdict WHERE paper_pk IN :pks"
    for pk, slug, accepted in as_reader(source).rows_in(sql, "pks", pks):
        found.setdefault(pk, {})[slug] = bool(accepted)
    return found


def papers_of(source: Queryable, slug: str, *, limit: int | None = None) -> list[tuple[int, float]]:
    """The papers tied to a concept with their scores, strongest first; a person's yes is 1, a no is left out."""
    sql = (
        "SELECT c.paper_pk, max(c.score) FROM ("
        " SELECT paper_pk, score FROM concept_link WHERE slug = :slug"
        " UNION ALL SELECT paper_pk, 1.0 FROM concept_verdict WHERE slug = :slug AND accepted"
        ") c LEFT JOIN concept_verdict v ON v.paper_pk = c.paper_pk AND v.slug = :slug"
        " WHERE coalesce(v.accepted, 1) GROUP BY c.paper_pk ORDER BY max(c.score) DESC, c.paper_pk LIMIT :limit"
    )
    params = {"slug": slug, "limit": -1 if limit is None else limit}
    return [(row[0], row[1]) for row in as_reader(source).rows(sql, params)]


def counts(source: Queryable) -> dict[str, int]:
    """How many papers are tied to each concept, a person's words considered."""
    reader = as_reader(source)
    found: dict[str, int] = dict(reader.rows("SELECT slug, count(*) FROM concept_link GROUP BY slug"))
    # words are few and links are many: the index counts the links, and only the words are looked at one by one
    words = (
        "SELECT v.slug, v.accepted, l.slug IS NOT NULL FROM concept_verdict v"
        " LEFT JOIN concept_link l ON l.paper_pk = v.paper_pk AND l.slug = v.slug"
    )
    for slug, accepted, linked in reader.rows(words):
        found[slug] = found.get(slug, 0) + bool(accepted) - bool(linked)
    return {slug: number for slug, number in found.items() if number}
