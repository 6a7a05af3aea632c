"""Ask the services what is due and keep their answers, one transaction a batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tracker.enrich import plan, runner
from tracker.enrich.asking import Fetch
from tracker.enrich.reporting import Ledger
from tracker.enrich.services import Service
from tracker.enrich.subject import Batch, Lookup, Outcome, Subject
from tracker.ingest.deriving import derive
from tracker.ingest.effective import Chain
from tracker.ingest.joining import join_collisions
from tracker.ingest.shelves import SHELF
from tracker.records import EnrichReport, Progress
from tracker.store import metadata, papers
from tracker.store.database import Database
from tracker.store.metadata import Lookup as StoredLookup
from tracker.store.reader import Queryable, as_reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Enricher:
    """What asking services needs: the library, the network, the services to ask, the clock."""

    db: Database
    client: Fetch
    services: Sequence[Service]
    chain: Chain
    clock: Callable[[], datetime]

    def run(
        self,
        *,
        only: Collection[int] | None = None,
        budget: int | None = None,
        progress: Callable[[Progress], None] | None = None,
        stored: Callable[[set[int]], None] | None = None,
    ) -> tuple[tuple[EnrichReport, ...], set[int]]:
        """Ask what is due until nothing is, or the budget (requests per service) is spent.

        Args:
            only: ask about these papers; None means all.
            budget: requests per service.
            progress: told about each batch.
            stored: called with the papers of each batch when it is stored, while further requests are under way.

        Returns:
            A report per service, and the numbers of the papers that answers came for.
        """
        ledger = Ledger(self.services)
        touched: set[int] = set()
        asked = False

        def load() -> tuple[Iterable[Subject], Iterable[Lookup]]:
            return self._load(only)

        for batch in runner.run(load, self.client, self.services, now=self.clock, budget=budget, progress=progress):
            asked = True
            ledger.add(batch)
            if batch.outcomes:
                papers_told = self._store(batch)
                touched |= papers_told
                if stored is not None and papers_told:
                    stored(papers_told)
        if not asked:
            return ledger.reports({}), touched  # nothing was due, so nothing is waiting
        subjects, lookups = load()
        return ledger.reports(plan.waiting(subjects, lookups, self.clock(), self.services)), touched

    def waiting(self) -> dict[str, int]:
        """How many papers each service has still to be asked about."""
        subjects, lookups = self._load(None)
        return plan.waiting(subjects, lookups, self.clock(), self.services)

    def _load(self, only: Collection[int] | None) -> tuple[Iterable[Subject], Iterable[Lookup]]:
        with self.db.reader() as reader:
            pinned = pinned_papers(reader)
            subjects = [_subject(known, known.pk in pinned) for known in papers.known(reader, only)]
            held = metadata.lookups(reader, only)
        return subjects, [_lookup(row) for rows in held.values() for row in rows]

    def _store(self, batch: Batch) -> set[int]:
        now = self.clock()
        with self.db.write() as session:
            present = papers.ids_of(session, {outcome.pk for outcome in batch.outcomes})
            outcomes = [outcome for outcome in batch.outcomes if outcome.pk in present]
            metadata.put_lookups(session, [_stored(outcome, now) for outcome in outcomes])
            told = [outcome for outcome in outcomes if outcome.metadata is not None]
            return self._keep(session, told, now)

    def _keep(self, session: Session, told: Sequence[Outcome], now: datetime) -> set[int]:
        for outcome in told:
            if outcome.metadata is not None:
                metadata.put(session, outcome.pk, outcome.metadata, now)
        pks = {outcome.pk for outcome in told}
        collisions = derive(session, pks, self.chain, now)
        joined = join_collisions(session, collisions, self.chain, now)
        return {joined.get(pk, pk) for pk in pks}


def pinned_papers(source: Queryable) -> set[int]:
    """The papers on the starter shelf, and those that the reader has queued or is reading."""
    rows = as_reader(source).rows(
        "SELECT paper_pk FROM mention WHERE source_slug = :shelf AND gone_at IS NULL"
        " UNION SELECT paper_pk FROM reading WHERE status IN ('queued', 'reading')",
        {"shelf": SHELF},
    )
    return {row[0] for row in rows}


def _subject(known: papers.Known, pinned: bool) -> Subject:
    return Subject(
        pk=known.pk,
        title=known.title,
        titles=tuple(title for title in known.titles if title != known.title),
        year=known.year,
        authors=known.authors,
        identifiers=known.identifiers,
        urls=known.urls,
        has_abstract=known.has_abstract,
        abstract_source=known.abstract_source,
        pinned=pinned,
    )


def _lookup(row: StoredLookup) -> Lookup:
    return Lookup(
        pk=row.paper_pk,
        service=row.service,
        asked=row.asked,
        state=row.state,
        retry_at=row.retry_at,
        attempts=row.attempts,
    )


def _stored(outcome: Outcome, now: datetime) -> StoredLookup:
    return StoredLookup(
        paper_pk=outcome.pk,
        service=outcome.service,
        asked=outcome.asked,
        state=outcome.state,
        asked_at=now,
        retry_at=outcome.retry_at,
        attempts=outcome.attempts,
        detail=outcome.detail,
    )
