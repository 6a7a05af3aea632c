"""Compute papers' rows from all that is known of them, and keep their names in step.

Everything here is a function of the mentions and answers that the library
holds, so doing it twice, or in another order, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tracker.identity import ids, merge
from tracker.identity.facts import MentionFact, MetadataFact
from tracker.ingest.effective import Chain, in_effect
from tracker.records import Identifier
from tracker.store import identifiers, mentions, metadata, papers
from tracker.store.mentions import StoredMention
from tracker.store.metadata import StoredMetadata
from tracker.store.reader import Queryable
from tracker.store.texts import SearchText

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Collision:
    """A paper has an identifier that another one holds: they are one paper, unless a person said otherwise."""

    paper_pk: int
    owner_pk: int
    identifier: Identifier


@dataclass(frozen=True, slots=True)
class Known:
    """All that is said of one paper: mentions in a stable order, and the answers that count with their times."""

    mentions: tuple[MentionFact, ...]
    metadata: tuple[MetadataFact, ...]
    claims: Mapping[Identifier, str]

    @property
    def id(self) -> str | None:
        """The id that follows: the strongest identifier, else its first place on a list.

        The place outlives a rewritten title.  None where a paper has neither: it keeps the id it was given.
        """
        best = ids.strongest(self.claims)
        if best is not None:
            return str(best)
        return f"{self.mentions[0].source}/{self.mentions[0].key}" if self.mentions else None


def gather(source: Queryable, pks: Sequence[int], chain: Chain) -> dict[int, Known]:
    """Everything said of these papers, in a number of queries that does not grow with them."""
    listed = mentions.of_papers(source, pks)
    answers = metadata.of_papers(source, pks)
    return {pk: known_of(listed[pk], answers[pk], chain) for pk in pks}


def known_of(listed: Sequence[StoredMention], answers: Sequence[StoredMetadata], chain: Chain) -> Known:
    """Everything said of one paper, put in order; answers that do not count are left out."""
    counted = {(m.service, m.asked) for m in in_effect([a.metadata for a in answers], chain)}
    facts = tuple(
        MetadataFact(metadata=a.metadata, at=a.fetched_at)
        for a in answers
        if (a.metadata.service, a.metadata.asked) in counted
    )
    claims: dict[Identifier, str] = {}
    for mention in listed:
        for identifier in ids.entry_identifiers(mention.entry):
            claims.setdefault(identifier, f"list:{mention.source}")
    for fact in facts:
        for identifier in fact.metadata.identifiers:
            claims.setdefault(identifier, fact.metadata.service)
    return Known(tuple(map(mention_fact, listed)), facts, claims)


def derive(session: Session, pks: Iterable[int], chain: Chain, now: datetime) -> list[Collision]:
    """Write what follows from all that is known of these papers; rows that would not change are not written.

    Returns:
        Identifiers that other papers hold.  They are left with their owners; the caller decides.
    """
    wanted = sorted(set(pks))
    collisions: list[Collision] = []
    for start in range(0, len(wanted), _CHUNK):
        some = wanted[start : start + _CHUNK]
        known = gather(session, some, chain)
        held = identifiers.of_papers(session, some)
        present = papers.ids_of(session, some)
        for pk in some:
            if pk in present:
                collisions += _names(session, pk, known[pk], held[pk], now)
                papers.update(session, pk, derived_of(known[pk], present[pk]), now)
    return collisions


def _names(session: Session, pk: int, known: Known, held: Sequence[Identifier], now: datetime) -> list[Collision]:
    identifiers.release(session, [i for i in held if i not in known.claims])
    collisions: list[Collision] = []
    missing = [i for i in known.claims if i not in set(held)]
    for origin in dict.fromkeys(known.claims[i] for i in missing):
        some = [i for i in missing if known.claims[i] == origin]
        for identifier, owner in identifiers.claim(session, pk, some, origin, now).items():
            collisions.append(Collision(pk, owner, identifier))
    return collisions


def derived_of(known: Known, held_id: str) -> papers.Derived:
    """The paper's row that follows; ``held_id`` is its id where nothing better follows."""
    resolved = merge.resolve(known.mentions, known.metadata, identifiers=tuple(known.claims))
    found = merge.searchable(resolved, known.mentions)
    title = resolved.title or held_id
    return papers.Derived(
        id=known.id or held_id,
        title=title,
        title_key=ids.title_key(title),
        text=SearchText(title=found.title or title, text=found.text, authors=found.authors, listed=found.listed),
        abstract=resolved.abstract,
        abstract_source=resolved.abstract_source or found.source,
        authors=resolved.authors,
        published=resolved.published,
        year=resolved.year,
        venue=resolved.venue,
        urls=resolved.urls,
        code=resolved.code,
        results=resolved.results,
        aliases=resolved.aliases,
        provenance=resolved.provenance,
    )


def mention_fact(mention: StoredMention) -> MentionFact:
    """A mention as the merge policy reads it."""
    entry = mention.entry
    return MentionFact(
        source=mention.source,
        kind=mention.kind,
        key=mention.key,
        title=entry.title,
        alias=entry.alias,
        authors=entry.authors,
        year=entry.year,
        month=entry.month,
        url=entry.url,
        same_as=entry.same_as,
        links=entry.links,
        text=entry.text,
        section=entry.section,
        abstract=entry.abstract,
        published=entry.published,
        code=entry.code,
        gone=mention.gone_at is not None,
        first_seen=mention.first_seen,
    )
