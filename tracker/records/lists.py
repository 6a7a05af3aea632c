"""Raw material: what a list or a service says, before anybody decided what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tracker.records.naming import Identifier, Link, Problem


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One place that names papers.  ``kind`` is a name in ``sources.registry``."""

    slug: str
    kind: str
    title: str
    url: str
    description: str = ""
    enabled: bool = True
    interval_hours: float = 24.0
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One paper as one list names it.

    ``url`` is the paper's own link (None when the list gives none), ``same_as``
    further links to the same work (its PDF, its forum page); only these bear
    identity.  ``links`` are all links with their labels, in order.  ``section``
    is the topic path, outermost first.  ``line`` counts from 1 in ``document``.
    """

    title: str
    url: str | None = None
    same_as: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    alias: str | None = None
    text: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    month: int | None = None
    section: tuple[str, ...] = ()
    marker: str | None = None
    week_start: date | None = None
    week_end: date | None = None
    rank: int | None = None
    document: str = ""
    line: int | None = None
    abstract: str | None = None
    published: date | None = None
    code: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """All a parser found: the entries, and the rows it could not read (each with its line)."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkResult:
    """One row of a leaderboard."""

    task: str
    dataset: str
    model: str
    metric: str
    value: str
    rank: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What one service says about one paper.

    ``asked`` is what it was asked by: an identifier (``arxiv:1706.03762``) or ``title``.
    Fields that the service does not know are None or empty.
    """

    service: str
    asked: str
    title: str | None = None
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    year: int | None = None
    venue: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    urls: tuple[Link, ...] = ()
    code: tuple[str, ...] = ()
    results: tuple[BenchmarkResult, ...] = ()
