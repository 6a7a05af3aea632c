"""The concept catalogue: ``data/concepts/*.toml`` as typed values.  Pure: bytes in, values out.

One file a concept, named by its slug.  :func:`load` checks the structure
(types, known keys, prerequisites that exist and do not go round) and refuses
what is broken; :func:`problems` checks what an editor promises (length of
the explanation, references that lead somewhere) and lists all it finds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, get_args

from tracker import typedtoml
from tracker.concepts import graph
from tracker.errors import ParseError, UsageError
from tracker.typedtoml import Table

Lab = Literal[
    "word-arithmetic",
    "input-embedding",
    "many-meanings",
    "attention",
    "feed-forward-memories",
    "storyboard",
    "layer-time-machine",
    "match-lens",
]
LABS: tuple[str, ...] = get_args(Lab)
#: The parts of the catalogue, in the order in which they are shown.
GROUPS: tuple[str, ...] = (
    "Embeddings",
    "The transformer",
    "Variants",
    "Language models",
    "In use",
    "Looking inside",
    "Foundations",
    "Beyond text",
)
EXPLANATION_WORDS = (120, 250)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PAPER_ID = re.compile(
    r"arxiv:(?:\d{4}\.\d{4,5}|[a-z-]+/\d{7})|doi:10\.\d{4,9}/\S+|acl:(?:[A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_-]+\.\d+)"
    r"|openreview:[\w-]{6,16}|pmlr:v\d+/[a-z0-9-]+|neurips:\d{4}/[0-9a-f]{32}|jmlr:v\d+/[a-z0-9-]+|url:https?://\S+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPaper:
    """A paper to read for a concept.

    ``core`` papers are the ones to keep when time is short.  ``why`` is one
    sentence; ``hours`` an estimate for a careful first reading.
    """

    id: str
    why: str
    hours: float
    core: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """An idea: what it is, what it needs before, what to read, and the lab that shows it.

    ``explanation`` is paragraphs set apart by blank lines.  ``hours`` is for
    the explanation, its resources and the lab, without the papers.
    ``keywords`` are words that speak of it in titles and abstracts.
    """

    slug: str
    title: str
    one_line: str
    explanation: str
    group: str
    position: int
    prerequisites: tuple[str, ...]
    key_papers: tuple[KeyPaper, ...]
    resources: tuple[str, ...]
    lab: Lab | None
    keywords: tuple[str, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All concepts, each after what it needs."""

    concepts: tuple[Concept, ...]

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.concepts)

    def __len__(self) -> int:
        return len(self.concepts)

    def __contains__(self, slug: object) -> bool:
        return any(concept.slug == slug for concept in self.concepts)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The slugs, in the order of the concepts."""
        return tuple(concept.slug for concept in self.concepts)

    @property
    def graph(self) -> dict[str, tuple[str, ...]]:
        """``{slug: what it needs directly}``, in the order of the concepts."""
        return {concept.slug: concept.prerequisites for concept in self.concepts}

    def get(self, slug: str) -> Concept:
        """The concept of that slug.

        Raises:
            UsageError: there is none; names the nearest ones.
        """
        for concept in self.concepts:
            if concept.slug == slug:
                return concept
        from difflib import get_close_matches

        near = get_close_matches(slug, self.slugs, n=3, cutoff=0.5)
        raise UsageError(f"there is no concept {slug!r}", cure=f"did you mean {' or '.join(near)}?" if near else "")

    def needed_for(self, slug: str) -> tuple[Concept, ...]:
        """All that a concept stands on, directly or not, in reading order; without itself."""
        below = graph.needed_for(self.graph, self.get(slug).slug)
        return tuple(concept for concept in self.concepts if concept.slug in below)

    def leads_to(self, slug: str) -> tuple[Concept, ...]:
        """The concepts that name this one as a prerequisite."""
        return tuple(self.get(other) for other in graph.leads_to(self.graph, self.get(slug).slug))

    def of_paper(self, paper_ids: Collection[str]) -> tuple[tuple[Concept, KeyPaper], ...]:
        """The concepts that have a paper among their key papers; ``paper_ids`` are all names the paper goes by."""
        return tuple((concept, key) for concept in self.concepts for key in concept.key_papers if key.id in paper_ids)


def load(files: Mapping[str, bytes]) -> Catalogue:
    """Read the catalogue.

    Args:
        files: the bytes of each file by its path; the name without ``.toml`` is the slug.

    Raises:
        ParseError: a file that is broken, a prerequisite that is no concept, or prerequisites that go round.
    """
    found = {concept.slug: concept for concept in (_concept(name, data) for name, data in files.items())}
    needs = {slug: concept.prerequisites for slug, concept in found.items()}
    for slug, prerequisites in needs.items():
        for other in prerequisites:
            if other not in found:
                raise ParseError(f"{slug}.toml: key 'prerequisites' names {other!r}, which is no concept")
    if ring := graph.cycle(needs):
        raise ParseError(f"concepts: prerequisites go round: {' -> '.join(ring)}")
    positions = {slug: concept.position for slug, concept in found.items()}
    return Catalogue(tuple(found[slug] for slug in graph.ordered(needs, positions)))


def problems(
    catalogue: Catalogue,
    *,
    paper_ids: Collection[str],
    resource_ids: Collection[str],
    required: Collection[str] = (),
) -> tuple[str, ...]:
    """What an editor has to mend; () when all is well.

    Args:
        catalogue: what :func:`load` gave.
        paper_ids: every name of every paper on the starter shelf.
        resource_ids: the ids of the resources there.
        required: slugs that must be explained.
    """
    found = [f"{slug}: has no explanation" for slug in sorted(set(required) - set(catalogue.slugs))]
    taken: dict[int, str] = {}
    for concept in catalogue:
        found += (f"{concept.slug}: {problem}" for problem in _shortcomings(concept, paper_ids, resource_ids))
        if concept.position in taken:
            found.append(f"{concept.slug}: has the position of {taken[concept.position]}")
        taken[concept.position] = concept.slug
    return tuple(found)


def _shortcomings(concept: Concept, paper_ids: Collection[str], resource_ids: Collection[str]) -> Iterator[str]:
    low, high = EXPLANATION_WORDS
    words = len(concept.explanation.split())
    if not low <= words <= high:
        yield f"the explanation has {words} words, it should have {low} to {high}"
    if len(concept.one_line) > 120:
        yield f"the line that sums it up has {len(concept.one_line)} letters, it should have 120 at most"
    if not concept.one_line.endswith((".", "?")):
        yield "the line that sums it up is not a sentence"
    for key in concept.key_papers:
        if key.id not in paper_ids:
            yield f"key paper {key.id} is not on the starter shelf"
        if not key.why.endswith((".", "?")):
            yield f"the reason for {key.id} is not a sentence"
    for resource in concept.resources:
        if resource not in resource_ids:
            yield f"resource {resource} is not on the starter shelf"


def _concept(name: str, data: bytes) -> Concept:
    file = PurePosixPath(name)
    if not _SLUG.fullmatch(file.stem) or file.suffix != ".toml":
        raise ParseError(f"{name}: a concept's file is named by its slug, such as self-attention.toml")
    table = typedtoml.parse(data, file.name)
    lab = table.text("lab")
    if lab != "none" and lab not in LABS:
        table.fail("lab", f"is {lab!r}; it must be none or one of {', '.join(LABS)}")
    group = table.text("group")
    if group not in GROUPS:
        table.fail("group", f"is {group!r}; it must be one of {', '.join(GROUPS)}")
    concept = Concept(
        slug=file.stem,
        title=table.text("title"),
        one_line=table.text("one_line"),
        explanation=table.prose("explanation"),
        group=group,
        position=table.whole("position", low=1, high=10_000),
        prerequisites=table.texts("prerequisites", optional=True),
        key_papers=tuple(_key_paper(paper) for paper in table.tables("paper", "paper")),
        resources=table.texts("resources", optional=True),
        lab=None if lab == "none" else lab,  # type: ignore[arg-type]  # checked above
        keywords=table.texts("keywords"),
        hours=table.number("hours", low=0.1, high=40),
    )
    table.close()
    if not concept.key_papers:
        table.fail("paper", "is missing: a concept has at least one key paper")
    ids = [paper.id for paper in concept.key_papers]
    if len(set(ids)) < len(ids):
        table.fail("paper", "names a paper twice")
    return concept


def _key_paper(table: Table) -> KeyPaper:
    paper = KeyPaper(
        id=table.text("id"),
        why=table.text("why"),
        hours=table.number("hours", low=0.1, high=40),
        core=table.flag("core"),
    )
    if not _PAPER_ID.fullmatch(paper.id):
        table.fail("id", f"is {paper.id!r}; it must be an identifier such as arxiv:1706.03762")
    table.close()
    return paper
