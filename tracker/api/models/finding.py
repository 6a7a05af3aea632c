"""What a search found, concepts, and paths towards them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from tracker.api.models.base import Model, Status
from tracker.library.searches import SavedSearch
from tracker.records import Hit, SearchResult

if TYPE_CHECKING:
    from tracker.concepts.paths import ReadingPlan
    from tracker.library.concepts import ConceptCard


_FOUND: dict[str, Any] = {
    "query": "attention year:2017..",
    "model": "all-MiniLM-L6-v2",
    "notices": [],
    "results": [
        {
            "id": "arxiv:1706.03762",
            "title": "Attention Is All You Need",
            "score": 0.91,
            "lexical": 0.88,
            "semantic": 0.64,
            "year": 2017,
            "authors": ["Ashish Vaswani", "Noam Shazeer"],
            "identifiers": {"arxiv": "1706.03762"},
            "status": "queued",
            "matched": [{"kind": "words", "field": "title", "text": "attention", "score": None}],
        }
    ],
}
CONCEPT: dict[str, Any] = {
    "slug": "attention",
    "title": "Attention",
    "one_line": "Each word looks at the others and takes what it needs.",
    "group": "transformers",
    "papers": 12,
    "read": 3,
    "known": False,
    "prerequisites": ["embeddings"],
}
_PATH: dict[str, Any] = {
    "target": "attention",
    "title": "Attention",
    "hours": 3.5,
    "over": False,
    "steps": [
        {
            "number": 1,
            "kind": "paper",
            "concept": "attention",
            "paper": "arxiv:1706.03762",
            "title": "Attention Is All You Need",
            "hours": 3.5,
            "reason": "the paper that it comes from",
        }
    ],
}


class MatchOut(Model):
    """A reason for a hit."""

    kind: str
    field: str
    text: str
    score: float | None


class HitOut(Model):
    """A search result; ``lexical`` and ``semantic`` are the parts of the score, 0 to 1."""

    id: str
    title: str
    score: float
    lexical: float | None
    semantic: float | None
    year: int | None
    authors: list[str]
    identifiers: dict[str, str]
    status: Status
    matched: list[MatchOut]

    @classmethod
    def of(cls, hit: Hit) -> HitOut:
        """From the record."""
        return cls(
            id=hit.id,
            title=hit.title,
            score=hit.score,
            lexical=hit.lexical,
            semantic=hit.semantic,
            year=hit.year,
            authors=list(hit.authors),
            identifiers=dict(hit.identifiers),
            status=hit.status,
            matched=[MatchOut(kind=m.kind, field=m.field, text=m.text, score=m.score) for m in hit.matched],
        )


class FoundOut(Model):
    """What a search found, best first.  How long it took is in the header ``Server-Timing``."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_FOUND]})

    query: str
    model: str | None
    notices: list[str]
    results: list[HitOut]

    @classmethod
    def of(cls, found: SearchResult) -> FoundOut:
        """From the record."""
        hits = [HitOut.of(hit) for hit in found.hits]
        return cls(query=found.query, model=found.model, notices=list(found.notices), results=hits)


class ConceptOut(Model):
    """A concept, and how many papers of the library are about it."""

    slug: str
    title: str
    one_line: str
    group: str
    papers: int
    read: int
    known: bool
    prerequisites: list[str]

    @classmethod
    def of(cls, card: ConceptCard) -> ConceptOut:
        """From the record."""
        return cls(
            slug=card.slug,
            title=card.title,
            one_line=card.one_line,
            group=card.group,
            papers=card.papers,
            read=card.read,
            known=card.known,
            prerequisites=list(card.prerequisites),
        )


class ConceptList(Model):
    """All concepts, each after what it needs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [CONCEPT]}]})

    items: list[ConceptOut]


class StepOut(Model):
    """One step of a path: a concept's page, or a paper."""

    number: int
    kind: str
    concept: str
    paper: str | None
    title: str
    hours: float
    reason: str


class PathOut(Model):
    """The way to a concept or paper; ``over`` tells that it takes more than the hours given."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PATH]})

    target: str
    title: str
    hours: float
    over: bool
    steps: list[StepOut]

    @classmethod
    def of(cls, plan: ReadingPlan) -> PathOut:
        """From the record."""
        steps = [
            StepOut(
                number=s.number,
                kind=s.kind,
                concept=s.concept,
                paper=s.paper,
                title=s.title,
                hours=s.hours,
                reason=s.reason,
            )
            for s in plan.steps
        ]
        return cls(target=plan.target, title=plan.title, hours=plan.hours, over=plan.over, steps=steps)


_SAVED: dict[str, Any] = {
    "name": "rotary",
    "query": "rotary position year:2021..",
    "created": "2026-05-04T12:00:00Z",
    "seen": "2026-05-04T12:00:00Z",
    "new": ["arxiv:2104.09864"],
}


class SavedOut(Model):
    """A search that is kept; ``new`` are ids of hits that came since ``seen``, where they were asked for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_SAVED]})

    name: str
    query: str
    created: datetime
    seen: datetime
    new: list[str]

    @classmethod
    def of(cls, saved: SavedSearch) -> SavedOut:
        """From the record."""
        return cls(name=saved.name, query=saved.query, created=saved.created, seen=saved.seen, new=list(saved.new))


class SavedList(Model):
    """All kept searches, by name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [_SAVED]}]})

    items: list[SavedOut]
