"""Any Markdown list on GitHub (or elsewhere by the address of its file): papers told from everything else by evidence.

The theory.  Curators write in a hundred styles, but a paper betrays itself the
same way in all of them.  Every list item, table row, paragraph and linked
heading is a candidate; it is read once (title, authors, date, links), and then:

* **strong**: it has a title and a link to a paper: to a place where papers are
  published (arXiv, OpenReview, proceedings, journals, a PDF), or labelled as
  one ("[pdf]", "Paper", "论文"), or in a table's column of papers.
* **backed**: no such link, but a title set off by quotes, bold or link, with
  authors and a year or venue.
* **weak**: a title of three words or more that links somewhere unknown.

A strong candidate is a paper, wherever it stands, except under headings that
hold no entries (contents, news, contributing, citation, licence), and except
that under headings of other things (tools, courses, blogs, books, videos) the
title itself must link to a place of papers.  Backed and weak candidates are
papers only if their neighbours in the same list or table are: at least two
strong ones, and three quarters of all; lists are homogeneous, and a blog post
among forty arXiv links is on the list for the same reason as they are.

Prose is not a candidate: a sentence that mentions a paper has words before the
title.  A title that leads to code only, a video, a shop or a social page is
never a paper on its own.  Anchors (the table of contents) and pictures (badges)
are no links at all.

Sub-pages: links from the list to other Markdown files of the same repository
are followed once, unless there are so many that they must be notes on papers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal
from urllib.parse import urljoin, urlsplit

from tracker.errors import ParseError
from tracker.records import Document, Entry, Parsed, Request, SourceSpec
from tracker.sources.candidates import Candidate, candidates
from tracker.sources.dates import date_in
from tracker.sources.evidence import is_contents, label_role, on_paper_host, polarity
from tracker.sources.github import MAX_PAGE_BYTES, Place, linked_path, pages, path_of, place
from tracker.sources.inline import Span, links, squeezed
from tracker.sources.rendering import markdown_text
from tracker.sources.structure import Block, descendants, read

#: How many words an item or row may have before its title, and besides it; paragraphs may have fewer.
_ROOM = {"item": (6, 400), "row": (99, 9999)}
Strength = Literal["strong", "backed", "weak", "none"]

#: Names that a README goes by, in the order they are tried.
_READMES = ("README.md", "readme.md", "Readme.md", "README.MD", "README.markdown", "docs/README.md")
_NO_PAGES = re.compile(
    r"contribut|licen[cs]e|code[_-]of[_-]conduct|change[_-]?log|security|template|authors\.md|history\.md|install|citation"
    r"|(?:^|/)readme[._-](?:[a-z]{2}|zh[\w-]*|chinese|english|cn|en)\.md$|(?:^|/)\.github/",
    re.I,
)
#: A topic no longer than this that names a year ("CVPR 2021", "2022") dates what stands under it.
_SHORT_TOPIC = 30
#: More linked files than this are notes on single papers, not parts of the list.
MAX_PAGES = 40


class Markdown:
    """The kind ``markdown``."""

    name = "markdown"
    rolling = False

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """The named file, or the repository's README under its usual name."""
        where = place(spec.url)
        if where is None:
            return (Request(spec.url, max_bytes=MAX_PAGE_BYTES),)
        return (where.page(where.path or _READMES[0], optional=not where.path),)

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """The README under its other names if it has not come; then the pages that it links, unless they are too many.

        Raises:
            ParseError: the list is not Markdown.
        """
        where = place(spec.url)
        if where is None:
            return ()
        if not pages(documents):
            return () if where.path else tuple(where.page(name, optional=True) for name in _READMES[1:])
        first = pages(documents)[0]
        found = [path for path in _linked_pages(where, first) if path != path_of(first)]
        return tuple(where.page(path, optional=True) for path in found) if len(found) <= MAX_PAGES else ()

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The papers of all pages, in the order of the pages and of their lines.

        Raises:
            ParseError: a file is not Markdown, or nothing in the list looks like a paper.
        """
        if not pages(documents):
            raise ParseError(
                f"{spec.url} has no README.md", cure="give the address of the Markdown file that holds the list"
            )
        entries: dict[tuple[object, ...], Entry] = {}
        for document in pages(documents):
            for entry in entries_of(markdown_text(document), document):
                key = (squeezed(entry.title).casefold(), entry.url, entry.section)
                entries.setdefault(key, entry)
        if not entries:
            raise ParseError(f"nothing in {spec.url} looks like a paper")
        return Parsed(tuple(entries.values()))


def entries_of(text: str, document: Document) -> tuple[Entry, ...]:
    """The papers in one Markdown text, ``document`` telling where it came from (relative PDF links are made whole)."""
    blocks = tuple(_with_whole_links(block, document) for block in read(text))
    found = accepted(list(candidates(blocks)))
    root = next((block.section[-1] for block in blocks if block.kind == "heading" and block.section), None)
    common = root is not None and all(one.section[:1] == (root,) for one in found)
    sections = (one.section[1:] if common else one.section for one in found)
    path = path_of(document)
    return tuple(
        _entry(one, tuple(part for part in section if not is_contents(part)), path)
        for one, section in zip(found, sections, strict=True)
    )


def accepted(found: Sequence[Candidate]) -> list[Candidate]:
    """Those of ``found`` that are papers by their own evidence or their neighbours'."""
    judged = [(one, _strength(one), polarity(section)) for one, section in zip(found, _topics(found), strict=True)]
    total = Counter(one.group for one, _, _ in judged)
    strong = Counter(one.group for one, strength, section in judged if strength == "strong" and section != "never")
    out: list[Candidate] = []
    for one, strength, section in judged:
        if section == "never" or strength == "none":
            continue
        homogeneous = strong[one.group] >= 2 and strong[one.group] * 4 >= total[one.group] * 3
        if strength == "strong":
            if section != "other" or _leads_to_paper(one) or (homogeneous and one.tabled):
                out.append(one)
        elif section != "other" and (homogeneous or (strength == "backed" and section == "papers")):
            out.append(one)
    return out


