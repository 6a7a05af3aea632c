"""What the services are asked about, and how asking ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracker.errors import FetchError
from tracker.records import Identifier, Metadata

State = Literal["found", "unknown", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A paper as far as the library knows it.

    ``title`` is the canonical one, ``titles`` all others that it goes by
    (listed ones and aliases).  ``urls`` are links to the paper itself.
    ``has_abstract`` spares it the services that are asked for one only, but
    for those that failed before ``abstract_source``, the service that gave it,
    was asked instead; ``pinned`` papers are on the reader's shelf, queue or desk.
    """

    pk: int
    title: str
    titles: tuple[str, ...] = ()
    year: int | None = None
    authors: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    urls: tuple[str, ...] = ()
    has_abstract: bool = False
    abstract_source: str | None = None
    pinned: bool = False

    def values(self, scheme: str) -> tuple[str, ...]:
        """The identifiers of one scheme, sorted."""
        found = [i.value for i in self.identifiers if i.scheme == scheme]
        return tuple(sorted(found)) if len(found) > 1 else tuple(found)


@dataclass(frozen=True, slots=True)
class Question:
    """One paper to ask about, and what to ask by: an identifier (``arxiv:1706.03762``), ``url:…`` or ``title:…``."""

    subject: Subject
    key: str

    @property
    def value(self) -> str:
        """The key without its scheme."""
        return self.key.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """How asking one service about one paper by one key stands; ``attempts`` counts equal endings in a row."""

    pk: int
    service: str
    asked: str
    state: State
    retry_at: datetime | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How asking ended: what to store for (``pk``, ``service``, ``asked``).

    A failure when asking again about something that was answered before keeps
    that answer's ``state``; ``failed`` is True all the same.
    """

    service: str
    pk: int
    asked: str
    state: State
    metadata: Metadata | None = None
    detail: str | None = None
    retry_at: datetime | None = None
    attempts: int = 1
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one or a few requests to one service brought; to be stored in one transaction.

    ``error`` says why it failed, if it did; ``halted`` that the service is not
    asked any more in this run.
    """

    service: str
    outcomes: tuple[Outcome, ...] = ()
    requests: int = 0
    error: str | None = None
    retry_at: datetime | None = None
    halted: bool = False


class Rejected(FetchError):
    """The service rejects the whole batch for something in it; ``detail`` is what it said."""

    transient = False

    def __init__(self, message: str, *, detail: str = "", url: str = "") -> None:
        super().__init__(message, url=url)
        self.detail = detail
