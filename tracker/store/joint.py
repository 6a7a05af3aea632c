"""How two papers' own words become one's, and how they come apart again.

For each table, rows are sorted into *facets* (a tag by its name, a reading by
its field, ...).  :func:`join` says what a merged paper has of each facet, from
what the two had.  :func:`part` undoes it: a facet that is as the merge left it
goes back to what each had; one that changed since stays with the winner as it
is now, and the loser gets back what it had; one removed since stays removed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from tracker.store.custody import Plain

#: What a paper has of one facet: one row, or the windows of one model's vectors, or one field of its reading.
Holding: TypeAlias = tuple[Plain, ...]
Facets: TypeAlias = dict[Hashable, Holding]
Choose: TypeAlias = Callable[[Holding, Holding], Holding]

_READING: Mapping[str, tuple[str, ...]] = {
    "status": ("status_at", "status", "queued_at", "started_at", "finished_at"),
    "rating": ("rating_at", "rating"),
    "priority": ("priority_at", "priority"),
    "seen": ("seen_at",),
}


def facets(rows: Sequence[Plain], key: Sequence[str]) -> Facets:
    """Rows by the columns that name their facet."""
    found: dict[Hashable, list[Plain]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in key), []).append(row)
    return {name: tuple(held) for name, held in found.items()}


def rows(held: Facets) -> list[Plain]:
    """The rows of all facets."""
    return [row for holding in held.values() for row in holding]


def reading_facets(found: Sequence[Plain]) -> Facets:
    """A reading row, field by field; its first column of each is the time that decides."""
    return {name: ({c: row[c] for c in columns},) for row in found for name, columns in _READING.items()}


def reading_rows(held: Facets) -> list[Plain]:
    """The inverse of :func:`reading_facets`."""
    defaults: Plain = {c: None for columns in _READING.values() for c in columns} | {"status": "inbox", "priority": 0}
    return [{**defaults, **{c: v for (part,) in held.values() for c, v in part.items()}}] if held else []


def join(winner: Facets, loser: Facets, choose: Choose) -> Facets:
    """What the merged paper has; ``choose`` decides where both have something."""
    both = {name: choose(winner[name], loser[name]) for name in winner.keys() & loser.keys()}
    return {**loser, **winner, **both}


def part(winner: Facets, loser: Facets, merged: Facets, now: Facets) -> tuple[Facets, Facets]:
    """What each has after a split.

    Args:
        winner: what the winner had before the merge.
        loser: what the loser had before the merge.
        merged: what the merge made of it.
        now: what the winner has at present.

    Returns:
        What the winner and the loser are to have.
    """
    back: tuple[Facets, Facets] = ({}, {})
    for name in [*now, *(name for name in merged if name not in now)]:
        untouched = now.get(name) == merged.get(name)
        if untouched and name in winner:
            back[0][name] = winner[name]
        elif not untouched and name in now:
            back[0][name] = now[name]
        if name in loser and (untouched or name in now):
            back[1][name] = loser[name]
    return back


# ---------------------------------------------------------------- who wins where both have something


def first(winner: Holding, _loser: Holding) -> Holding:
    """The winner's."""
    return winner


def latest(column: str) -> Choose:
    """The one with the later moment in ``column``; none is earliest, and the winner's where they tie."""
    return lambda winner, loser: loser if (loser[0][column] or "") > (winner[0][column] or "") else winner


def highest(column: str) -> Choose:
    """The one with the larger number in ``column``, the winner's where they tie."""
    return lambda winner, loser: loser if loser[0][column] > winner[0][column] else winner


def latest_reading(winner: Holding, loser: Holding) -> Holding:
    """The last write wins, field by field."""
    time = next(iter(winner[0]))
    return latest(time)(winner, loser)


def firmest(winner: Holding, loser: Holding) -> Holding:
    """Of two opinions on a pair: a person's, then "different"; the row keeps the winner's number."""

    def weight(row: Plain) -> tuple[Any, ...]:
        return row["decided_by"] == "person", row["verdict"] == "different"

    chosen = loser[0] if weight(loser[0]) > weight(winner[0]) else winner[0]
    return ({**chosen, "pk": winner[0]["pk"]},)