def _strength(one: Candidate) -> Strength:
    """How much the candidate itself says for being a paper."""
    reading = one.reading
    longest_lead, longest_rest = _ROOM.get(one.kind, (2, 45 if reading.kind == "plain" else 150))
    if reading.before > longest_lead or reading.around > longest_rest or reading.words > 45:
        return "none"
    own = next((link for link in reading.links if link.own and link.link.url == reading.url), None)
    told = [link for link in reading.links if link.role == "paper" and (not link.own or link is own)]
    named = reading.words >= 2 or reading.kind != "plain" or one.kind == "row"
    dated = reading.year is not None or reading.venue
    if one.kind in ("text", "heading") and reading.kind == "plain" and not (reading.authors or dated or one.told):
        return "none"  # a sentence with a link in it
    if told and (named or not reading.around):
        return "strong"
    if reading.words >= 3 and reading.kind != "plain" and reading.authors and dated:
        return "backed" if own is None or own.role in ("open", "paper") else "weak"
    if reading.words >= 3 and own is not None and own.role == "open":
        return "weak"
    if one.tabled and reading.words >= 3 and dated and (reading.authors or not reading.links):
        return "backed" if reading.authors else "weak"  # a row whose column of links says "N/A"
    return "none"


def _leads_to_paper(one: Candidate) -> bool:
    """Whether a heading of other things cannot speak against the candidate.

    Its title links to a place of papers; or it links nowhere, while a link
    beside it says "[pdf]" or lies in such a place.
    """
    first = next((link for link in one.reading.links if link.own), None)
    if first is not None:
        return first.link.url == one.reading.url and on_paper_host(first.link.url)
    papers = [link for link in one.reading.links if link.role == "paper"]
    return any(label_role(link.link.label) == "paper" or on_paper_host(link.link.url) for link in papers)


def _topics(found: Sequence[Candidate]) -> list[tuple[str, ...]]:
    """The topic paths without what promises nothing: the list's own title, and headings that are papers themselves."""
    papers = {one.reading.title for one in found if one.kind == "heading" and _strength(one) == "strong"}
    return [tuple(part for part in section if part not in papers) for section in _untitled(found)]


def _untitled(found: Sequence[Candidate]) -> list[tuple[str, ...]]:
    """The topic paths without the first topic where all share it: the list's own title promises nothing."""
    roots = {one.section[:1] for one in found}
    return [one.section[1:] if len(roots) == 1 and len(one.section) > 1 else one.section for one in found]


# ---------------------------------------------------------------- records


def _entry(one: Candidate, section: tuple[str, ...], path: str) -> Entry:
    reading = one.reading
    year, month = reading.year, reading.month
    if year is None and section and len(section[-1]) <= _SHORT_TOPIC:
        year, month = date_in(section[-1])
    return Entry(
        title=reading.title,
        url=reading.url,
        same_as=reading.same_as,
        links=tuple(link.link for link in reading.links),
        alias=reading.alias,
        text=reading.text,
        authors=reading.authors,
        year=year,
        month=month,
        section=section,
        document=path,
        line=one.line,
        code=tuple(url for url in reading.code if url != reading.url),
    )


def _with_whole_links(block: Block, document: Document) -> Block:
    """``block`` with relative links to PDFs turned into addresses."""

    def whole(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        if not any(_is_relative_pdf(span.href) for span in spans):
            return spans
        base = document.final_url or document.url
        return tuple(
            replace(span, href=urljoin(base, span.href)) if _is_relative_pdf(span.href) else span for span in spans
        )

    return replace(
        block,
        spans=whole(block.spans),
        more=tuple(whole(spans) for spans in block.more),
        cells=tuple(whole(spans) for spans in block.cells),
        children=tuple(_with_whole_links(child, document) for child in block.children),
    )


def _is_relative_pdf(href: str | None) -> bool:
    return bool(href) and bool(re.match(r"(?![a-z][a-z0-9+.-]*:|//|#).*\.pdf$", href or "", re.I))


# ---------------------------------------------------------------- sub-pages


def _linked_pages(where: Place, document: Document) -> list[str]:
    """The Markdown files of the same repository that the list links, outside its entries, in order and once each."""
    text = markdown_text(document)
    taken = {link.url for entry in entries_of(text, document) for link in entry.links}
    out: dict[str, None] = {}
    for url in _urls(read(text)):
        path = linked_path(where, document, url)
        if path is None or url in taken:
            continue
        if urlsplit(url).scheme == "" and path.endswith("/"):
            path += "README.md"
        if re.search(r"\.(?:md|markdown)$", path, re.I) and not _NO_PAGES.search(path):
            out.setdefault(path)
    return list(out)


def _urls(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        for inner in (block, *descendants(block)):
            for spans in (inner.spans, *inner.more):
                yield from (link.url for link in links(spans))
