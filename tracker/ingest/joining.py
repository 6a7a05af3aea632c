"""Make one paper of two, because they share an identifier or because a person or overwhelming evidence says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from tracker.ingest.deriving import Collision, derive
from tracker.ingest.effective import Chain
from tracker.records import SCHEMES
from tracker.store import merges, papers
from tracker.store.papers import Known


def join_collisions(session: Session, collisions: Sequence[Collision], chain: Chain, now: datetime) -> dict[int, int]:
    """Merge papers that hold the same identifier, unless a person keeps them apart.

    Returns:
        Where the papers went that are no more: ``{loser: winner}``, chains followed.
    """
    went: dict[int, int] = {}
    todo = list(collisions)
    while todo:
        collision = todo.pop(0)
        first, second = _now(went, collision.paper_pk), _now(went, collision.owner_pk)
        if first == second or merges.are_apart(session, first, second):
            continue
        winner, loser = winner_first(session, first, second)
        merges.merge(session, winner, loser, reason=f"both are {collision.identifier}", decided_by="tracker", now=now)
        went[loser] = winner
        todo += derive(session, [winner], chain, now)
    return {loser: _now(went, loser) for loser in went}


def winner_first(session: Session, first: int, second: int) -> tuple[int, int]:
    """The paper whose id stays, then the other: a person's id, then the stronger identifier, then the smaller id."""
    known = {paper.pk: paper for paper in papers.known(session, [first, second])}
    if _order(known[second]) < _order(known[first]):
        return second, first
    return first, second


def _order(paper: Known) -> tuple[bool, int, str]:
    ranks = [SCHEMES.index(i.scheme) for i in paper.identifiers if i.scheme in SCHEMES]
    return not paper.id_fixed, min(ranks, default=len(SCHEMES)), paper.id


def _now(went: dict[int, int], pk: int) -> int:
    while pk in went:
        pk = went[pk]
    return pk
