"""The starter shelf: ``data/starter.toml`` as typed rows.  Pure: bytes in, values out.

The shelf gives a first library without any network: landmark papers with a
summary in our own words, and the resources (pages, videos, demos) that the
concept catalogue points to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import quote

from tracker import typedtoml
from tracker.errors import ParseError
from tracker.records import SCHEMES, Identifier, Link
from tracker.typedtoml import Table

FILE = "starter.toml"
ResourceKind = Literal["article", "book", "code", "course", "demo", "video"]
RESOURCE_KINDS: tuple[str, ...] = get_args(ResourceKind)

#: What a value of each scheme looks like, and the page it leads to.
_SCHEMES: dict[str, tuple[re.Pattern[str], str]] = {
    "arxiv": (re.compile(r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}"), "https://arxiv.org/abs/{}"),
    "doi": (re.compile(r"10\.\d{4,9}/\S+"), "https://doi.org/{}"),
    "openreview": (re.compile(r"[A-Za-z0-9_-]{6,16}"), "https://openreview.net/forum?id={}"),
    "acl": (re.compile(r"[A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_-]+\.\d+"), "https://aclanthology.org/{}"),
    "pmlr": (re.compile(r"v\d+/[a-z0-9-]+"), "https://proceedings.mlr.press/{}.html"),
    "neurips": (re.compile(r"\d{4}/[0-9a-f]{32}"), "https://papers.nips.cc/paper/{}-Abstract.html"),
    "jmlr": (re.compile(r"v\d+/[a-z0-9-]+"), "https://jmlr.org/papers/{}.html"),
    "url": (re.compile(r"https?://[^\s/]+\.[^\s/]+/\S+"), "{}"),
}
_LABELS = {"arxiv": "arXiv", "doi": "DOI", "openreview": "OpenReview", "acl": "ACL Anthology", "pmlr": "PMLR"}
_LABELS |= {"neurips": "NeurIPS", "jmlr": "JMLR", "url": "Paper"}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPaper:
    """A landmark paper.

    ``authors`` is the published list, or its beginning where ``et_al`` is
    true.  ``identifiers`` are strongest first and in the normal spelling;
    ``urls`` lead to the same paper, in the same order.  ``summary`` is ours,
    never the abstract.  ``order`` is the place in the reader's own reading
    order, for the few papers that have one.
    """

    title: str
    authors: tuple[str, ...]
    et_al: bool
    year: int
    published: date | None
    identifiers: tuple[Identifier, ...]
    urls: tuple[Link, ...]
    venue: str | None
    summary: str
    concepts: tuple[str, ...]
    order: int | None

    @property
    def id(self) -> str:
        """The paper's name by its strongest identifier: ``arxiv:1706.03762``."""
        return str(self.identifiers[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something to read, watch or play with beside the papers; ``text`` says in one sentence what it gives."""

    id: str
    title: str
    url: str
    kind: ResourceKind
    text: str
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that ``starter.toml`` holds, in its order."""

    papers: tuple[ShelfPaper, ...]
    resources: tuple[Resource, ...]


def load(data: bytes, *, file: str = FILE) -> Shelf:
    """Read the shelf.

    Args:
        data: the bytes of the file.
        file: its name, for messages.

    Raises:
        ParseError: anything missing, misspelled, of the wrong type, or named twice; says where.
    """
    document = typedtoml.parse(data, file)
    papers = tuple(_paper(table) for table in document.tables("paper", "paper"))
    resources = tuple(_resource(table) for table in document.tables("resource", "resource"))
    document.close()
    _refuse_twins(file, [(str(i), paper.title) for paper in papers for i in paper.identifiers])
    _refuse_twins(file, [(resource.id, resource.title) for resource in resources])
    _refuse_twins(file, [(resource.url, resource.title) for resource in resources])
    return Shelf(papers, resources)


def _paper(table: Table) -> ShelfPaper:
    title = table.text("title")
    table.named(title)
    identifiers = tuple(i for scheme in SCHEMES if scheme in _SCHEMES and (i := _identifier(table, scheme)))
    if not identifiers:
        table.fail("arxiv", f"or another identifier is needed ({', '.join(_SCHEMES)})")
    paper = ShelfPaper(
        title=title,
        authors=table.texts("authors"),
        et_al=table.flag("et_al"),
        year=table.whole("year", low=1800, high=2100),
        published=table.day("published"),
        identifiers=identifiers,
        urls=tuple(_link(identifier) for identifier in identifiers),
        venue=table.text("venue", optional=True) or None,
        summary=table.text("summary"),
        concepts=_slugs(table, "concepts"),
        order=table.whole_or_none("order", low=1, high=1000),
    )
    if paper.published is not None and paper.published.year != paper.year:
        table.fail("published", f"is {paper.published}, outside the year {paper.year}")
    table.close()
    return paper


def _resource(table: Table) -> Resource:
    name = table.text("id")
    table.named(name)
    if not _SLUG.fullmatch(name):
        table.fail("id", "must be lower-case words joined by hyphens")
    kind = table.text("kind")
    if kind not in RESOURCE_KINDS:
        table.fail("kind", f"is {kind!r}; it must be one of {', '.join(RESOURCE_KINDS)}")
    resource = Resource(
        id=name,
        title=table.text("title"),
        url=_value(table, "url", "url"),
        kind=kind,  # type: ignore[arg-type]  # checked above
        text=table.text("text"),
        concepts=_slugs(table, "concepts"),
    )
    if not resource.url:
        table.fail("url", "is missing")
    table.close()
    return resource


def _identifier(table: Table, scheme: str) -> Identifier | None:
    value = _value(table, scheme, scheme)
    return Identifier(scheme, value.lower() if scheme == "doi" else value) if value else None


def _value(table: Table, key: str, scheme: str) -> str:
    value = table.text(key, optional=True)
    if value and not _SCHEMES[scheme][0].fullmatch(value):
        table.fail(key, f"is {value!r}, which is not a well-formed {_LABELS[scheme] if scheme != 'url' else 'address'}")
    return value


def _link(identifier: Identifier) -> Link:
    value = identifier.value.replace("/", "/hash/") if identifier.scheme == "neurips" else identifier.value
    if identifier.scheme == "doi":
        value = quote(value, safe="/:;().")  # a DOI may hold < and >
    return Link(_LABELS[identifier.scheme], _SCHEMES[identifier.scheme][1].format(value))


def _slugs(table: Table, key: str) -> tuple[str, ...]:
    slugs = table.texts(key)
    for slug in slugs:
        if not _SLUG.fullmatch(slug):
            table.fail(key, f"holds {slug!r}; concepts are lower-case words joined by hyphens")
    return slugs


def _refuse_twins(file: str, named: list[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for name, title in named:
        if name in seen:
            raise ParseError(f"{file}: {name} stands at {seen[name]!r} and again at {title!r}")
        seen[name] = title
