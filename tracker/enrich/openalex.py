"""OpenAlex: https://docs.openalex.org.  Abstracts come as an index from words to their positions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.enrich.answers import garbled, json_object, mapping, needed_list, objects
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Subject
from tracker.enrich.text import MAX_TITLE, clean, day_and_year, doi_of, people, without_label, year_of
from tracker.records import Document, Identifier, Link, Metadata, Request

API = "https://api.openalex.org/works"
NAME = "openalex"
FIELDS = "id,doi,title,publication_year,publication_date,authorships,primary_location,abstract_inverted_index"

#: Words of the longest abstract that is believed, and the size of a page of answers.
MAX_WORDS = 5_000
PAGE = 200

_SEPARATORS = re.compile(r"[,|\s]")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)


class OpenAlex:
    """Abstracts of published papers and preprints, by DOI; those of arXiv have one too, which it may not know."""

    name = NAME
    traits = Traits(role="abstract", batch=50, unknown_statuses=frozenset())

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """The DOIs, then the DOI that arXiv gives to its papers; one that would break the filter is left out."""
        dois = [*subject.values("doi"), *(f"10.48550/arxiv.{value}" for value in subject.values("arxiv"))]
        return tuple(f"doi:{doi}" for doi in dois if not _SEPARATORS.search(doi))[:2]

    def request(self, questions: Sequence[Question]) -> Request:
        """One list, filtered by all DOIs."""
        dois = "|".join(question.value for question in questions)
        return Request(API, params=(("filter", f"doi:{dois}"), ("per_page", str(PAGE)), ("select", FIELDS)))

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The works by DOI; of several with one DOI the one with an abstract, then the first."""
        works: dict[str, dict[str, Any]] = {}
        for work in works_of(document):
            doi = _plain_doi(work.get("doi"))
            if doi and (doi not in works or (_abstract(work) and not _abstract(works[doi]))):
                works[doi] = work
        said: dict[int, Metadata | None] = {}
        for question in questions:
            match = works.get(question.value.casefold())
            said[question.subject.pk] = record(match, NAME, question.key) if match else None
        return said

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """It does not say."""
        return frozenset()


def works_of(document: Document) -> list[dict[str, Any]]:
    """The works in a list answer.

    Raises:
        Garbled: not such an answer, or more works than fit on its page.
    """
    answer = json_object(document, "meta", "results")
    works = needed_list(document, answer, "results")
    count = mapping(answer["meta"]).get("count")
    if not isinstance(count, int):
        raise garbled(document, "no count of the works")
    return works


def record(work: dict[str, Any], service: str, asked: str) -> Metadata:
    """One work as metadata."""
    published, year = day_and_year(work.get("publication_date"))
    doi = _plain_doi(work.get("doi"))
    identifiers = []
    if doi and (arxiv := _ARXIV_DOI.fullmatch(doi)):
        identifiers.append(Identifier("arxiv", re.sub(r"v\d+$", "", arxiv[1])))
    elif doi and doi_of(doi):
        identifiers.append(Identifier("doi", doi))
    place = mapping(work.get("primary_location"))
    venue = clean(mapping(place.get("source")).get("display_name"), 300)
    page = clean(place.get("landing_page_url"), 500)
    return Metadata(
        service=service,
        asked=asked,
        title=clean(work.get("title"), MAX_TITLE),
        abstract=_abstract(work),
        authors=people(
            mapping(ship.get("author")).get("display_name") or ship.get("raw_author_name")
            for ship in objects(work.get("authorships"))
        ),
        published=published,
        year=year_of(work.get("publication_year")) or year,
        venue=None if venue and venue.casefold().startswith("arxiv") else venue,
        identifiers=tuple(identifiers),
        urls=(Link("Publisher", page),) if page and page.startswith(("http://", "https://")) else (),
    )


def _plain_doi(value: object) -> str | None:
    text = clean(value, 300)
    return re.sub(r"^https?://(?:dx\.)?doi\.org/", "", text.casefold()) if text else None


def _abstract(work: dict[str, Any]) -> str | None:
    """The words in order; None where positions are missing, doubled beyond reason, or absurd."""
    placed: dict[int, str] = {}
    for word, positions in mapping(work.get("abstract_inverted_index")).items():
        for position in positions if isinstance(positions, list) else ():
            if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < MAX_WORDS:
                return None
            placed[position] = word
    return without_label(clean(" ".join(placed[position] for position in sorted(placed))))
