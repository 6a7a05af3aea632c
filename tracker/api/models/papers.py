"""Papers, and what their reader wrote about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict

from tracker.api.models.base import Model, Status
from tracker.records import Note, Paper

PAPER: dict[str, Any] = {
    "id": "arxiv:1706.03762",
    "title": "Attention Is All You Need",
    "authors": ["Ashish Vaswani", "Noam Shazeer"],
    "year": 2017,
    "published": "2017-06-12",
    "venue": "NeurIPS",
    "abstract": "The Transformer, a network of attention alone.",
    "identifiers": {"arxiv": "1706.03762"},
    "urls": [{"label": "Paper", "url": "https://arxiv.org/abs/1706.03762"}],
    "code": [],
    "status": "queued",
    "rating": 5,
    "priority": 1,
    "tags": ["transformers"],
    "is_new": False,
    "added": "2026-05-04T12:00:00Z",
}
WHOLE: dict[str, Any] = {
    **PAPER,
    "abstract_source": "arxiv",
    "aliases": [],
    "mentions": [
        {
            "source": "learning-papers",
            "section": ["Attention"],
            "title": "Attention Is All You Need",
            "url": "https://arxiv.org/abs/1706.03762",
            "text": "",
            "week_start": None,
            "rank": None,
            "marker": None,
            "gone": None,
        }
    ],
    "concepts": [{"slug": "attention", "score": 0.9, "evidence": "named in the title"}],
    "notes": [
        {
            "id": "ebaf3df88807",
            "body": "Section 3.2 is the core.",
            "created": "2026-05-04T12:00:00Z",
            "updated": "2026-05-04T12:00:00Z",
        }
    ],
}


class LinkOut(Model):
    """A link with its label."""

    label: str
    url: str


class NoteOut(Model):
    """A person's note, in Markdown."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [WHOLE["notes"][0]]})

    id: str
    body: str
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, note: Note) -> NoteOut:
        """From the record."""
        return cls(id=note.id, body=note.body, created=note.created, updated=note.updated)


class MentionOut(Model):
    """A paper's place on a list; ``gone`` since then, if it has left the list."""

    source: str
    section: list[str]
    title: str
    url: str | None
    text: str
    week_start: date | None
    rank: int | None
    marker: str | None
    gone: datetime | None


class ConceptTie(Model):
    """A paper's tie to a concept."""

    slug: str
    score: float
    evidence: str


class PaperOut(Model):
    """A paper as it stands in lists."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [PAPER]})

    id: str
    title: str
    authors: list[str]
    year: int | None
    published: date | None
    venue: str | None
    abstract: str | None
    identifiers: dict[str, str]
    urls: list[LinkOut]
    code: list[str]
    status: Status
    rating: int | None
    priority: int
    tags: list[str]
    is_new: bool
    added: datetime | None

    @classmethod
    def of(cls, paper: Paper) -> PaperOut:
        """From the record."""
        return cls(**_listed(paper))


class PaperWhole(PaperOut):
    """A paper with everything known of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [WHOLE]})

    abstract_source: str | None
    aliases: list[str]
    mentions: list[MentionOut]
    concepts: list[ConceptTie]
    notes: list[NoteOut]

    @classmethod
    def of(cls, paper: Paper) -> PaperWhole:
        """From the record."""
        return cls(
            **_listed(paper),
            abstract_source=paper.abstract_source,
            aliases=list(paper.aliases),
            mentions=[
                MentionOut(
                    source=m.source,
                    section=list(m.section),
                    title=m.title,
                    url=m.url,
                    text=m.text,
                    week_start=m.week_start,
                    rank=m.rank,
                    marker=m.marker,
                    gone=m.gone_at,
                )
                for m in paper.mentions
            ],
            concepts=[ConceptTie(slug=c.slug, score=c.score, evidence=c.evidence) for c in paper.concepts],
            notes=[NoteOut.of(note) for note in paper.notes],
        )


class PaperPage(Model):
    """A page of papers; ``total`` counts all that the query admits."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"total": 1, "limit": 50, "offset": 0, "items": [PAPER]}]},
    )

    total: int
    limit: int
    offset: int
    items: list[PaperOut]


def _listed(paper: Paper) -> Mapping[str, Any]:
    named: dict[str, str] = {}
    for identifier in paper.identifiers:
        named.setdefault(identifier.scheme, identifier.value)
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "year": paper.year,
        "published": paper.published,
        "venue": paper.venue,
        "abstract": paper.abstract,
        "identifiers": named,
        "urls": [LinkOut(label=link.label, url=link.url) for link in paper.urls],
        "code": list(paper.code),
        "status": paper.status,
        "rating": paper.rating,
        "priority": paper.priority,
        "tags": list(paper.tags),
        "is_new": paper.is_new,
        "added": paper.added,
    }
