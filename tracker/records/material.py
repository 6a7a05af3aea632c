"""Raw material: what is asked of lists and services, and what they say, before anybody decided what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

#: Identifier schemes, strongest first: the first one that a paper has names it.
SCHEMES: tuple[str, ...] = ("arxiv", "doi", "openreview", "acl", "pmlr", "neurips", "cvf", "jmlr", "url")


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A name that belongs to exactly one paper, normalised: ``arxiv:1706.03762`` (no version)."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a list shows it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong without stopping the rest: where, and why."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask of a public service.  ``optional`` requests may fail without failing their source."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    params: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    max_bytes: int | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes that answered a :class:`Request`.

    ``url`` is the address asked and ``final_url`` the one that answered after
    redirects, both as the public web knows them (never the mirror's).
    ``unchanged`` means that the server said 304 and ``body`` is the kept copy.
    """

    url: str
    final_url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False

    def text(self) -> str:
        """The body as UTF-8, a byte order mark removed; undecodable bytes become U+FFFD."""
        return self.body.decode("utf-8-sig", "replace")


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
