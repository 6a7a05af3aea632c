"""What a search found, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tracker.records.naming import ReadingStatus


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
