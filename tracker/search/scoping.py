"""Which papers meet the conditions of a query, found the cheaper way round.

A condition that few papers meet is asked of the database first, and the search
looks among those.  One that most papers meet would bring a list as long as the
library: then the best papers are found first and the condition is checked for
these.  The answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tracker.search.ports import Keys, Texts
from tracker.search.query import Condition, Query
from tracker.search.rows import Scope, union

#: Papers up to which a condition is always asked of the database first (a list of all of them takes 15 ms).
LARGE = 20_000
#: Papers looked at first, and at most, before the database is asked for all that meet a condition.
FIRST, MOST = 600, 6000

#: Gives the keys of the best papers without conditions: one array for each kind of search, each of at most so many.
Best = Callable[[int], tuple[Keys, ...]]


def whole(texts: Texts, query: Query) -> Scope:
    """The papers that meet the conditions of a query: all of them."""
    allowed: Keys | None = None
    excluded: Keys | None = None
    for condition in sorted(query.conditions, key=lambda condition: condition.negated):
        if condition.negated:
            keys = _any(texts, condition, None)
            excluded = keys if excluded is None else union(excluded, keys)
        else:
            # A long list of keys is slower to pass than to do without.
            few = allowed is not None and len(allowed) <= FIRST
            keys = _any(texts, condition, allowed if few else None)
            allowed = keys if allowed is None else allowed[np.isin(allowed, keys)]
    if allowed is not None and excluded is not None:
        return Scope(allowed[~np.isin(allowed, excluded)])
    return Scope(allowed, excluded)


def among_best(texts: Texts, query: Query, best: Best, wanted: int) -> Scope | None:
    """The papers that meet the conditions, among the best alone; None when too few of those do.

    Args:
        texts: where conditions are checked.
        query: with its conditions.
        best: the best papers without conditions.
        wanted: how many of each kind of search must be left, so that none is missed.
    """
    count = max(FIRST, 2 * wanted)
    while count <= MOST:
        kinds = best(count)
        left = _checked(texts, query, union(*kinds))
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


def _checked(texts: Texts, query: Query, keys: Keys) -> Keys:
    for condition in query.conditions:
        holds = np.isin(keys, _any(texts, condition, keys))
        keys = keys[~holds if condition.negated else holds]
    return keys


def _any(texts: Texts, condition: Condition, within: Keys | None) -> Keys:
    among = None if within is None else within.tolist()
    return union(*(texts.matching(atom, among) for atom in condition.any_of))
