"""Any RSS or Atom feed whose items lead to papers: journals, preprint servers, newsletters, searches.

An item is a paper where its own link or identifier is one; otherwise each
link to a paper in its text is.  Items that lead to no paper are passed over:
a feed of news with a paper now and then is a source like any other.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed, Problem, Request, SourceSpec
from tracker.sources.evidence import arxiv_ids, on_paper_host, role_of
from tracker.sources.inline import squeezed

_MAX_BYTES = 30_000_000
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
#: Links to papers in one item beyond which it is a list of references, not news.
_MOST = 60
_LONGEST_TEXT = 2_000


class Feed:
    """The kind ``feed``."""

    name = "feed"
    rolling = True

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """The feed itself."""
        return (Request(spec.url, max_bytes=_MAX_BYTES),)

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """Nothing: a feed is one document."""
        return ()

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The papers that the items lead to, each once.

        Raises:
            ParseError: the answer is no feed.
        """
        entries: dict[str | None, Entry] = {}
        problems: list[Problem] = []
        for document in documents:
            items, complaint = _items(document)
            if complaint:
                problems.append(Problem("feed", complaint))
            found = [entry for item in items for entry in _entries(item)]
            if items and not found:
                problems.append(Problem("feed", f"none of its {len(items)} items leads to a paper"))
            for entry in found:
                entries.setdefault(entry.url, entry)
        return Parsed(tuple(entries.values()), tuple(problems))


def _items(document: Document) -> tuple[list[Any], str | None]:
    """The items; a feed that is broken somewhere is read as far as it goes, and that is told."""
    import feedparser

    feed = feedparser.parse(io.BytesIO(document.body), sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version"):
        raise ParseError(f"{document.url} is no RSS or Atom feed")
    error = feed.get("bozo_exception") if feed.get("bozo") else None
    harmless = isinstance(error, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType)
    if error is not None and not harmless and not feed.entries:
        raise ParseError(f"{document.url} is not a whole feed: {error}")
    return list(feed.entries), None if error is None or harmless else f"not well-formed: {squeezed(str(error))[:200]}"


def _entries(item: Any) -> Iterator[Entry]:
    title, html = _plain(str(item.get("title", ""))), _html(item)
    text = _plain(html)[:_LONGEST_TEXT]
    day = _day(item)
    if (own := _own(item)) is not None and title:
        abstract = text if "arxiv.org" in own and len(text) > 200 else None
        yield Entry(
            title=title,
            url=own,
            links=(Link("", own),),
            authors=_authors(item),
            text="" if abstract else text,
            abstract=abstract,
            year=day.year if day else None,
            section=_topics(item),
            document="feed",
        )
        return
    links = dict.fromkeys(link for link in _links(html) if role_of(link.url, link.label) == "paper")
    several = len({link.url for link in links}) > 1
    for link in list(links)[:_MOST]:
        words = squeezed(link.label)
        # a label such as "paper" names nothing: the item's title does, with the id where there are several
        named = words if len(words.split()) >= 3 else title if not several else f"{title} ({_short(link.url)})"
        if named:
            yield Entry(
                title=named,
                url=link.url,
                links=(link, *([Link(title, str(item.link))] if item.get("link") else [])),
                text=text if not several else "",
                section=_topics(item),
                document="feed",
            )


def _own(item: Any) -> str | None:
    """The address of the paper that an item is; None where it is something else."""
    for key in ("prism_doi", "dc_identifier", "id"):
        if found := _DOI.fullmatch(str(item.get(key, "")).strip()):
            return f"https://doi.org/{found[1]}"
    addresses = [str(item.get("link", "")), str(item.get("id", ""))]
    for url in addresses:
        if url.startswith(("http://", "https://")) and (arxiv_ids(url) or on_paper_host(url)):
            return url
    return None


def _html(item: Any) -> str:
    """The longest text of an item; newsletters have a teaser beside it."""
    texts = [str(part.get("value", "")) for part in item.get("content", [])]
    return max([*texts, str(item.get("summary", ""))], key=len)


def _links(html: str) -> Iterator[Link]:
    from selectolax.lexbor import LexborHTMLParser

    for node in LexborHTMLParser(html).css("a[href]"):
        url = (node.attributes.get("href") or "").strip()
        if url.startswith(("http://", "https://")):
            yield Link(squeezed(node.text()), url)


def _plain(html: str) -> str:
    if "<" not in html and "&" not in html:
        return squeezed(html)
    from selectolax.lexbor import LexborHTMLParser

    body = LexborHTMLParser(html).body
    return squeezed(body.text(separator=" ")) if body is not None else ""


def _short(url: str) -> str:
    return next(iter(arxiv_ids(url)), url.split("://", 1)[-1])


def _authors(item: Any) -> tuple[str, ...]:
    told = [str(author.get("name", "")) for author in item.get("authors", [])]
    names = (squeezed(name) for text in told for name in re.split(r",\s+(?!(?:Jr|Sr|II|III)\b)|;|\n", text))
    return tuple(dict.fromkeys(name for name in names if name and "@" not in name))


def _topics(item: Any) -> tuple[str, ...]:
    return tuple(squeezed(str(tag.get("term") or "")) for tag in item.get("tags", []) if tag.get("term"))[:1]


def _day(item: Any) -> date | None:
    moment = item.get("published_parsed") or item.get("updated_parsed")
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday) if moment else None
