"""What is said of a paper, as :mod:`tracker.identity.merge` reads it.  The store fills these in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tracker.records import Link, Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionFact:
    """One place on one list that names the paper.

    ``source`` is the list's slug and ``kind`` the kind of source it is (a name
    in ``sources.registry``; also ``shelf`` and ``import``).  ``gone`` mentions
    still count: a list that drops a paper does not unsay its title.
    """

    source: str
    kind: str
    key: str
    title: str
    alias: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    month: int | None = None
    url: str | None = None
    same_as: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    text: str = ""
    section: tuple[str, ...] = ()
    abstract: str | None = None
    published: date | None = None
    code: tuple[str, ...] = ()
    gone: bool = False
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataFact:
    """What one service said, and when it was asked."""

    metadata: Metadata
    at: datetime
