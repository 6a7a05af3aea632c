"""Which sources are due now, when the next one is, and which are out of order.

A source that answers has a turn once an interval, at instants that lie on a
fixed grid: whole intervals since 1970, shifted by an amount that depends on
the library (so that not all the world asks at midnight) and a little by the
source (so that not all lists are asked in the same second).  A grid and not
"the last time plus the interval" has three consequences: turns do not drift by
the length of each run, any number of turns missed during sleep is one turn
afterwards, and the plan needs no memory but the last attempt.

A source that failed has its turn when its back-off is over, which the ingest
wrote down as ``next_fetch``.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from tracker.records import SourceState
from tracker.schedule.quiet import QuietHours

#: Failures in a row that make an outage.
OUTAGE = 3
#: The widest that the turns of one library's sources of one interval are spread.
SPREAD = timedelta(minutes=30)
#: No interval is taken for shorter than this.
SHORTEST = timedelta(minutes=15)
#: Kinds that are never fetched: what ships with the tracker, and what a person brought from a file.
_LOCAL = frozenset({"shelf", "file"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Reason = Literal["first", "interval", "retry"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A source was asked at this moment; ``ok`` when it answered."""

    slug: str
    at: datetime
    ok: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A whole run and whether it came to its end, whatever single sources did meanwhile."""

    at: datetime
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """When a source is to be asked next, and why then.  ``at`` lies in the past for what is overdue."""

    slug: str
    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A source that failed :data:`OUTAGE` times in a row or more.  ``since`` is its last success, if ever."""

    slug: str
    failures: int
    since: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done.

    ``due`` are the slugs to ask now, longest overdue first; ``turns`` all
    sources by the time of their turn; ``wake`` when the next one comes that
    is not due now; ``quiet_until`` is set while it is quiet, and ``held_until``
    while the library waits because whole runs failed: nothing is due then.
    ``broken_runs`` counts those in a row; from :data:`OUTAGE` on it is told.
    ``whole_run`` is when a run last came to its end.  ``answered`` is when each
    source last did: later than the library knows where nothing had changed.
    """

    due: tuple[str, ...]
    turns: tuple[Turn, ...]
    wake: datetime | None
    quiet_until: datetime | None
    held_until: datetime | None
    broken_runs: int
    outages: tuple[Outage, ...]
    whole_run: datetime | None = None
    answered: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is nothing that a person should be told."""
        return not self.outages and self.updates_ok

    @property
    def updates_ok(self) -> bool:
        """Whether runs as a whole come to their end, whatever single sources do."""
        return self.broken_runs < OUTAGE


def due(
    sources: Sequence[SourceState],
    now: datetime,
    attempts: Iterable[Attempt] = (),
    runs: Iterable[Past] = (),
    *,
    quiet: QuietHours | None = None,
    seed: str = "",
) -> Plan:
    """Plan the turns of all sources that are switched on.

    Args:
        sources: as the library knows them.
        now: the present moment.
        attempts: when sources were asked, from the journal; needed because a list that has not changed leaves no
            trace in the library.
        runs: how whole runs ended; several that broke in a row (a full disk, a process that is killed) make the next
            one wait, a quarter of an hour first and twice as long each time, up to a day.
        quiet: a part of the day without turns; those that fall into it come at its end.
        seed: shifts the whole plan; any text that differs from library to library.
    """
    asked = tuple(attempts)
    last = _latest(sources, now, asked)
    answered = _answered(sources, now, asked)
    turns = sorted(
        (
            _turn(state, now, last.get(state.spec.slug), quiet, seed)
            for state in sources
            if state.spec.enabled and state.spec.kind not in _LOCAL
        ),
        key=lambda turn: (turn.at, turn.slug),
    )
    quiet_until = quiet.until(now) if quiet else None
    past = tuple(runs)
    broken, held_until = _held(now, past)
    shut_until = max((moment for moment in (quiet_until, held_until) if moment), default=None)
    ready = [turn for turn in turns if turn.at <= now] if shut_until is None else []
    ahead = [max(turn.at, shut_until) if shut_until else turn.at for turn in turns if turn not in ready]
    return Plan(
        due=tuple(turn.slug for turn in ready),
        turns=tuple(turns),
        wake=min(ahead, default=None),
        quiet_until=quiet_until,
        held_until=held_until,
        broken_runs=broken,
        outages=outages(sources, answered),
        whole_run=max((run.at for run in past if run.ok), default=None),
        answered=answered,
    )


