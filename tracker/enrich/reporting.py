"""Adding up what a run of enrichment did, service by service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracker.enrich.protocol import Service
from tracker.enrich.subject import Batch
from tracker.records import EnrichReport


class Ledger:
    """Adds up batches.

    A service that fails for single papers only, as pages of many hosts do, has
    an error in its report only when it was given up for the run.
    """

    def __init__(self, services: Sequence[Service]) -> None:
        self._alone = {service.name: service.traits.denial_is_answer for service in services}
        self._reports = {service.name: EnrichReport(service=service.name) for service in services}

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        report = self._reports[batch.service]
        outcomes = batch.outcomes
        counts = not self._alone[batch.service] or batch.halted
        error = batch.error if batch.error and counts else report.error
        times = [moment for moment in (report.retry_at, batch.retry_at) if moment]
        self._reports[batch.service] = replace(
            report,
            asked=report.asked + len(outcomes),
            found=report.found + sum(o.state == "found" and not o.failed for o in outcomes),
            unknown=report.unknown + sum(o.state == "unknown" and not o.failed for o in outcomes),
            failed=report.failed + sum(o.failed for o in outcomes),
            requests=report.requests + batch.requests,
            error=error,
            retry_at=max(times, default=None) if error else None,
        )

    def reports(self, waiting: Mapping[str, int]) -> tuple[EnrichReport, ...]:
        """One report a service, in order; ``waiting`` comes from :func:`tracker.enrich.plan.waiting`."""
        return tuple(replace(report, waiting=waiting.get(name, 0)) for name, report in self._reports.items())
