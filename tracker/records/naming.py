"""Names, links and complaints: the words that all other records are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ReadingStatus = Literal["inbox", "queued", "reading", "read", "skipped"]
READING_STATUSES: tuple[ReadingStatus, ...] = ("inbox", "queued", "reading", "read", "skipped")

#: Identifier schemes, strongest first: the first one that a paper has names it.
SCHEMES: tuple[str, ...] = ("arxiv", "doi", "openreview", "acl", "pmlr", "neurips", "cvf", "jmlr", "url")


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A name that belongs to exactly one paper, normalised: ``arxiv:1706.03762`` (no version)."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a list shows it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong without stopping the rest: where, and why."""

    where: str
    message: str