def outages(sources: Iterable[SourceState], answered: Mapping[str, datetime]) -> tuple[Outage, ...]:
    """Sources that are out of order.  A feed that is empty or unchanged has answered, and is not."""
    return tuple(
        Outage(slug=s.spec.slug, failures=s.failures, since=answered.get(s.spec.slug), error=s.error or "")
        for s in sources
        if s.spec.enabled and s.failures >= OUTAGE
    )


def next_slot(after: datetime, interval: timedelta, offset: timedelta) -> datetime:
    """The first instant of the grid later than ``after``."""
    passed = (after - _EPOCH - offset) // interval
    return _EPOCH + offset + (passed + 1) * interval


def offset_of(slug: str, interval: timedelta, seed: str) -> timedelta:
    """Where a source's grid lies: the same for the same three arguments, on any machine."""
    spread = min(SPREAD, interval / 10)
    return _fraction(f"library {seed}") * interval + _fraction(f"source {seed} {slug}") * spread


def _turn(state: SourceState, now: datetime, last: datetime | None, quiet: QuietHours | None, seed: str) -> Turn:
    slug = state.spec.slug
    if last is None:
        return Turn(slug=slug, at=_after_quiet(now, quiet), reason="first")
    interval = max(timedelta(hours=state.spec.interval_hours), SHORTEST)
    # Half an interval at least lies between two turns, so that one asked by hand is not asked again at once.
    slot = next_slot(last + interval / 2, interval, offset_of(slug, interval, seed))
    if state.failures and state.next_fetch is not None:
        return Turn(slug=slug, at=_after_quiet(state.next_fetch, quiet), reason="retry")
    return Turn(slug=slug, at=_after_quiet(slot, quiet), reason="interval")


def _held(now: datetime, runs: Iterable[Past]) -> tuple[int, datetime | None]:
    """How many runs broke since the last whole one, and until when that makes the next one wait."""
    past = sorted((run for run in runs if run.at <= now), key=lambda run: run.at, reverse=True)
    broken = list(itertools.takewhile(lambda run: not run.ok, past))
    if not broken:
        return 0, None
    until = broken[0].at + min(SHORTEST * 2 ** min(len(broken) - 1, 10), timedelta(days=1))
    return len(broken), until if until > now else None


def _after_quiet(moment: datetime, quiet: QuietHours | None) -> datetime:
    return (quiet.until(moment) if quiet else None) or moment


def _latest(sources: Iterable[SourceState], now: datetime, attempts: Iterable[Attempt]) -> dict[str, datetime]:
    """The last attempt of each source; those that a wrong clock put into the future do not count."""
    last: dict[str, datetime] = {}
    known = [Attempt(s.spec.slug, s.last_fetch) for s in sources if s.last_fetch is not None]
    for attempt in (*known, *attempts):
        if attempt.at <= now and attempt.at > last.get(attempt.slug, _EPOCH):
            last[attempt.slug] = attempt.at
    return last


def _answered(sources: Iterable[SourceState], now: datetime, attempts: Iterable[Attempt]) -> dict[str, datetime]:
    """When each source last answered."""
    last: dict[str, datetime] = {}
    known = [Attempt(s.spec.slug, s.last_success) for s in sources if s.last_success is not None]
    for attempt in (*known, *(a for a in attempts if a.ok)):
        if attempt.at <= now and attempt.at > last.get(attempt.slug, _EPOCH):
            last[attempt.slug] = attempt.at
    return last


def _fraction(text: str) -> float:
    """0 to 1, evenly spread."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 2**48
