"""A paper's own page, read for the ``citation_*`` tags that Google Scholar asks publishers for.

See https://scholar.google.com/intl/en/scholar/inclusion.html.  A page without
such tags says nothing about a paper, whatever else it says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser

from tracker.enrich.answers import garbled
from tracker.enrich.pages import page_of
from tracker.enrich.protocol import Traits
from tracker.enrich.subject import Question, Subject
from tracker.enrich.text import MAX_TITLE, clean, day_and_year, doi_of, people, plain, without_label
from tracker.records import Document, Identifier, Link, Metadata, Request

NAME = "landing"
MAX_BYTES = 4_000_000
MOST_PAGES = 2

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_ABSTRACT_TAGS = ("citation_abstract", "dcterms.abstract", "dc.description.abstract", "eprints.abstract")
#: Where the pages of ACL, CVF, NeurIPS, PMLR and JMLR show an abstract that their tags leave out.
_ABSTRACT_PLACES = (".acl-abstract > span", "#abstract", "div.abstract", "p.abstract", "section.paper-section p")
_DATE_TAGS = ("citation_publication_date", "citation_online_date", "citation_date", "citation_year", "dc.date")
_VENUE_TAGS = ("citation_conference_title", "citation_journal_title", "citation_inbook_title", "citation_conference")
_LEAST_ABSTRACT = 80


class Landing:
    """The tags of the page that a list links to, or of the page that a DOI leads to."""

    name = NAME
    traits = Traits(role="abstract", workers=4, denial_is_answer=True)

    def keys(self, subject: Subject) -> tuple[str, ...]:
        """Pages of the paper: those that identifiers lead to, then the listed ones."""
        made = [f"https://openreview.net/forum?id={value}" for value in subject.values("openreview")]
        made += [f"https://aclanthology.org/{value}/" for value in subject.values("acl")]
        dois = [f"https://doi.org/{value}" for value in subject.values("doi") if not value.startswith("10.48550/")]
        pages = (page_of(url) for url in (*made, *subject.urls, *dois))
        return tuple(f"url:{page}" for page in dict.fromkeys(pages) if page)[:MOST_PAGES]

    def request(self, questions: Sequence[Question]) -> Request:
        """The page."""
        accept = (("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"),)
        return Request(questions[0].value, headers=accept, max_bytes=MAX_BYTES)

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        """What the tags say; None for a page without them, or something that is no page."""
        question = questions[0]
        kind = document.headers.get("content-type", "text/html").partition(";")[0].strip().casefold()
        if kind not in ("text/html", "application/xhtml+xml", ""):
            return {question.subject.pk: None}
        return {question.subject.pk: _record(question, _html(document))}

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        """There is only one."""
        return frozenset(question.subject.pk for question in questions)


def _html(document: Document) -> str:
    """The page as text, by the charset it declares.

    Raises:
        Garbled: a NUL, or more than stray bytes that the charset does not know.
    """
    header = re.search(r"charset=\"?([\w-]+)", document.headers.get("content-type", ""), re.IGNORECASE)
    inside = _CHARSET.search(document.body[:4_096])
    charset = header[1] if header else inside[1].decode("ascii") if inside else "utf-8"
    try:
        text = document.body.decode(charset, "replace")
    except LookupError:
        text = document.body.decode("utf-8", "replace")
    if "\0" in text:
        raise garbled(document, "a NUL character in a page")
    stray = text.count("\ufffd")
    if stray > 20 and stray > len(text) / 100:
        if not header and not inside:
            return document.body.decode("latin-1")
        raise garbled(document, f"{stray} characters that are not {charset}")
    return text


def _record(question: Question, html: str) -> Metadata | None:
    tree = LexborHTMLParser(html)
    tags: dict[str, list[str]] = defaultdict(list)
    for node in tree.css("meta[content]"):
        name = node.attributes.get("name") or node.attributes.get("property")
        content = node.attributes.get("content")
        if name and content and content.strip():
            tags[name.strip().casefold()].append(content)
    titles = tags.get("citation_title")
    title = plain(titles[0]) if titles else None
    if not title:
        return None
    dates = [day_and_year(_first(tags, tag)) for tag in _DATE_TAGS]
    published = next((day for day, _ in dates if day), None)
    year = published.year if published else next((year for _, year in dates if year), None)
    doi = doi_of(_first(tags, "citation_doi"))
    arxiv = re.fullmatch(
        r"(?:arxiv:)?([\w.-]+(?:/\d{7})?)(?:v\d+)?", _first(tags, "citation_arxiv_id") or "", re.IGNORECASE
    )
    identifiers = [Identifier("arxiv", re.sub(r"v\d+$", "", arxiv[1]))] if arxiv else []
    if doi:
        identifiers.append(Identifier("doi", doi))
    pdf = clean(_first(tags, "citation_pdf_url"), 500)
    return Metadata(
        service=NAME,
        asked=question.key,
        title=title[:MAX_TITLE],
        abstract=_abstract(tree, tags),
        authors=people(tags.get("citation_author", ()) or (_first(tags, "citation_authors") or "").split(";")),
        published=published,
        year=year,
        venue=next((venue for tag in _VENUE_TAGS if (venue := clean(_first(tags, tag), 300))), None),
        identifiers=tuple(identifiers),
        urls=(Link("PDF", pdf),) if pdf and pdf.startswith(("http://", "https://")) else (),
    )


def _first(tags: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = tags.get(name)
    return values[0] if values else None


def _abstract(tree: LexborHTMLParser, tags: Mapping[str, Sequence[str]]) -> str | None:
    for name in _ABSTRACT_TAGS:
        said = plain(_first(tags, name))
        if said and len(said) >= _LEAST_ABSTRACT:
            return said
    for place in _ABSTRACT_PLACES:
        node = tree.css_first(place)
        shown = without_label(clean(node.text(separator=" "))) if node else None
        if shown and len(shown) >= _LEAST_ABSTRACT:
            return shown
    return None
