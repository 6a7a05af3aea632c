"""Looking a paper up by its title, where no identifier is known that a service could be asked by.

Asked last, for papers without an arXiv id; an answer counts only when it is
certainly about the paper (:mod:`tracker.enrich.agree`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from tracker.enrich import crossref, openalex, semanticscholar
from tracker.enrich.agree import askable, same_paper, without_alias
from tracker.enrich.answers import json_object, needed_list
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Subject
from tracker.enrich.text import folded
from tracker.records import Document, Metadata, Request

#: Titles of one paper that are tried, and candidates that are looked at.
MOST_TITLES = 2
CANDIDATES = 5

_TRAITS = Traits(role="abstract")


@lru_cache(maxsize=16)  # three services in a row ask about the same paper
def title_keys(subject: Subject) -> tuple[str, ...]:
    """``title:`` and the folded title, the canonical one first; none for papers on arXiv, which ids settle."""
    if subject.values("arxiv"):
        return ()
    titles = (title for title in (subject.title, *sorted(subject.titles)) if askable(title, subject))
    keys = dict.fromkeys(f"title:{folded(without_alias(title))[:250]}" for title in titles)
    return tuple(keys)[:MOST_TITLES]


def best(subject: Subject, candidates: Iterable[Metadata]) -> Metadata | None:
    """The first candidate that is certainly the paper, one with an abstract before others."""
    sure = [found for found in candidates if same_paper(subject, found)]
    return next((found for found in sure if found.abstract), sure[0] if sure else None)


class OpenAlexTitle:
    """OpenAlex by title."""

    name = "openalex-title"
    traits = _TRAITS

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """By title."""
        return title_keys(subject)

    def request(self, questions: Sequence[Question]) -> Request:
        """A search in titles; the folded title has nothing in it that the filter would take for its own."""
        wanted = f"title.search:{questions[0].value}"
        return Request(
            openalex.API, params=(("filter", wanted), ("per_page", str(CANDIDATES)), ("select", openalex.FIELDS))
        )

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The work that is certainly the paper."""
        question = questions[0]
        works = openalex.works_of(document)
        found = (openalex.record(work, self.name, question.key) for work in works)
        return {question.subject.pk: best(question.subject, found)}

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)


class SemanticScholarTitle:
    """Semantic Scholar by title."""

    name = "semanticscholar-title"
    traits = _TRAITS

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """By title."""
        return title_keys(subject)

    def request(self, questions: Sequence[Question]) -> Request:
        """The single closest title; it answers 404 where none is close."""
        params = (("query", questions[0].value), ("fields", semanticscholar.FIELDS))
        return Request(f"{semanticscholar.API}/paper/search/match", params=params)

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The paper, where it is certainly the one."""
        question = questions[0]
        papers = needed_list(document, json_object(document, "data"), "data")
        found = (semanticscholar.record(paper, self.name, question.key) for paper in papers[:CANDIDATES])
        return {question.subject.pk: best(question.subject, found)}

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)


class CrossrefTitle:
    """Crossref by title; it always answers with something."""

    name = "crossref-title"
    traits = _TRAITS

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """By title."""
        return title_keys(subject)

    def request(self, questions: Sequence[Question]) -> Request:
        """A search by title and, where known, the first author."""
        question = questions[0]
        words = " ".join((question.value, *question.subject.authors[:1]))
        return Request(crossref.API, params=(("query.bibliographic", words), ("rows", str(CANDIDATES))))

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The work that is certainly the paper."""
        question = questions[0]
        works = needed_list(document, crossref.message(document, "work-list"), "items")
        found = (crossref.record(work, self.name, question.key) for work in works)
        return {question.subject.pk: best(question.subject, found)}

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)
