"""Semantic Scholar's Academic Graph: https://api.semanticscholar.org/api-docs/graph.

Without a key the allowance is shared with everybody; the client waits and
tries again, and what still fails is asked about in the next run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.enrich.answers import garbled, json_value, mapping, objects
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Subject
from tracker.enrich.text import MAX_TITLE, clean, day_and_year, doi_of, people, year_of
from tracker.records import Document, Identifier, Link, Metadata, Request

API = "https://api.semanticscholar.org/graph/v1"
NAME = "semanticscholar"
FIELDS = "title,abstract,year,venue,publicationDate,externalIds,authors,openAccessPdf,url"

_PREFIXES = {"arxiv": "ARXIV", "doi": "DOI", "acl": "ACL"}


class SemanticScholar:
    """Venue, dates, DOI and most abstracts, by arXiv id, DOI or ACL Anthology id."""

    name = NAME
    traits = Traits(role="identity", batch=500, unknown_statuses=frozenset(), refresh_days=30.0)

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """One key: the strongest identifier that the service takes."""
        found = (f"{scheme}:{value}" for scheme in _PREFIXES for value in subject.values(scheme))
        return tuple(found)[:2]

    def request(self, questions: Sequence[Question]) -> Request:
        """One batch; the answer is a list of the same length and order."""
        ids = [f"{_PREFIXES[question.key.partition(':')[0]]}:{question.value}" for question in questions]
        return Request(f"{API}/paper/batch", method="POST", params=(("fields", FIELDS),), json={"ids": ids})

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """Paper by paper; ``null`` stands for one that is unknown."""
        answers = json_value(document)
        if not isinstance(answers, list) or len(answers) != len(questions):
            raise garbled(document, f"not a list of {len(questions)}")
        if any(answer is not None and not (isinstance(answer, dict) and "paperId" in answer) for answer in answers):
            raise garbled(document, "something that is no paper")
        return {
            question.subject.pk: record(answer, NAME, question.key) if answer else None
            for question, answer in zip(questions, answers, strict=True)
        }

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """All of them where no id of the batch is known: the service answers that with an error."""
        if re.search(r"no valid paper ids", detail, re.IGNORECASE):
            return frozenset(question.subject.pk for question in questions)
        return frozenset()


def record(paper: dict[str, Any], service: str, asked: str) -> Metadata:
    """One paper of the graph as metadata."""
    published, year = day_and_year(paper.get("publicationDate"))
    external = mapping(paper.get("externalIds"))
    identifiers = []
    if arxiv := clean(external.get("ArXiv"), 40):
        identifiers.append(Identifier("arxiv", re.sub(r"v\d+$", "", arxiv)))
    if doi := doi_of(external.get("DOI")):
        identifiers.append(Identifier("doi", doi))
    venue = clean(paper.get("venue"), 300)
    pdf = clean(mapping(paper.get("openAccessPdf")).get("url"), 500)
    page = clean(paper.get("url"), 500)
    links = [Link("PDF", pdf)] if pdf and pdf.startswith(("http://", "https://")) else []
    if page and page.startswith("https://www.semanticscholar.org/"):
        links.append(Link("Semantic Scholar", page))
    return Metadata(
        service=service,
        asked=asked,
        title=clean(paper.get("title"), MAX_TITLE),
        abstract=clean(paper.get("abstract")),
        authors=people(author.get("name") for author in objects(paper.get("authors"))),
        published=published,
        year=year_of(paper.get("year")) or year,
        venue=None if venue and venue.casefold() in ("arxiv.org", "arxiv") else venue,
        identifiers=tuple(identifiers),
        urls=tuple(links),
    )
