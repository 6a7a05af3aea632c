"""The shapes that the API promises.  Apart from the records, so that a change inside is not a change outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.journal import Run
from tracker.records import Hit, LibraryStatus, Note, Paper, SearchResult, SourceState
from tracker.schedule.planning import Outage, Plan

if TYPE_CHECKING:
    from tracker.concepts.paths import ReadingPlan

Status = Literal["inbox", "queued", "reading", "read", "skipped"]


class Model(BaseModel):
    """Base of all: unknown fields in a request are an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class LinkOut(Model):
    """A link with its label."""

    label: str
    url: str


class NoteOut(Model):
    """A person's note, in Markdown."""

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


class PaperOut(Model):
    """A paper as it stands in lists."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
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
            ]
        },
    )

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

    model_config = ConfigDict(extra="forbid", json_schema_extra={})

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


class ConceptTie(Model):
    """A paper's tie to a concept."""

    slug: str
    score: float
    evidence: str


class PaperPage(Model):
    """A page of papers; ``total`` counts all that the query admits."""

    total: int
    limit: int
    offset: int
    items: list[PaperOut]


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

    query: str
    model: str | None
    notices: list[str]
    results: list[HitOut]

    @classmethod
    def of(cls, found: SearchResult) -> FoundOut:
        """From the record."""
        hits = [HitOut.of(hit) for hit in found.hits]
        return cls(query=found.query, model=found.model, notices=list(found.notices), results=hits)


class SourceOut(Model):
    """A source and how its fetches went."""

    slug: str
    kind: str
    title: str
    url: str
    description: str
    enabled: bool
    interval_hours: float
    entries: int
    last_fetch: datetime | None
    last_success: datetime | None
    last_change: datetime | None
    failures: int
    error: str | None

    @classmethod
    def of(cls, state: SourceState) -> SourceOut:
        """From the record."""
        spec = state.spec
        return cls(
            slug=spec.slug,
            kind=spec.kind,
            title=spec.title,
            url=spec.url,
            description=spec.description.strip(),
            enabled=spec.enabled,
            interval_hours=spec.interval_hours,
            entries=state.entries,
            last_fetch=state.last_fetch,
            last_success=state.last_success,
            last_change=state.last_change,
            failures=state.failures,
            error=state.error,
        )


class SourceList(Model):
    """All sources."""

    items: list[SourceOut]


class RunOut(Model):
    """One run: ``report`` says what was asked, what changed, what failed and why."""

    id: str
    kind: str
    started: datetime
    ended: datetime | None
    outcome: str
    report: dict[str, Any]

    @classmethod
    def of(cls, run: Run) -> RunOut:
        """From the record."""
        return cls(
            id=run.id, kind=run.kind, started=run.started, ended=run.ended, outcome=run.outcome, report=run.report
        )


class RunList(Model):
    """The newest runs, newest first."""

    items: list[RunOut]


class OutageOut(Model):
    """A source that failed three times in a row or more."""

    slug: str
    failures: int
    since: datetime | None
    error: str

    @classmethod
    def of(cls, outage: Outage) -> OutageOut:
        """From the record."""
        return cls(slug=outage.slug, failures=outage.failures, since=outage.since, error=outage.error)


class StatusOut(Model):
    """The library at a glance, and whether the schedule is in order."""

    papers: int
    mentions: int
    abstracts: int
    embedded: int
    unembedded: int
    by_status: dict[str, int]
    new_papers: int
    unsure_pairs: int
    model: str | None
    last_run: datetime | None
    last_outcome: str | None
    ok: bool
    broken_runs: int
    next_turn: datetime | None
    outages: list[OutageOut]

    @classmethod
    def of(cls, status: LibraryStatus, plan: Plan) -> StatusOut:
        """From the records."""
        return cls(
            papers=status.papers,
            mentions=status.mentions,
            abstracts=status.abstracts,
            embedded=status.embedded,
            unembedded=status.unembedded,
            by_status=dict(status.by_status),
            new_papers=status.new_papers,
            unsure_pairs=status.unsure_pairs,
            model=status.model,
            last_run=status.last_run,
            last_outcome=status.last_outcome,
            ok=plan.ok,
            broken_runs=plan.broken_runs,
            next_turn=plan.wake,
            outages=[OutageOut.of(outage) for outage in plan.outages],
        )


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


class ConceptList(Model):
    """All concepts, each after what it needs."""

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


# ---------------------------------------------------------------- what is sent in


class ReadingChange(Model):
    """What to set; a field that is left out stays.  A rating of 0 takes the rating away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "read", "rating": 4}]})

    status: Status | None = None
    rating: Annotated[int, Field(ge=0, le=5, strict=True)] | None = None
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000, strict=True)] | None = None


class TagChange(Model):
    """Words to tie to a paper, and to untie."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"add": ["transformers"]}]})

    add: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=100)] = []
    remove: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=100)] = []


class NoteText(Model):
    """The text of a note, in Markdown."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"body": "Section 3.2 is the core."}]})

    body: Annotated[str, Field(min_length=1, max_length=100_000)]


class UpdateWish(Model):
    """Which sources to ask now; none means all that are due."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"sources": ["arxiv"]}]})

    sources: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=100)] = []


class Accepted(Model):
    """It will be done; watch ``/api/runs``."""

    accepted: bool = True


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
