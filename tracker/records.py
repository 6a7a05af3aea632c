"""Frozen values that travel between the rooms.  This module imports no room.

Raw material (what a list or a service said): :class:`Link`, :class:`Entry`,
:class:`Parsed`, :class:`Metadata`.  Requests and answers: :class:`Request`,
:class:`Document`.  What the library holds: :class:`Paper`, :class:`Mention`.
What an operation did: the ``*Report`` classes.  What a search found:
:class:`Hit`, :class:`SearchResult`.

Dates are :class:`datetime.date`; moments are aware :class:`datetime.datetime`
in UTC.  Tuples, never lists, so that a record can be a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

ReadingStatus = Literal["inbox", "queued", "reading", "read", "skipped"]
READING_STATUSES: tuple[ReadingStatus, ...] = ("inbox", "queued", "reading", "read", "skipped")

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


# ---------------------------------------------------------------- asking


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


# ---------------------------------------------------------------- lists


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


# ---------------------------------------------------------------- services


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


# ---------------------------------------------------------------- the library


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a field's value came from, and when."""

    source: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A paper's place on a list, as it stands or last stood (``gone_at``)."""

    source: str
    key: str
    title: str
    url: str | None
    alias: str | None = None
    text: str = ""
    links: tuple[Link, ...] = ()
    section: tuple[str, ...] = ()
    marker: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    month: int | None = None
    week_start: date | None = None
    week_end: date | None = None
    rank: int | None = None
    document: str = ""
    line: int | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A person's note, in Markdown."""

    id: str
    body: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptLink:
    """A paper's tie to a concept: how strong (0 to 1), and the sentence that says so."""

    slug: str
    score: float
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper, with all that is known of it and all that its reader wrote."""

    id: str
    title: str
    abstract: str | None = None
    abstract_source: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    year: int | None = None
    venue: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    aliases: tuple[str, ...] = ()
    urls: tuple[Link, ...] = ()
    code: tuple[str, ...] = ()
    results: tuple[BenchmarkResult, ...] = ()
    mentions: tuple[Mention, ...] = ()
    concepts: tuple[ConceptLink, ...] = ()
    provenance: Mapping[str, Origin] = field(default_factory=dict)
    status: ReadingStatus = "inbox"
    rating: int | None = None
    priority: int = 0
    tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    added: datetime | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatePair:
    """Two papers that may be one, with the evidence for and against."""

    number: int
    first: Paper
    second: Paper
    score: float
    evidence: tuple[str, ...]
    verdict: Literal["unsure", "same", "different"] = "unsure"


# ---------------------------------------------------------------- search


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One reason for a hit: words of the query found in a field, or the nearest sentence."""

    kind: Literal["words", "sentence", "title", "tokens"]
    field: str
    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A search result.  ``lexical`` and ``semantic`` are the parts, each 0 to 1; None where not asked."""

    id: str
    title: str
    score: float
    lexical: float | None
    semantic: float | None
    year: int | None
    identifiers: Mapping[str, str]
    matched: tuple[Match, ...] = ()
    authors: tuple[str, ...] = ()
    status: ReadingStatus = "inbox"
    snippet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The hits for a query, best first.  ``notices`` say what was not used and why (no model, nothing embedded yet)."""

    query: str
    took_ms: float
    model: str | None
    hits: tuple[Hit, ...]
    total: int | None = None
    notices: tuple[str, ...] = ()


# ---------------------------------------------------------------- reports


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What fetching one source did.  ``error`` is None when all went well."""

    slug: str
    state: Literal["changed", "unchanged", "failed", "skipped"]
    entries: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    returned: int = 0
    new_papers: int = 0
    problems: tuple[Problem, ...] = ()
    error: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichReport:
    """What asking one service did.  ``waiting`` counts papers it still has to be asked about."""

    service: str
    asked: int = 0
    found: int = 0
    unknown: int = 0
    failed: int = 0
    waiting: int = 0
    requests: int = 0
    error: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedReport:
    """What embedding did: texts embedded now, texts already there, and the rate in texts a second."""

    model: str
    embedded: int = 0
    kept: int = 0
    removed: int = 0
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    Rows that could not be read are in ``problems`` with their lines.
    ``notices`` tell what was understood and has no place in the library.
    ``sources`` are the sources that subscriptions became.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()
    ids: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    sources: tuple[SourceSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReport:
    """One whole run: fetch, enrich, embed."""

    started: datetime
    seconds: float
    own_seconds: float
    sources: tuple[SourceReport, ...] = ()
    enrich: tuple[EnrichReport, ...] = ()
    embed: EmbedReport | None = None
    papers: int = 0
    new_papers: int = 0

    @property
    def failed(self) -> bool:
        """True when some source or service could not be asked; what the others brought is kept."""
        return (
            any(s.error for s in self.sources)
            or any(e.error for e in self.enrich)
            or bool(self.embed and self.embed.error)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source with what is known of its fetches."""

    spec: SourceSpec
    entries: int = 0
    gone: int = 0
    last_fetch: datetime | None = None
    last_success: datetime | None = None
    last_change: datetime | None = None
    next_fetch: datetime | None = None
    failures: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """One finding of ``tracker check``; ``cure`` names the command that mends it."""

    area: Literal["database", "fulltext", "vectors", "files", "model"]
    ok: bool
    message: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A step of something that takes a while, for a bar or a page."""

    stage: str
    done: int
    total: int | None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    """The library at a glance.  ``unembedded`` counts papers that search by meaning does not know yet."""

    home: str
    papers: int
    mentions: int
    abstracts: int
    embedded: int
    unembedded: int
    by_status: Mapping[str, int]
    new_papers: int
    unsure_pairs: int
    model: str | None
    last_run: datetime | None
    last_outcome: str | None
    sources: tuple[SourceState, ...] = ()
    waiting: Mapping[str, int] = field(default_factory=dict)
