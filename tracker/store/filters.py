"""What a paper must be, as a tree of plain values, and that tree as SQL on the row ``paper``.

Values always travel as parameters.  A person's reading of a paper without a
``reading`` row is that of the inbox.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Literal, TypeAlias

from tracker.records import ReadingStatus
from tracker.store import fulltext
from tracker.store.fulltext import Where
from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Keys = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OnList:
    """Named by a list at present."""

    slug: str


@dataclass(frozen=True, slots=True)
class Years:
    """Published in these years, both included; None is open."""

    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Written by somebody of this name, or part of it; case and accents do not matter."""

    name: str


@dataclass(frozen=True, slots=True)
class Status:
    """Where the reader is with it."""

    status: ReadingStatus


@dataclass(frozen=True, slots=True)
class Tagged:
    """Has this tag, whatever its case."""

    name: str


@dataclass(frozen=True, slots=True)
class About:
    """Tied to a concept: by a person's word, or by the linker unless a person said no."""

    slug: str


@dataclass(frozen=True, slots=True)
class Has:
    """Comes with something."""

    what: Literal["code", "abstract", "notes", "rating", "tags"]


@dataclass(frozen=True, slots=True)
class Is:
    """``new``: news since the reader last looked, and still in the inbox.  ``gone``: no list names it any more."""

    what: Literal["new", "gone"]


@dataclass(frozen=True, slots=True)
class Rated:
    """Rated at least so."""

    least: int


@dataclass(frozen=True, slots=True)
class Matches:
    """Its text matches a full-text expression (quote what a person typed)."""

    expression: str


@dataclass(frozen=True, slots=True)
class Among:
    """One of these papers."""

    pks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not so."""

    part: Filter


@dataclass(frozen=True, slots=True)
class All:
    """All of these hold; without parts: anything."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds; without parts: nothing."""

    parts: tuple[Filter, ...] = ()


Filter: TypeAlias = (
    OnList | Years | Author | Status | Tagged | About | Has | Is | Rated | Matches | Among | Not | All | AnyOf
)

#: Every paper.
EVERYTHING = All()

HAS = {
    "code": "json_array_length(paper.code) > 0",
    "abstract": "paper.abstract IS NOT NULL",
    "notes": "EXISTS (SELECT 1 FROM note n WHERE n.paper_pk = paper.pk)",
    "rating": "EXISTS (SELECT 1 FROM reading r WHERE r.paper_pk = paper.pk AND r.rating IS NOT NULL)",
    "tags": "EXISTS (SELECT 1 FROM tag t WHERE t.paper_pk = paper.pk)",
}

#: A paper is news until it is seen; it stops being news when the reader takes it out of the inbox.
NEW = (
    "(paper.news_at > coalesce((SELECT s.value FROM setting s WHERE s.name = 'seen_until'), '')"
    " AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.paper_pk = paper.pk"
    " AND (r.status <> 'inbox' OR r.seen_at >= paper.news_at)))"
)
_GONE = (
    "(EXISTS (SELECT 1 FROM mention m WHERE m.paper_pk = paper.pk)"
    " AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.paper_pk = paper.pk AND m.gone_at IS NULL))"
)


def where(condition: Filter) -> Where:
    """The condition as SQL on the row ``paper``, with its parameters."""
    builder = _Builder()
    return Where(builder.sql(condition), builder.params)


def pks(source: Queryable, condition: Filter = EVERYTHING, limit: int | None = None) -> Keys:
    """The papers that meet a condition, by number, ascending.

    Args:
        source: a reader or a session.
        condition: what they meet.
        limit: stop at so many, whichever they are.
    """
    import numpy as np

    found = where(condition)
    few = "" if limit is None else " LIMIT " + str(int(limit))
    # one text instead of a row each: a tenth of a million papers come in half the time
    sql = "SELECT group_concat(pk, ' ') FROM (SELECT pk FROM paper WHERE " + found.sql + few + ")"
    text = as_reader(source).rows(sql, found.params)[0][0]
    if not text:
        return np.zeros(0, np.int64)
    # stable: they come as a few rising runs out of an index, or in order
    return np.sort(np.fromstring(text, dtype=np.int64, sep=" "), kind="stable")


