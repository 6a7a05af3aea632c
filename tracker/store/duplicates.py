"""Pairs of papers that may be one, waiting for a person's word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from tracker.errors import UsageError
from tracker.store import merges
from tracker.store.reader import Queryable, Row, as_reader

if TYPE_CHECKING:
    from sqlmodel import Session

PairVerdict = Literal["unsure", "different"]

_SELECT = "SELECT pk, first_pk, second_pk, score, evidence, verdict, decided_by FROM duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPair:
    """Two papers that may be one.  ``first_pk`` is smaller than ``second_pk``; ``number`` is never given twice."""

    number: int
    first_pk: int
    second_pk: int
    score: float
    evidence: tuple[str, ...]
    verdict: PairVerdict
    decided_by: str


def listed(source: Queryable, verdict: PairVerdict | None = "unsure") -> list[StoredPair]:
    """Pairs of one verdict (None: of any), most alike first."""
    sql = _SELECT + " WHERE :verdict IS NULL OR verdict = :verdict ORDER BY score DESC, pk"
    return [_pair(row) for row in as_reader(source).rows(sql, {"verdict": verdict})]


def get(source: Queryable, number: int) -> StoredPair:
    """A pair by its number.

    Raises:
        UsageError: there is none.
    """
    rows = as_reader(source).rows(_SELECT + " WHERE pk = :number", {"number": number})
    if not rows:
        raise UsageError(f"there is no pair {number}", cure="see: tracker duplicates")
    return _pair(rows[0])


def between(source: Queryable, one: int, other: int) -> StoredPair | None:
    """The pair of two papers, if there is one."""
    params = {"first": min(one, other), "second": max(one, other)}
    rows = as_reader(source).rows(_SELECT + " WHERE first_pk = :first AND second_pk = :second", params)
    return _pair(rows[0]) if rows else None


def count(source: Queryable, verdict: PairVerdict = "unsure") -> int:
    """How many pairs have a verdict."""
    rows = as_reader(source).rows("SELECT count(*) FROM duplicate WHERE verdict = :verdict", {"verdict": verdict})
    return int(rows[0][0])


def put(session: Session, one: int, other: int, *, score: float, evidence: Sequence[str], now: datetime) -> bool:
    """Remember that two papers may be one, or how alike they are now; what a person decided stays.

    Returns:
        True when something was written.

    Raises:
        UsageError: a paper with itself.
    """
    from tracker.store import statements
    from tracker.store.tables import DuplicateRow

    if one == other:
        raise UsageError("a paper is no duplicate of itself")
    held = between(session, one, other)
    if held is None:
        row = {"first_pk": min(one, other), "second_pk": max(one, other), "found_at": now}
        statements.insert(session, DuplicateRow, {**row, "score": score, "evidence": list(evidence)})
        return True
    if held.decided_by == "person" or (held.score, held.evidence) == (score, tuple(evidence)):
        return False
    statements.update(session, DuplicateRow, {"score": score, "evidence": list(evidence)}, pk=held.number)
    return True


def retract(session: Session, numbers: Iterable[int]) -> None:
    """Forget pairs for which nothing speaks any more; those that a person decided stay."""
    from tracker.store import statements
    from tracker.store.tables import DuplicateRow

    unwanted = list(numbers)
    if unwanted:
        statements.delete(session, DuplicateRow, pk=unwanted, decided_by="tracker")


def keep_apart(session: Session, one: int, other: int, now: datetime) -> None:
    """A person says that they are two papers: remembered for the pair and for all their names.

    Raises:
        UsageError: a paper with itself.
    """
    from tracker.store import statements
    from tracker.store.tables import DuplicateRow

    put(session, one, other, score=0.0, evidence=(), now=now)
    pair = between(session, one, other)
    assert pair is not None  # noqa: S101  # put() has just written it
    values = {"verdict": "different", "decided_by": "person", "decided_at": now}
    statements.update(session, DuplicateRow, values, pk=pair.number)
    merges.keep_apart(session, one, other, now)


def _pair(row: Row) -> StoredPair:
    return StoredPair(
        number=row[0],
        first_pk=row[1],
        second_pk=row[2],
        score=row[3],
        evidence=tuple(json.loads(row[4])),
        verdict=row[5],
        decided_by=row[6],
    )
