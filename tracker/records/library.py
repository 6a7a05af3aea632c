"""What the library holds: papers, their places on lists, what their reader wrote; and what a search found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tracker.records.material import BenchmarkResult, Identifier, Link

ReadingStatus = Literal["inbox", "queued", "reading", "read", "skipped"]
READING_STATUSES: tuple[ReadingStatus, ...] = ("inbox", "queued", "reading", "read", "skipped")


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
