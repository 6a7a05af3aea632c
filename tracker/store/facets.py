"""How many of some papers fall under each list, year, status and concept: what a search can be narrowed by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.store.filters import HAS, NEW, Filter, where
from tracker.store.reader import Queryable, as_reader

#: Values shown of a facet that may have many.
_MOST = 30

_OF_ALL = "WITH hit AS MATERIALIZED (SELECT paper.pk FROM paper WHERE {where}) "
_OF_THESE = "WITH hit AS MATERIALIZED (SELECT value AS pk FROM json_each(:hits)) "
_LISTS = (
    "SELECT m.source_slug, count(DISTINCT m.paper_pk) AS n FROM hit JOIN mention m ON m.paper_pk = hit.pk"
    " WHERE m.gone_at IS NULL GROUP BY m.source_slug ORDER BY n DESC, m.source_slug LIMIT :most"
)
_YEARS = (
    "SELECT paper.year, count(*) FROM hit JOIN paper ON paper.pk = hit.pk WHERE paper.year IS NOT NULL"
    " GROUP BY paper.year ORDER BY paper.year DESC LIMIT :most"
)
_STATUSES = (
    "SELECT coalesce(r.status, 'inbox') AS status, count(*) AS n FROM hit LEFT JOIN reading r ON r.paper_pk = hit.pk"
    " GROUP BY 1 ORDER BY n DESC, status"
)
_CONCEPTS = (
    "SELECT tie.slug, count(*) AS n FROM hit JOIN (SELECT l.paper_pk, l.slug FROM concept_link l WHERE NOT EXISTS"
    " (SELECT 1 FROM concept_verdict v WHERE v.paper_pk = l.paper_pk AND v.slug = l.slug)"
    " UNION ALL SELECT paper_pk, slug FROM concept_verdict WHERE accepted) tie ON tie.paper_pk = hit.pk"
    " GROUP BY tie.slug ORDER BY n DESC, tie.slug LIMIT :most"
)
_MARKS = "SELECT count(*), {sums} FROM hit JOIN paper ON paper.pk = hit.pk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Counts of ``papers`` papers, each facet's values with how many have them, most first (years: latest first).

    ``best`` is true when these are only the best of a ranked search, not all that meet its conditions.
    ``marks`` counts by the filter as typed: ``has:code``, ``has:abstract``, ``has:notes``, ``is:new``.
    """

    papers: int
    lists: tuple[tuple[str, int], ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    statuses: tuple[tuple[str, int], ...] = ()
    concepts: tuple[tuple[str, int], ...] = ()
    marks: tuple[tuple[str, int], ...] = ()
    best: bool = False


def of_condition(source: Queryable, condition: Filter) -> Facets:
    """Of all papers that meet a condition."""
    found = where(condition)
    return _counted(source, _OF_ALL.format(where=found.sql), found.params)


def of_papers(source: Queryable, pks: Sequence[int]) -> Facets:
    """Of these papers."""
    return _counted(source, _OF_THESE, {"hits": json.dumps([int(pk) for pk in pks])}, best=True)


def _counted(source: Queryable, hits: str, params: Mapping[str, object], *, best: bool = False) -> Facets:
    reader = as_reader(source)
    bound = {**params, "most": _MOST}
    tests = {f"has:{name}": HAS[name] for name in ("code", "abstract", "notes")} | {"is:new": NEW}
    marks = _MARKS.format(sums=", ".join(f"coalesce(sum({test}), 0)" for test in tests.values()))
    ((papers, *sums),) = reader.rows(hits + marks, bound)
    lists, years, statuses, concepts = (
        tuple((row[0], int(row[1])) for row in reader.rows(hits + sql, bound))
        for sql in (_LISTS, _YEARS, _STATUSES, _CONCEPTS)
    )
    return Facets(
        papers=int(papers), lists=lists, years=years, statuses=statuses, concepts=concepts, best=best,
        marks=tuple((name, int(number)) for name, number in zip(tests, sums, strict=True)),
    )  # fmt: skip
