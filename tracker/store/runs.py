"""The runs of updates: what was asked, what changed, what failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from tracker.store.reader import Queryable, Row, as_reader
from tracker.store.times import loaded, loaded_at

if TYPE_CHECKING:
    from sqlmodel import Session

Outcome = Literal["running", "done", "partly", "failed", "interrupted"]

#: Older runs are forgotten.
KEPT = 1000

_SELECT = "SELECT pk, kind, started_at, ended_at, outcome, report FROM run"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """One run; ``report`` is what it said at its end, as plain values."""

    pk: int
    kind: str
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    report: Mapping[str, Any]


def start(session: Session, kind: str, now: datetime) -> int:
    """Note that a run begins, and that those still noted as running were cut off; returns its number.

    Call it under the update lock: nobody else is running then.
    """
    from tracker.store import statements
    from tracker.store.tables import RunRow

    statements.update(session, RunRow, {"outcome": "interrupted", "ended_at": now}, outcome="running")
    pk = statements.insert(session, RunRow, {"kind": kind, "started_at": now})
    as_reader(session).rows("DELETE FROM run WHERE pk <= :oldest", {"oldest": pk - KEPT})
    return pk


def finish(session: Session, pk: int, outcome: Outcome, report: Mapping[str, Any], now: datetime) -> None:
    """Note how a run ended."""
    from tracker.store import statements
    from tracker.store.tables import RunRow

    statements.update(session, RunRow, {"outcome": outcome, "report": dict(report), "ended_at": now}, pk=pk)


def last(source: Queryable, kind: str | None = None) -> StoredRun | None:
    """The latest run, of one kind or of any."""
    found = latest(source, 1, kind)
    return found[0] if found else None


def latest(source: Queryable, limit: int, kind: str | None = None) -> list[StoredRun]:
    """The latest runs, latest first."""
    sql = _SELECT + " WHERE :kind IS NULL OR kind = :kind ORDER BY pk DESC LIMIT :limit"
    return [_run(row) for row in as_reader(source).rows(sql, {"kind": kind, "limit": limit})]


def _run(row: Row) -> StoredRun:
    return StoredRun(
        pk=row[0],
        kind=row[1],
        started_at=loaded_at(row[2]),
        ended_at=loaded(row[3]),
        outcome=row[4],
        report=json.loads(row[5]),
    )
