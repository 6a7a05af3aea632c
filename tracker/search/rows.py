"""Row numbers of an index that consists of a large old part and a small new one.

The old part comes from a file; the new part holds what changed since, in
memory.  A paper that changed or went is dead in the old part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tracker.search.ports import Floats, Keys

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Which paper each row belongs to: rows of ``base`` first, then of ``fresh``; each ascending by key.

    A paper has rows in one of the two only, except for rows marked dead.
    """

    base: Keys
    fresh: Keys
    base_alive: Mask | None = None  # None: all are

    def __len__(self) -> int:
        return len(self.base) + len(self.fresh)

    @cached_property
    def keys(self) -> Keys:
        """The paper of each row."""
        return np.concatenate([self.base, self.fresh]) if len(self.fresh) else self.base

    @cached_property
    def dead(self) -> Numbers:
        """Rows that count no more."""
        return np.zeros(0, np.int64) if self.base_alive is None else np.flatnonzero(~self.base_alive)

    @property
    def living(self) -> int:
        """Rows that count."""
        return len(self) - len(self.dead)

    def places(self, pks: Keys) -> Numbers:
        """The first row of each paper; -1 for those without."""
        found = np.full(len(pks), -1, dtype=np.int64)
        for part, first, alive in ((self.base, 0, self.base_alive), (self.fresh, len(self.base), None)):
            if not len(part):
                continue
            at = np.searchsorted(part, pks)
            inside = at < len(part)
            hit = inside.copy()
            hit[inside] = part[at[inside]] == pks[inside]
            if alive is not None:
                hit[hit] = alive[at[hit]]
            found[hit] = at[hit] + first
        return found

    def of(self, pks: Keys) -> Numbers:
        """All living rows of these papers (ascending keys), in row order."""
        parts = []
        for part, first, alive in ((self.base, 0, self.base_alive), (self.fresh, len(self.base), None)):
            low, high = np.searchsorted(part, pks, "left"), np.searchsorted(part, pks, "right")
            counts = high - low
            starts = np.repeat(low - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) if len(pks) else low
            rows = starts + np.arange(int(counts.sum()))
            parts.append((rows if alive is None else rows[alive[rows]]) + first)
        return np.concatenate(parts)


#: From one key in so many rows on, marking all keys and reading the marks is quicker than looking each key up.
_MANY = 250


def _within(pks: Keys, keys: Keys) -> Mask:
    """For each of ``keys`` whether it is among ``pks`` (numbers from 1 on, ascending)."""
    marks = np.zeros(int(max(pks[-1], keys.max(initial=0))) + 1, dtype=bool)
    marks[pks] = True
    return marks[keys]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which papers may be found: those ``allowed`` (None: all) that are not ``excluded``; keys ascending.

    ``complete`` is False where ``allowed`` holds only those that can be among the best.
    """

    allowed: Keys | None = None
    excluded: Keys | None = None
    complete: bool = True

    @property
    def everything(self) -> bool:
        """Whether every paper may be found."""
        return self.allowed is None and self.excluded is None

    def admits(self, pks: Keys) -> Mask:
        """For each key whether it may be found."""
        found = np.ones(len(pks), dtype=bool)
        if self.allowed is not None:
            found &= np.isin(pks, self.allowed)
        if self.excluded is not None:
            found &= ~np.isin(pks, self.excluded)
        return found

    def mask(self, rows: Rows) -> Mask | None:
        """For each row whether its paper may be found; None when all may."""
        if self.everything:
            return None
        if self.allowed is None:
            found = np.ones(len(rows), dtype=bool)
        elif len(self.allowed) * _MANY > len(rows):
            found = _within(self.allowed, rows.keys)
            found[rows.dead] = False
        else:
            found = np.zeros(len(rows), dtype=bool)
            found[rows.of(self.allowed)] = True
        if self.excluded is not None and len(self.excluded) * _MANY > len(rows):
            found &= ~_within(self.excluded, rows.keys)
        elif self.excluded is not None:
            found[rows.of(self.excluded)] = False
        return found


def union(*parts: Keys) -> Keys:
    """All keys, ascending, each once; ``np.unique`` would import ``numpy.ma``, 40 ms of a cold start."""
    # stable: quick where the parts are rising runs
    keys = np.sort(np.concatenate([np.zeros(0, np.int64), *parts]), kind="stable")
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    return keys[first]


#: From so many rows on, a sample tells first where the best begin.
_LARGE, _STRIDE = 20_000, 64


def leading(scores: Floats, count: int) -> Numbers:
    """Rows that hold the ``count`` highest scores above zero and not many more, ascending.

    A partition of a whole array takes milliseconds for a million rows, and far
    longer where most are equal (zero).  A sample of them gives a bound that
    surely lies below the ``count``-th score if enough rows reach it.
    """
    if len(scores) >= _LARGE and count * _STRIDE < len(scores):
        sample = scores[::_STRIDE]
        among = min(len(sample), count // _STRIDE * 2 + 16)
        bound = np.partition(sample, len(sample) - among)[len(sample) - among]
        if bound > 0:
            rows = np.flatnonzero(scores >= bound)
            if len(rows) >= count:
                return rows
    return np.flatnonzero(scores > 0)


def best(scores: Floats, count: int) -> Numbers:
    """Rows of the ``count`` highest scores above zero, best first; ties by row."""
    if count <= 0:
        return np.zeros(0, np.int64)
    rows = leading(scores, count)
    found = scores[rows]
    if count < len(rows):
        border = np.partition(found, len(found) - count)[len(found) - count]
        # Among equals at the border the first rows count, so that the answer does not depend on chance.
        rows = rows[found >= border]
        found = scores[rows]
    return rows[np.lexsort((rows, -found))][:count]
