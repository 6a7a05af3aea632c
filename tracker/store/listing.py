"""Lists of papers: filtered, sorted, counted, walked through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, TypeAlias

from tracker.records import Paper
from tracker.store.assemble import paper_records
from tracker.store.filters import EVERYTHING, Filter, where
from tracker.store.reader import Queryable, as_reader
from tracker.store.times import stored

Sort: TypeAlias = Literal["added", "published", "endorsed", "title", "priority", "news"]

#: Each ends with the id, so that the order is total and the same in two libraries with the same papers; both parts of
#: the two that are asked for most go the same way, so that an index has them in order.
_ORDERS: dict[str, str] = {
    "added": "paper.added_at DESC, paper.id DESC",
    "news": "paper.news_at DESC, paper.id DESC",
    "published": "coalesce(paper.published, paper.year || '-00') DESC, paper.id",
    "endorsed": (
        "(SELECT count(DISTINCT m.source_slug) FROM mention m WHERE m.paper_pk = paper.pk AND m.gone_at IS NULL) DESC,"
        " paper.news_at DESC, paper.id"
    ),
    "title": "paper.title_key, paper.id",
    "priority": (
        "coalesce((SELECT r.priority FROM reading r WHERE r.paper_pk = paper.pk), 0) DESC,"
        " (SELECT r.queued_at FROM reading r WHERE r.paper_pk = paper.pk), paper.id"
    ),
}


def listed(
    source: Queryable,
    condition: Filter = EVERYTHING,
    *,
    sort: Sort = "added",
    limit: int | None = None,
    offset: int = 0,
) -> list[int]:
    """The papers that meet a condition, by number: latest, most endorsed or most urgent first, or by title."""
    found = where(condition)
    sql = (
        "SELECT paper.pk FROM paper WHERE " + found.sql + " ORDER BY " + _ORDERS[sort] + " LIMIT :limit OFFSET :offset"
    )
    params = {**found.params, "limit": -1 if limit is None else limit, "offset": offset}
    return [row[0] for row in as_reader(source).rows(sql, params)]


def count(source: Queryable, condition: Filter = EVERYTHING) -> int:
    """How many papers meet a condition."""
    found = where(condition)
    return int(as_reader(source).rows("SELECT count(*) FROM paper WHERE " + found.sql, found.params)[0][0])


def named_since(source: Queryable, since: datetime) -> list[tuple[int, tuple[str, ...]]]:
    """The papers that came at a moment or later, last come first: the number, and every id that it has or ever had."""
    reader = as_reader(source)
    condition, params = "paper.added_at >= :since", {"since": stored(since)}
    former: dict[int, list[str]] = {}
    aliases = "SELECT a.paper_pk, a.id FROM paper_alias a JOIN paper ON paper.pk = a.paper_pk WHERE " + condition
    for pk, name in reader.rows(aliases + " ORDER BY a.id", params):
        former.setdefault(pk, []).append(name)
    papers = "SELECT paper.pk, paper.id FROM paper WHERE " + condition + " ORDER BY " + _ORDERS["added"]
    return [(pk, (name, *former.get(pk, ()))) for pk, name in reader.rows(papers, params)]


def former_ids(source: Queryable, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The ids that papers had before, by the one they have now; papers that never had another are left out."""
    found: dict[str, list[str]] = {}
    sql = "SELECT paper.id, a.id FROM paper JOIN paper_alias a ON a.paper_pk = paper.pk WHERE paper.id IN :ids"
    for name, former in as_reader(source).rows_in(sql, "ids", ids):
        found.setdefault(name, []).append(former)
    return {name: tuple(sorted(former)) for name, former in found.items()}


def walk(source: Queryable, condition: Filter = EVERYTHING, *, size: int = 200) -> Iterator[Paper]:
    """All papers that meet a condition, whole, ordered by id, ``size`` in memory at a time."""
    reader = as_reader(source)
    found = where(condition)
    sql = "SELECT paper.pk FROM paper WHERE " + found.sql + " ORDER BY paper.id"
    pks = [row[0] for row in reader.rows(sql, found.params)]
    for start in range(0, len(pks), size):
        yield from paper_records(reader, pks[start : start + size])


def queue(source: Queryable, limit: int) -> list[int]:
    """What to read next: what is being read, by when it was begun; then what is queued, by priority and age."""
    sql = (
        "SELECT paper_pk FROM reading WHERE status IN ('reading', 'queued')"
        " ORDER BY status = 'reading' DESC, CASE status WHEN 'reading' THEN started_at END,"
        " priority DESC, coalesce(queued_at, status_at), paper_pk LIMIT :limit"
    )
    return [row[0] for row in as_reader(source).rows(sql, {"limit": limit})]
