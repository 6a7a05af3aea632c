"""Which papers meet the conditions of a query, found the cheaper way round.

A condition that few papers meet is asked of the database first, and the search
looks among those.  One that most papers of a large library meet would bring a
list as long as the library: then the best papers are found first and the
condition is checked for these.  The answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np

from tracker.search.ports import Keys
from tracker.search.query import Atom, Condition, Query
from tracker.search.rows import Scope, union

#: Papers in the library up to which a condition is always asked of the database first.
LARGE = 20_000
#: The share of a larger library up to which the list of those that meet a condition is worth its time.
LISTED = 1 / 8
#: Papers looked at at most before the database is asked for all that meet a condition.
MOST = 6000
#: Papers up to which it is quicker to check a condition for each than to list all that meet it.
FEW = 600

#: Gives the keys of the best papers without conditions: one array for each kind of search, each of at most so many.
Best = Callable[[int], tuple[Keys, ...]]


class Conditions(Protocol):
    """Who knows which papers meet a condition."""

    def matching(self, atom: Atom, within: Sequence[int] | None = None, limit: int | None = None) -> Keys:
        """See :class:`tracker.search.ports.Texts`."""


def whole(texts: Conditions, query: Query) -> Scope:
    """The papers that meet the conditions of a query: all of them."""
    allowed: Keys | None = None
    excluded: Keys | None = None
    for condition in sorted(query.conditions, key=lambda condition: condition.negated):
        if condition.negated:
            keys = _any(texts, condition, None)
            excluded = keys if excluded is None else union(excluded, keys)
        else:
            # A long list of keys is slower to pass than to do without.
            few = allowed is not None and len(allowed) <= FEW
            keys = _any(texts, condition, allowed if few else None)
            allowed = keys if allowed is None else allowed[np.isin(allowed, keys)]
    return _scope(allowed, excluded)


def if_few(texts: Conditions, query: Query, size: int) -> Scope | None:
    """The papers that meet the conditions, where one keeps or shuts out at most a share ``LISTED`` of ``size``."""
    most = max(LARGE, int(size * LISTED))
    allowed: Keys | None = None
    excluded: Keys | None = None
    broad: list[Condition] = []
    for condition in sorted(query.conditions, key=lambda condition: condition.negated):
        found = [texts.matching(atom, None, most + 1) for atom in condition.any_of]
        if max(map(len, found), default=0) > most:
            broad.append(condition)
        elif condition.negated:
            excluded = _all(found) if excluded is None else union(excluded, *found)
        else:
            keys = _all(found)
            allowed = keys if allowed is None else allowed[np.isin(allowed, keys)]
    if broad and (allowed is None or len(allowed) > MOST):
        return None
    scope = _scope(allowed, excluded)
    if not broad or scope.allowed is None:
        return scope
    return Scope(_checked(texts, broad, scope.allowed))


def _scope(allowed: Keys | None, excluded: Keys | None) -> Scope:
    if allowed is not None and excluded is not None:
        return Scope(allowed[~np.isin(allowed, excluded)])
    return Scope(allowed, excluded)


def among_best(texts: Conditions, query: Query, best: Best, wanted: int) -> Scope | None:
    """The papers that meet the conditions, among the best alone; None when too few of those do.

    Args:
        texts: where conditions are checked.
        query: with its conditions.
        best: the best papers without conditions.
        wanted: how many of each kind of search must be left, so that none is missed.
    """
    count = 2 * wanted
    while count <= MOST:
        kinds = best(count)
        left = _checked(texts, query.conditions, union(*kinds))
        shares = [
            # A kind that has no more to give has given all.
            1.0 if len(keys) < count else float(np.isin(keys, left).sum()) / wanted
            for keys in kinds
        ]
        if min(shares) >= 1.0:
            return Scope(left, complete=False)
        more = int(count / max(min(shares), 1e-3) * 1.5) + 1
        if count == MOST or more > MOST:
            return None
        count = more
    return None


def _checked(texts: Conditions, conditions: Iterable[Condition], keys: Keys) -> Keys:
    for condition in conditions:
        holds = np.isin(keys, _any(texts, condition, keys))
        keys = keys[~holds if condition.negated else holds]
    return keys


def _any(texts: Conditions, condition: Condition, within: Keys | None) -> Keys:
    among = None if within is None else within.tolist()
    return _all([texts.matching(atom, among) for atom in condition.any_of])


def _all(found: Sequence[Keys]) -> Keys:
    return found[0] if len(found) == 1 else union(*found)
