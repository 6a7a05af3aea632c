"""Whose word counts for what: the table of precedence, field by field.

A lower rank wins.  Names are compared without punctuation, so that
``semantic-scholar`` and ``semanticscholar`` are one; a name that is not in a
row ranks behind all that are, before nothing.

==========  ==================================================================================================
title       arxiv, our own export, shelf, services asked by identifier, services asked by title, feeds of papers,
            import, lists that give full titles, weekly lists (nicknames)
abstract    arxiv, services asked by identifier, services asked by title, feeds, import; never the shelf's
            summary nor a list's text
authors     arxiv, services, our own export, shelf, feeds, import, lists; and so for the other fields
published   arxiv (its first version), services, shelf, feeds, import; a month or a year alone is no date
year        of ``published``; else services, shelf, import, lists; else of the arXiv id; weekly lists last
venue       landing pages, services; "arXiv" is no venue
urls        union: services in their order, then lists
code        union: services in their order (official first), then lists
results     union: services in their order
==========  ==================================================================================================
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

Field = Literal["title", "abstract", "authors", "published", "year", "venue", "urls", "code", "results"]

_SERVICES: tuple[str, ...] = (
    "arxiv",
    "semanticscholar",
    "openalex",
    "crossref",
    "openreview",
    "landing",
    "huggingface",
    "paperswithcode",
)
#: Fields in which the order of the services is another one.
_SERVICES_BY_FIELD: dict[Field, tuple[str, ...]] = {
    "venue": ("openreview", "landing", "crossref", "semanticscholar", "openalex", "arxiv"),
    "code": ("paperswithcode", "huggingface", "arxiv", "semanticscholar", "landing"),
    "urls": ("arxiv", "openreview", "landing", "crossref", "semanticscholar", "openalex", "huggingface"),
    "results": ("paperswithcode",),
}
#: Kinds of sources, by words in their names.  Feeds give complete records of papers.
_FEEDS = ("arxiv", "huggingface", "hfdaily", "dailypapers", "paperswithcode")
_SHELVES = ("shelf", "starter")
_IMPORTS = ("import", "local", "person")
_WEEKLY = ("week", "dair")

#: What an imported row was asked by where it came with its places on lists, as our own exports do.
OWN_EXPORT = "export"

_STEP = 10  # between two services, so that the shelf fits in between
_BY_TITLE = 1_000
_MENTION = 2_000
#: Rank for a year read from an arXiv id: behind every list that gives the paper's year, before the weekly ones.
YEAR_OF_IDENTIFIER = 3_000
_YEAR_OF_WEEK = 4_000
#: Put before the rank of a word that anybody else's is better than.
LAST = 10_000


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """A name without case and punctuation."""
    return "".join(c for c in name.casefold() if c.isalnum())


def service_rank(field: Field, service: str, asked: str) -> int | None:
    """The rank of a service's word, or None where it has no say in that field.

    One asked by title may have answered for another paper, so it ranks behind
    those asked by identifier.  What the shelf and imported files say may be
    kept as an answer too, under their names.  An export of ours holds what the
    lists in it and the services behind it came to: it goes before those lists.
    """
    if _is_import(service) and asked == OWN_EXPORT:
        return _STEP // 2 - 1 if field == "title" else _BY_TITLE - 2
    if is_shelf(service) or _is_import(service):
        return mention_rank(field, service)
    order = _SERVICES_BY_FIELD.get(field, _SERVICES)
    name = plain(service.removesuffix("-title"))  # the same service, asked by title
    rank = _STEP * (order.index(name) if name in order else len(order))
    return rank + (_BY_TITLE if asked == "title" or asked.startswith("title:") else 0)


@lru_cache(maxsize=1024)
def mention_rank(field: Field, kind: str) -> int | None:
    """The rank of a list's word; None where it has no say in that field."""
    if is_shelf(kind):
        if field == "abstract":
            return None
        # its titles are checked by hand: only arXiv's own come before them
        return _STEP // 2 if field == "title" else _BY_TITLE - 1
    name = plain(kind)
    if any(word in name for word in _FEEDS):
        return _MENTION
    if _is_import(kind):
        return _MENTION + 1
    if is_weekly(kind):
        return _YEAR_OF_WEEK if field == "year" else _MENTION + 3
    return _MENTION + 2


def is_weekly(kind: str) -> bool:
    """True for lists that name papers by nicknames, in the week when they talk about them."""
    return any(word in plain(kind) for word in _WEEKLY)


def is_shelf(kind: str) -> bool:
    """True for the starter shelf, whose texts are summaries in our own words."""
    return any(word in plain(kind) for word in _SHELVES)


def _is_import(kind: str) -> bool:
    return any(word in plain(kind) for word in _IMPORTS)
