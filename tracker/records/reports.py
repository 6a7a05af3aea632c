"""What an operation did, and how the library stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tracker.records.material import Problem, SourceSpec


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

    area: Literal["database", "fulltext", "vectors", "files", "model", "labs"]
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
