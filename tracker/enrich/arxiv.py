"""arXiv's API: https://info.arxiv.org/help/api/user-manual.html.

Answers are Atom feeds, read through feedparser.  They are matched by id: the
order is the server's, unknown ids are left out without a word, and one
malformed id spoils the whole batch.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import feedparser

from tracker.enrich.answers import garbled, utf8
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Rejected, Subject
from tracker.enrich.text import MAX_TITLE, clean, doi_of, people, repositories
from tracker.enrich.venues import venue_of_comment, venue_of_reference
from tracker.records import Document, Identifier, Link, Metadata, Request

API = "https://export.arxiv.org/api/query"
NAME = "arxiv"

_ID = re.compile(r"https?://(?:export\.)?arxiv\.org/abs/(.+?)(?:v(\d+))?/?$")
_BAD_ID = re.compile(r"incorrect id format for ([^\s<]+)")
_WITHDRAWN = re.compile(
    r"\b(?:paper|article|submission|manuscript|work|preprint|document)\b[^.]{0,40}\bwithdrawn\b|^\W*withdrawn\b",
    re.IGNORECASE,
)
#: A withdrawal notice is short; a real abstract may well speak of withdrawn things.
_NOTICE_LENGTH = 400


class Arxiv:
    """Abstracts, authors, dates and the journal's DOI of everything on arXiv, by id."""

    name = NAME
    traits = Traits(role="identity", batch=100, unknown_statuses=frozenset(), retry_days=3.0, retry_most_days=60.0)

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """The paper's arXiv ids."""
        return tuple(f"arxiv:{value}" for value in subject.values("arxiv"))

    def request(self, questions: Sequence[Question]) -> Request:
        """All ids in one list; without ``max_results`` the server would cut it at ten."""
        ids = ",".join(question.value for question in questions)
        return Request(API, params=(("id_list", ids), ("start", "0"), ("max_results", str(len(questions)))))

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """The entries by id; an id without one is unknown."""
        entries = _entries(document)
        found = {}
        for entry in entries:
            match = _ID.fullmatch(str(entry.get("id", "")))
            if match is None:
                raise garbled(document, f"an entry with the id {entry.get('id')!r}")
            found[match[1].casefold()] = entry
        return {
            question.subject.pk: _metadata(question, entry) if (entry := found.get(question.value.casefold())) else None
            for question in questions
        }

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """The papers whose ids the error entry names."""
        named = {match[1] for match in _BAD_ID.finditer(detail)}
        return frozenset(question.subject.pk for question in questions if question.value in named)


def _entries(document: Document) -> list[Any]:
    utf8(document)
    # A stream and not the bytes: feedparser would take bytes that name a file or an address for that.
    feed = feedparser.parse(io.BytesIO(document.body), sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo:
        raise garbled(document, f"not a feed ({feed.get('bozo_exception')})")
    total = feed.feed.get("opensearch_totalresults", "")
    if not feed.get("version", "").startswith("atom") or not re.fullmatch("[0-9]{1,9}", total):
        raise garbled(document, "not a feed of arXiv's API")
    entries: list[Any] = feed.entries
    for entry in entries:
        if entry.get("title") == "Error" and "/api/errors" in entry.get("id", ""):
            detail = clean(entry.get("summary")) or "an error without a word"
            raise Rejected(f"arXiv rejects the request: {detail}", detail=detail, url=document.url)
    if len(entries) < int(total):
        raise garbled(document, f"{len(entries)} of {total} entries")
    return entries


def _metadata(question: Question, entry: Any) -> Metadata:
    ident = question.value
    abstract = clean(entry.get("summary"))
    comment = clean(entry.get("arxiv_comment"), 1_000)
    if abstract and len(abstract) < _NOTICE_LENGTH and _WITHDRAWN.search(abstract):
        abstract = None
    doi = doi_of(entry.get("arxiv_doi"))
    moment = entry.get("published_parsed")
    published = date(*moment[:3]) if moment else None
    return Metadata(
        service=NAME,
        asked=question.key,
        title=clean(entry.get("title"), MAX_TITLE),
        abstract=abstract,
        authors=people(author.get("name") for author in entry.get("authors", ())),
        published=published,
        year=published.year if published else None,
        venue=venue_of_reference(clean(entry.get("arxiv_journal_ref"), 300)) or venue_of_comment(comment),
        identifiers=(Identifier("arxiv", ident), *((Identifier("doi", doi),) if doi else ())),
        urls=(Link("arXiv", f"https://arxiv.org/abs/{ident}"), Link("PDF", f"https://arxiv.org/pdf/{ident}")),
        code=repositories(comment, abstract),
    )
