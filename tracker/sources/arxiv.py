"""New papers of arXiv categories, from the announcement feed (RSS or Atom).

New papers and cross-lists are taken, replacements are not: they are papers that
were new before.  The feed is empty on weekends and holidays, which is an answer
like any other.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from tracker.errors import ParseError
from tracker.records import Document, Entry, Link, Parsed, Problem, Request, SourceSpec
from tracker.sources.inline import squeezed

_FEED = "https://rss.arxiv.org/rss/"
_ID = re.compile(r"(?:arXiv\.org:|abs/|^)((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[A-Z]{2})?/\d{7}))(?:v(\d+))?\s*$")
_ANNOUNCED = re.compile(r"Announce Type:\s*([a-z-]+)", re.I)
_ABSTRACT = re.compile(r"Abstract:\s*(.*)", re.S)
_TAKEN = {"new": "new", "cross": "cross-list"}
_MAX_BYTES = 30_000_000


class Arxiv:
    """The kind ``arxiv``; option ``categories``: names joined by ``+``."""

    name = "arxiv"
    rolling = True

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """The feed of the categories, all in one."""
        categories = spec.options.get("categories") or spec.url.rstrip("/").rsplit("/", 1)[-1]
        return (Request(_FEED + categories.replace(",", "+").replace(" ", ""), max_bytes=_MAX_BYTES),)

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """Nothing: one feed holds the day."""
        return ()

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The new and cross-listed papers; items without id or title become problems.

        Raises:
            ParseError: the answer is not a whole feed.
        """
        entries: dict[str | None, Entry] = {}
        problems: list[Problem] = []
        for document in documents:
            for number, item in enumerate(_items(document), 1):
                announced = _announced(item)
                if announced not in _TAKEN:
                    continue
                entry = _entry(item, _TAKEN[announced])
                if entry is None:
                    problems.append(Problem(f"rss:{number}", "an item without an arXiv id or a title"))
                else:
                    entries.setdefault(entry.url, entry)
        return Parsed(tuple(entries.values()), tuple(problems))


def _items(document: Document) -> list[Any]:
    import feedparser

    feed = feedparser.parse(io.BytesIO(document.body), sanitize_html=False, resolve_relative_uris=False)
    error = feed.get("bozo_exception") if feed.get("bozo") else None
    harmless = isinstance(error, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType)
    if not feed.get("version") or (error is not None and not harmless):
        raise ParseError(f"{document.url} is not a whole feed" + (f": {error}" if error is not None else ""))
    return list(feed.entries)


def _announced(item: Any) -> str:
    """The kind of announcement; a feed that does not say counts as new."""
    told = item.get("arxiv_announce_type")
    if not told:
        match = _ANNOUNCED.search(item.get("summary", ""))
        told = match[1] if match else "new"
    return str(told).strip().casefold()


def _entry(item: Any, marker: str) -> Entry | None:
    match = next((m for key in ("id", "link") if (m := _ID.search(str(item.get(key, ""))))), None)
    title = squeezed(str(item.get("title", "")))
    if match is None or not title:
        return None
    url = f"https://arxiv.org/abs/{match[1]}"
    summary = str(item.get("summary", ""))
    told = _ABSTRACT.search(summary)
    categories = [str(tag.get("term", "")) for tag in item.get("tags", [])]
    day = _day(item) if marker == "new" and match[2] in (None, "1") else None
    return Entry(
        title=title,
        url=url,
        links=(Link("arXiv", url),),
        authors=_authors(item),
        year=day.year if day else None,
        section=tuple(categories[:1]),
        marker=marker,
        abstract=squeezed(told[1] if told else _ANNOUNCED.sub("", summary)) or None,
        published=day,
        document="rss",
    )


def _authors(item: Any) -> tuple[str, ...]:
    """The names in ``dc:creator``, which holds all of them in one text."""
    told = [str(author.get("name", "")) for author in item.get("authors", [])] or [str(item.get("author", ""))]
    names = (squeezed(name) for text in told for name in re.split(r",\s+(?!(?:Jr|Sr|II|III)\b)|\n", text))
    return tuple(dict.fromkeys(name for name in names if name))


def _day(item: Any) -> date | None:
    moment = item.get("published_parsed") or item.get("updated_parsed")
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday) if moment else None