class _Builder:
    """Collects parameters under names of their own while the tree is walked."""

    def __init__(self) -> None:
        self.params: dict[str, object] = {}
        self._names: Iterator[int] = count()

    def _bind(self, value: object) -> str:
        name = f"filter_{next(self._names)}"
        self.params[name] = value
        return f":{name}"

    def sql(self, condition: Filter) -> str:
        match condition:
            case All(parts):
                return "(" + " AND ".join(self.sql(part) for part in parts) + ")" if parts else "(1 = 1)"
            case AnyOf(parts):
                return "(" + " OR ".join(self.sql(part) for part in parts) + ")" if parts else "(1 = 0)"
            case Not(part):
                # what is unknown (a year that nobody gave) does not meet a condition, so it meets the negation
                return "NOT coalesce(" + self.sql(part) + ", 0)"
            case Has(what):
                return HAS[what]
            case Is(what):
                return NEW if what == "new" else _GONE
            case _:
                return self._leaf(condition)

    def _leaf(self, condition: Filter) -> str:
        match condition:
            case OnList(slug):
                table, test = "mention", "x.gone_at IS NULL AND x.source_slug = " + self._bind(slug)
            case Status("inbox"):
                return "NOT EXISTS (SELECT 1 FROM reading r WHERE r.paper_pk = paper.pk AND r.status <> 'inbox')"
            case Status(status):
                table, test = "reading", "x.status = " + self._bind(status)
            case Rated(least):
                table, test = "reading", "x.rating >= " + self._bind(least)
            case Tagged(name):
                table, test = "tag", "lower(x.name) = lower(" + self._bind(name) + ")"
            case Years(first, last):
                return self._years(first, last)
            case About(slug):
                return self._about(self._bind(slug))
            case Among(pks):
                # one parameter for all: a statement has a limit of both length and parameters
                return "paper.pk IN (SELECT value FROM json_each(" + self._bind(json.dumps([*map(int, pks)])) + "))"
            case Author(name):
                return self._matches(author_expression(name))
            case Matches(expression):
                return self._matches(expression)
            case _:
                raise TypeError(f"{condition!r} is no filter")
        # "IN" and not a correlated EXISTS, so that the index on the value leads and the cost follows what is found
        return "paper.pk IN (SELECT x.paper_pk FROM " + table + " x WHERE " + test + ")"

    def _years(self, first: int | None, last: int | None) -> str:
        if first is not None and first == last:
            # so few papers can be checked in the index of years, which stays in memory where the papers' rows do not
            return "paper.year = " + self._bind(first)
        bounds = [
            f"paper.year {sign} {self._bind(year)}" for sign, year in ((">=", first), ("<=", last)) if year is not None
        ]
        return "(" + " AND ".join(bounds or ["paper.year IS NOT NULL"]) + ")"

    def _about(self, slug: str) -> str:
        told = "SELECT v.paper_pk FROM concept_verdict v WHERE v.slug = " + slug + " AND v.accepted = "
        linked = "SELECT l.paper_pk FROM concept_link l WHERE l.slug = " + slug
        return "paper.pk IN (" + told + "1 UNION SELECT * FROM (" + linked + " EXCEPT " + told + "0))"

    def _matches(self, expression: str) -> str:
        return "paper.pk IN (SELECT f.rowid FROM paper_fts f WHERE f.paper_fts MATCH " + self._bind(expression) + ")"


def author_expression(name: str) -> str:
    """The full-text expression for an author: the parts of the name in any order, near each other."""
    words = [fulltext.quote(word) for word in name.replace(",", " ").split()]
    if not words:
        return 'authors : ""'
    return "authors : " + (words[0] if len(words) == 1 else "NEAR(" + " ".join(words) + ", 2)")
