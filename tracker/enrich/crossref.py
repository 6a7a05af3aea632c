"""Crossref: https://www.crossref.org/documentation/retrieve-metadata/rest-api/.  arXiv's DOIs are not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from tracker.enrich.answers import garbled, json_object, mapping, objects
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Subject
from tracker.enrich.text import MAX_TITLE, clean, doi_of, people, plain, year_of
from tracker.records import Document, Identifier, Link, Metadata, Request

API = "https://api.crossref.org/works"
NAME = "crossref"


class Crossref:
    """What publishers deposit with a DOI; some deposit the abstract too."""

    name = NAME
    traits = Traits(role="abstract")

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """The DOIs that are not arXiv's."""
        return tuple(f"doi:{doi}" for doi in subject.values("doi") if not doi.startswith("10.48550/"))[:2]

    def request(self, questions: Sequence[Question]) -> Request:
        """One work."""
        return Request(f"{API}/{quote(questions[0].value, safe='/')}")

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The work."""
        work = message(document, "work")
        if not isinstance(work.get("DOI"), str):
            raise garbled(document, "a work without a DOI")
        return {questions[0].subject.pk: record(work, NAME, questions[0].key)}

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)


def message(document: Document, kind: str) -> dict[str, Any]:
    """The message of an answer of this kind.

    Raises:
        Garbled: another kind of answer.
    """
    answer = json_object(document, "message")
    if answer.get("message-type") != kind or not isinstance(answer["message"], dict):
        raise garbled(document, f"no message of the kind {kind!r}")
    return answer["message"]


def record(work: dict[str, Any], service: str, asked: str) -> Metadata:
    """One work as metadata."""
    published, year = _issued(work)
    doi = doi_of(work.get("DOI"))
    event = clean(mapping(work.get("event")).get("name"), 300)
    return Metadata(
        service=service,
        asked=asked,
        title=clean(plain(_first(work.get("title"))), MAX_TITLE),
        abstract=plain(work.get("abstract")),
        authors=people(_name(author) for author in objects(work.get("author"))),
        published=published,
        year=year,
        venue=plain(_first(work.get("container-title"))) or event,
        identifiers=(Identifier("doi", doi),) if doi else (),
        urls=(Link("Publisher", f"https://doi.org/{doi}"),) if doi else (),
    )


def _first(value: object) -> object:
    return next((item for item in value if item), None) if isinstance(value, list) else value


def _name(author: dict[str, Any]) -> str | None:
    parts = [clean(author.get(part), 150) for part in ("given", "family")]
    return clean(author.get("name"), 300) or " ".join(part for part in parts if part) or None


def _issued(work: dict[str, Any]) -> tuple[date | None, int | None]:
    """The first date of publication that is given to the day, and the earliest year."""
    years = []
    for field in ("published-online", "published-print", "published", "issued"):
        parts = _first(mapping(work.get(field)).get("date-parts"))
        numbers = [part for part in parts if isinstance(part, int)] if isinstance(parts, list) else []
        if not numbers or year_of(numbers[0]) is None:
            continue
        years.append(numbers[0])
        if len(numbers) >= 3:
            try:
                return date(*numbers[:3]), numbers[0]
            except ValueError:
                continue
    return None, min(years, default=None)
