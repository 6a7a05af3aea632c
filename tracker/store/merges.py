"""Making one paper of two, and two of one again, with nothing lost either way.

Facts that belong to somebody (mentions, identifiers, answers of services,
notes, former ids, earlier merges) change hands; what two papers can both have
(tags, reading, links to concepts, vectors, pairs) is joined by
:mod:`tracker.store.joint`.  The state before is kept in the merge's snapshot.
Both operations leave the derived row to the caller, who resolves it anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.store.reader import Queryable, as_reader
from tracker.store.times import loaded, loaded_at

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMerge:
    """A merge that was made.  ``winner_pk`` is the paper that holds the loser now."""

    pk: int
    winner_pk: int
    loser_pk: int
    loser_id: str
    reason: str
    decided_by: str
    merged_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What a split did.

    ``later_mentions`` came after the merge and stayed with the winner; they may name the loser.
    """

    winner_pk: int
    loser_pk: int
    later_mentions: tuple[int, ...]


def merge(
    session: Session, winner_pk: int, loser_pk: int, *, reason: str, decided_by: str = "tracker", now: datetime
) -> int:
    """Put all that the loser has to the winner and delete the loser, whose id keeps resolving.

    Returns:
        The merge's number, for :func:`split`.

    Raises:
        UsageError: the two are one paper already, or one of them is gone.
    """
    from tracker.store.merging import Merger

    return Merger(session, now).merge(winner_pk, loser_pk, reason, decided_by)


def split(session: Session, merge_pk: int, now: datetime) -> Split:
    """Undo a merge, and keep the two apart from now on.

    Whatever came from the loser goes back to it, edited notes with their
    edits; what was added to the winner since stays with the winner, except
    answers that services gave to one of the loser's own names.

    Raises:
        UsageError: there is no such merge, or it was undone already.
    """
    from tracker.store.merging import Merger

    return Merger(session, now).split(merge_pk)


def active(source: Queryable, paper_pk: int | None = None, *, loser_id: str | None = None) -> list[StoredMerge]:
    """Merges that are not undone, latest first: into one paper, or of the paper that went by ``loser_id``, or all."""
    sql = (
        "SELECT pk, winner_pk, loser_pk, loser_id, reason, decided_by, merged_at, undone_at FROM merge"
        " WHERE undone_at IS NULL AND (:winner IS NULL OR winner_pk = :winner)"
        " AND (:loser IS NULL OR loser_id = :loser) ORDER BY pk DESC"
    )
    return [
        StoredMerge(
            pk=row[0],
            winner_pk=row[1],
            loser_pk=row[2],
            loser_id=row[3],
            reason=row[4],
            decided_by=row[5],
            merged_at=loaded_at(row[6]),
            undone_at=loaded(row[7]),
        )
        for row in as_reader(source).rows(sql, {"winner": paper_pk, "loser": loser_id})
    ]


# ---------------------------------------------------------------- kept apart, by name


def names_of(source: Queryable, paper_pk: int) -> set[str]:
    """All names by which a decision about a paper is remembered: its id, its former ids, its identifiers."""
    sql = (
        "SELECT id FROM paper WHERE pk = :pk UNION SELECT id FROM paper_alias WHERE paper_pk = :pk"
        " UNION SELECT scheme || ':' || value FROM identifier WHERE paper_pk = :pk"
    )
    return {row[0] for row in as_reader(source).rows(sql, {"pk": paper_pk})}


def keep_apart(session: Session, first_pk: int, second_pk: int, now: datetime) -> None:
    """These two are not one paper: remembered by every name of either, so that it outlives merges and re-fetches."""
    from tracker.store import statements
    from tracker.store.tables import ApartRow

    ours, theirs = names_of(session, first_pk), names_of(session, second_pk)
    rows = [
        {"first": min(a, b), "second": max(a, b), "decided_at": now}
        for a in sorted(ours - theirs)
        for b in sorted(theirs - ours)
    ]
    statements.upsert(session, ApartRow, rows, ("first", "second"))


def are_apart(source: Queryable, first_pk: int, second_pk: int) -> bool:
    """Whether a person said that these two are not one paper."""
    reader = as_reader(source)
    ours, theirs = names_of(reader, first_pk), names_of(reader, second_pk)
    pairs = set(reader.rows_in("SELECT first, second FROM apart WHERE first IN :names", "names", ours | theirs))
    return any((min(a, b), max(a, b)) in pairs for a in ours for b in theirs)


def apart_names(source: Queryable) -> frozenset[tuple[str, str]]:
    """All pairs of names that are kept apart, the smaller name first."""
    return frozenset(as_reader(source).rows("SELECT first, second FROM apart"))


def forget_apart(session: Session, first_pk: int, second_pk: int) -> None:
    """A person changed their mind: nothing keeps these two apart any more."""
    from tracker.store import statements
    from tracker.store.tables import ApartRow

    ours, theirs = names_of(session, first_pk), names_of(session, second_pk)
    for a in ours:
        for b in theirs:
            statements.delete(session, ApartRow, first=min(a, b), second=max(a, b))
