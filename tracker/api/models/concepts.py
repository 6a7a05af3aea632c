"""One concept with everything known of it, in the shape of ``tracker concept SLUG --json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from tracker.api.models.base import Model
from tracker.api.models.finding import CONCEPT, ConceptOut
from tracker.api.models.papers import PAPER, PaperOut
from tracker.records import Paper

if TYPE_CHECKING:
    from tracker.concepts.catalogue import Concept
    from tracker.library.concepts import ConceptPage

_TIED: dict[str, Any] = {**PAPER, "score": 0.9, "evidence": "named in the title"}
_WHOLE: dict[str, Any] = {
    "concept": {
        "slug": "attention",
        "title": "Attention",
        "one_line": "Each word looks at the others and takes what it needs.",
        "explanation": "A word asks, the others answer, and what they hand over is mixed.",
        "group": "transformers",
        "position": 4,
        "prerequisites": ["embeddings"],
        "key_papers": [{"id": "arxiv:1706.03762", "why": "The paper that it comes from.", "hours": 3.5, "core": True}],
        "resources": ["the-illustrated-transformer"],
        "lab": "attention",
        "keywords": ["self-attention"],
        "hours": 0.5,
    },
    "card": CONCEPT,
    "needs": [],
    "leads_to": [],
    "key_papers": [
        [{"id": "arxiv:1706.03762", "why": "The paper that it comes from.", "hours": 3.5, "core": True}, PAPER]
    ],
    "papers": [_TIED],
    "resources": [
        {
            "id": "the-illustrated-transformer",
            "title": "The Illustrated Transformer",
            "url": "https://jalammar.github.io/illustrated-transformer/",
            "kind": "article",
            "text": "The whole model in pictures.",
            "concepts": ["attention"],
        }
    ],
    "said": ["arxiv:1706.03762"],
}


class KeyPaperOut(Model):
    """A paper to read for a concept: why, and how long it takes; ``core`` ones come first."""

    id: str
    why: str
    hours: float
    core: bool


class ResourceOut(Model):
    """Something to read, watch or play with beside the papers."""

    id: str
    title: str
    url: str
    kind: str
    text: str
    concepts: list[str]


class ConceptText(Model):
    """A concept as it ships: its explanation, what it needs, what to read in which order, and its lab."""

    slug: str
    title: str
    one_line: str
    explanation: str
    group: str
    position: int
    prerequisites: list[str]
    key_papers: list[KeyPaperOut]
    resources: list[str]
    lab: str | None
    keywords: list[str]
    hours: float

    @classmethod
    def of(cls, concept: Concept) -> ConceptText:
        """From the record."""
        return cls(
            slug=concept.slug,
            title=concept.title,
            one_line=concept.one_line,
            explanation=concept.explanation,
            group=concept.group,
            position=concept.position,
            prerequisites=list(concept.prerequisites),
            key_papers=[KeyPaperOut(id=k.id, why=k.why, hours=k.hours, core=k.core) for k in concept.key_papers],
            resources=list(concept.resources),
            lab=concept.lab,
            keywords=list(concept.keywords),
            hours=concept.hours,
        )


class TiedPaper(PaperOut):
    """A paper about the concept: how strong the tie is, 0 to 1, and what speaks for it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_TIED]})

    score: float
    evidence: str

    @classmethod
    def tied(cls, paper: Paper, slug: str) -> TiedPaper:
        """From the record; a tie that went away meanwhile counts 0."""
        tie = next((link for link in paper.concepts if link.slug == slug), None)
        about = {"score": tie.score if tie else 0.0, "evidence": tie.evidence if tie else ""}
        return cls(**dict(PaperOut.of(paper)), **about)


class ConceptWhole(Model):
    """Everything about a concept.

    ``key_papers`` are in reading order, each with the reason to read it and the paper, null where the library lacks
    it; ``papers`` are those of the library, strongest tie first, and ``card`` counts them all; ``said`` are the ids of
    those that the reader confirmed.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_WHOLE]})

    concept: ConceptText
    card: ConceptOut
    needs: list[ConceptOut]
    leads_to: list[ConceptOut]
    key_papers: list[tuple[KeyPaperOut, PaperOut | None]]
    papers: list[TiedPaper]
    resources: list[ResourceOut]
    said: list[str]

    @classmethod
    def of(cls, page: ConceptPage) -> ConceptWhole:
        """From the record."""
        return cls(
            concept=ConceptText.of(page.concept),
            card=ConceptOut.of(page.card),
            needs=[ConceptOut.of(card) for card in page.needs],
            leads_to=[ConceptOut.of(card) for card in page.leads_to],
            key_papers=_key_papers(page),
            papers=[TiedPaper.tied(paper, page.concept.slug) for paper in page.papers],
            resources=[
                ResourceOut(id=r.id, title=r.title, url=r.url, kind=r.kind, text=r.text, concepts=list(r.concepts))
                for r in page.resources
            ],
            said=sorted(page.said),
        )


def _key_papers(page: ConceptPage) -> list[tuple[KeyPaperOut, PaperOut | None]]:
    return [
        (KeyPaperOut(id=key.id, why=key.why, hours=key.hours, core=key.core), PaperOut.of(paper) if paper else None)
        for key, paper in page.key_papers
    ]
