"""Sources, runs, and how it all stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from tracker.api.models.base import Model
from tracker.journal import Run
from tracker.records import LibraryStatus, SourceState
from tracker.schedule.planning import Outage, Plan, Turn

_SOURCE: dict[str, Any] = {
    "slug": "ai-papers-of-the-week",
    "kind": "weekly",
    "title": "AI Papers of the Week",
    "url": "https://github.com/dair-ai/AI-Papers-of-the-Week",
    "description": "Ten papers a week.",
    "enabled": True,
    "interval_hours": 12.0,
    "entries": 1730,
    "last_fetch": "2026-05-04T12:00:00Z",
    "last_success": "2026-05-04T12:00:00Z",
    "last_change": "2026-05-04T12:00:00Z",
    "failures": 0,
    "error": None,
}
_RUN: dict[str, Any] = {
    "id": "20260504T120000000000-4711",
    "kind": "update",
    "started": "2026-05-04T12:00:00Z",
    "ended": "2026-05-04T12:00:42Z",
    "outcome": "done",
    "report": {"sources": [{"slug": "ai-papers-of-the-week", "state": "changed", "entries": 1730, "added": 10}]},
}
_STATUS: dict[str, Any] = {
    "papers": 2298,
    "mentions": 2483,
    "abstracts": 1100,
    "embedded": 2298,
    "unembedded": 0,
    "by_status": {"inbox": 2290, "queued": 5, "reading": 1, "read": 2, "skipped": 0},
    "new_papers": 10,
    "unsure_pairs": 3,
    "model": "all-MiniLM-L6-v2",
    "last_run": "2026-05-04T12:00:42Z",
    "last_outcome": "partly",
    "ok": False,
    "broken_runs": 0,
    "next_turn": "2026-05-04T23:47:00Z",
    "quiet_until": None,
    "held_until": None,
    "turns": [
        {
            "slug": "ai-papers-of-the-week",
            "at": "2026-05-04T23:47:00Z",
            "reason": "interval",
            "answered": "2026-05-04T12:00:42Z",
        }
    ],
    "outages": [
        {"slug": "learning-papers", "failures": 4, "since": "2026-05-01T06:10:00Z", "error": "answered 503"},
    ],
}


class SourceOut(Model):
    """A source and how its fetches went."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_SOURCE]})

    slug: str
    kind: str
    title: str
    url: str
    description: str
    enabled: bool
    interval_hours: float
    entries: int
    last_fetch: datetime | None
    last_success: datetime | None
    last_change: datetime | None
    failures: int
    error: str | None

    @classmethod
    def of(cls, state: SourceState) -> SourceOut:
        """From the record."""
        spec = state.spec
        return cls(
            slug=spec.slug,
            kind=spec.kind,
            title=spec.title,
            url=spec.url,
            description=spec.description.strip(),
            enabled=spec.enabled,
            interval_hours=spec.interval_hours,
            entries=state.entries,
            last_fetch=state.last_fetch,
            last_success=state.last_success,
            last_change=state.last_change,
            failures=state.failures,
            error=state.error,
        )


class SourceList(Model):
    """All sources."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [_SOURCE]}]})

    items: list[SourceOut]


class RunOut(Model):
    """One run: ``report`` says what was asked, what changed, what failed and why."""

    id: str
    kind: str
    started: datetime
    ended: datetime | None
    outcome: str
    report: dict[str, Any]

    @classmethod
    def of(cls, run: Run) -> RunOut:
        """From the record."""
        return cls(
            id=run.id, kind=run.kind, started=run.started, ended=run.ended, outcome=run.outcome, report=run.report
        )


class RunList(Model):
    """The newest runs, newest first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [_RUN]}]})

    items: list[RunOut]


class OutageOut(Model):
    """A source that failed three times in a row or more."""

    slug: str
    failures: int
    since: datetime | None
    error: str

    @classmethod
    def of(cls, outage: Outage) -> OutageOut:
        """From the record."""
        return cls(slug=outage.slug, failures=outage.failures, since=outage.since, error=outage.error)


class TurnOut(Model):
    """When a source is asked next: for the ``first`` time, after its ``interval``, or as a ``retry``.

    ``answered`` is when it last did, with or without anything new.
    """

    slug: str
    at: datetime
    reason: str
    answered: datetime | None

    @classmethod
    def of(cls, turn: Turn, answered: datetime | None) -> TurnOut:
        """From the records."""
        return cls(slug=turn.slug, at=turn.at, reason=turn.reason, answered=answered)


class StatusOut(Model):
    """The library at a glance, and whether the schedule is in order.

    ``turns`` say when each source is asked next and why then; one in the past is overdue.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_STATUS]})

    papers: int
    mentions: int
    abstracts: int
    embedded: int
    unembedded: int
    by_status: dict[str, int]
    new_papers: int
    unsure_pairs: int
    model: str | None
    last_run: datetime | None
    last_outcome: str | None
    ok: bool
    broken_runs: int
    next_turn: datetime | None
    quiet_until: datetime | None
    held_until: datetime | None
    turns: list[TurnOut]
    outages: list[OutageOut]

    @classmethod
    def of(cls, status: LibraryStatus, plan: Plan) -> StatusOut:
        """From the records."""
        return cls(
            papers=status.papers,
            mentions=status.mentions,
            abstracts=status.abstracts,
            embedded=status.embedded,
            unembedded=status.unembedded,
            by_status=dict(status.by_status),
            new_papers=status.new_papers,
            unsure_pairs=status.unsure_pairs,
            model=status.model,
            last_run=status.last_run,
            last_outcome=status.last_outcome,
            ok=plan.ok,
            broken_runs=plan.broken_runs,
            next_turn=plan.wake,
            quiet_until=plan.quiet_until,
            held_until=plan.held_until,
            turns=[TurnOut.of(turn, plan.answered.get(turn.slug)) for turn in plan.turns],
            outages=[OutageOut.of(outage) for outage in plan.outages],
        )
