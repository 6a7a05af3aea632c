"""Ask one source: all its documents, or a :class:`~tracker.errors.FetchError` and nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tracker.errors import FetchError, HttpStatus
from tracker.records import Document, Parsed, Problem, Request, SourceSpec

#: A list that asks for more documents than this is not a list (a weekly list has one a year).
MAX_DOCUMENTS = 60


class Fetcher(Protocol):
    """The part of :class:`tracker.http.Client` that is needed here."""

    def fetch(self, request: Request, *, conditional: bool = False) -> Document:
        """The answer, or a FetchError."""

    def accept(self, document: Document) -> None:
        """Keep the bytes and validators: the caller has understood them."""


class Kind(Protocol):
    """The part of a source kind that is needed here."""

    def requests(self, spec: SourceSpec) -> tuple[Request, ...]:
        """What to ask first."""

    def follow(self, spec: SourceSpec, documents: Sequence[Document]) -> tuple[Request, ...]:
        """What the answers so far ask for in addition."""

    def parse(self, spec: SourceSpec, documents: Sequence[Document]) -> Parsed:
        """The entries; raises ParseError."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The documents of a source, a fingerprint of them all, and optional ones that did not come for now."""

    documents: tuple[Document, ...]
    fingerprint: str
    problems: tuple[Problem, ...]

    @property
    def complete(self) -> bool:
        """False when something was passed over: what is missing then must not count as gone."""
        return not self.problems


def fetch_source(client: Fetcher, kind: Kind, spec: SourceSpec) -> Fetched:
    """Ask for everything a source consists of.

    An optional request that the server denies for good (404) is passed over;
    one that fails for now leaves a problem, and the answer is not complete.

    Raises:
        FetchError: a needed document did not come.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    asked: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    due = list(kind.requests(spec))
    while due:
        for request in due:
            asked.add((request.url, request.params))
            if len(asked) > MAX_DOCUMENTS:
                problems.append(Problem(request.url, f"not asked: more than {MAX_DOCUMENTS} documents in one list"))
                continue
            document = _fetch(client, request, problems)
            if document is not None:
                documents.append(document)
        due = [r for r in kind.follow(spec, documents) if (r.url, r.params) not in asked]
        if len(asked) > MAX_DOCUMENTS:
            break
    return Fetched(tuple(documents), fingerprint(documents), tuple(problems))


def _fetch(client: Fetcher, request: Request, problems: list[Problem]) -> Document | None:
    try:
        return client.fetch(request, conditional=True)
    except FetchError as error:
        if not request.optional:
            raise
        if isinstance(error, HttpStatus) and not error.transient:
            return None
        problems.append(Problem(request.url, str(error)))
        return None


def fingerprint(documents: Sequence[Document]) -> str:
    """SHA-256 over addresses and bodies, whatever the order they came in."""
    digest = hashlib.sha256()
    for document in sorted(documents, key=lambda d: d.url):
        digest.update(document.url.encode())
        digest.update(hashlib.sha256(document.body).digest())
    return digest.hexdigest()
