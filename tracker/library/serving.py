"""What the service asks: how runs went, and what is due now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from tracker.journal import KEEP, Journal, Run
from tracker.records import SourceState
from tracker.schedule.planning import Attempt, Past, Plan, due
from tracker.schedule.quiet import QuietHours, parse_quiet
from tracker.settings import Settings

#: Runs that ask sources; an import or an embedding says nothing about them.
_ASKING = frozenset({"update", "fetch"})


def runs(settings: Settings, limit: int) -> tuple[Run, ...]:
    """The newest runs, newest first."""
    return tuple(Journal(settings.home / "runs.jsonl").runs(limit))


def plan(settings: Settings, sources: Iterable[SourceState], now: datetime) -> Plan:
    """What is due, from the library, the journal and the settings.

    Raises:
        SettingsError: the quiet hours cannot be read.
    """
    past = [run for run in runs(settings, KEEP) if run.kind in _ASKING]
    ended = [
        Past(run.ended or run.started, run.outcome in ("done", "partly")) for run in past if run.outcome != "running"
    ]
    return due(tuple(sources), now, _attempts(past), ended, quiet=quiet_hours(settings), seed=str(settings.home))


def quiet_hours(settings: Settings) -> QuietHours | None:
    """The quiet hours that are set, on the wall clock of this machine.

    Raises:
        SettingsError: they cannot be read.
    """
    text = settings.service.get("quiet_hours")
    return parse_quiet(text, local_zone()) if text else None


def local_zone() -> tzinfo:
    """The zone of this machine's wall clock."""
    from tzlocal import get_localzone

    return get_localzone()


def _attempts(past: Iterable[Run]) -> Iterator[Attempt]:
    for run in past:
        for source in run.report.get("sources", ()):
            ok = source.get("state") != "failed" and not source.get("error")
            yield Attempt(str(source["slug"]), run.ended or run.started, ok)
