"""A library in memory, as the store and the ingest room keep one: enough to run enrichment end to end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tracker.enrich.runner import run
from tracker.enrich.services import Service, chain
from tracker.enrich.subject import Batch, Lookup, Subject
from tracker.records import Metadata

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
_ALWAYS = ("arxiv", "semanticscholar")


class Library:
    """Subjects, lookups and metadata; what services say counts as far as the chain got."""

    def __init__(self, subjects: Iterable[Subject], services: tuple[Service, ...]) -> None:
        self.services = services
        self._listed = {subject.pk: subject for subject in subjects}
        self.lookups: dict[tuple[int, str, str], Lookup] = {}
        self.metadata: dict[tuple[int, str, str], Metadata] = {}
        self.batches: list[Batch] = []
        self.now = START

    def load(self) -> tuple[list[Subject], list[Lookup]]:
        return [self.subject(pk) for pk in self._listed], list(self.lookups.values())

    def subject(self, pk: int) -> Subject:
        listed = self._listed[pk]
        said = self.in_effect(pk)
        identifiers = set(listed.identifiers)
        for metadata in said:
            identifiers.update(metadata.identifiers)
        source = next((metadata.service for metadata in said if metadata.abstract), None)
        return replace(
            listed,
            identifiers=tuple(sorted(identifiers)),
            has_abstract=listed.has_abstract or source is not None,
            abstract_source=source,
        )

    def in_effect(self, pk: int) -> list[Metadata]:
        """Answers of the chain count up to the first that has an abstract."""
        of_paper = [m for (owner, _, _), m in sorted(self.metadata.items(), key=lambda i: i[0]) if owner == pk]
        order = chain(self.services)
        counted = [m for m in of_paper if m.service not in order]
        served = any(m.abstract for m in counted if m.service in _ALWAYS)
        for name in order:
            if served:
                break
            said = [m for m in of_paper if m.service == name]
            counted += said
            served = any(m.abstract for m in said)
        return counted

    def store(self, batch: Batch) -> None:
        self.batches.append(batch)
        for outcome in batch.outcomes:
            key = (outcome.pk, outcome.service, outcome.asked)
            self.lookups[key] = Lookup(
                pk=outcome.pk,
                service=outcome.service,
                asked=outcome.asked,
                state=outcome.state,
                retry_at=outcome.retry_at,
                attempts=outcome.attempts,
            )
            if outcome.metadata:
                self.metadata[key] = outcome.metadata

    def enrich(self, client: object, *, after: timedelta = timedelta(minutes=5), **options: object) -> int:
        """One run, some time after the one before; gives the number of batches."""
        self.now += after
        count = 0
        for batch in run(self.load, client, self.services, now=lambda: self.now, **options):  # type: ignore[arg-type]
            self.store(batch)
            count += 1
        return count

    def outcome(self) -> dict[str, object]:
        """What must not depend on the order of answers nor on failures on the way."""
        return {
            "metadata": {pk: self.in_effect(pk) for pk in self._listed},
            "states": {pk: self.subject(pk) for pk in self._listed},
        }

    def exact(self) -> dict[str, object]:
        """The same, and every answer with its state."""
        return {"lookups": {key: row.state for key, row in self.lookups.items()}, "metadata": self.metadata}
