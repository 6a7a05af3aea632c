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
        FetchError: a needed document did not come, or nothing came and one of the optional ones failed for now.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    failures: list[FetchError] = []
    asked: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    due = list(kind.requests(spec))
    while due:
        for request in due:
            asked.add((request.url, request.params))
            if len(asked) > MAX_DOCUMENTS:
                problems.append(Problem(request.url, f"not asked: more than {MAX_DOCUMENTS} documents in one list"))
                continue
            answer = _fetch(client, request)
            if isinstance(answer, FetchError):
                failures.append(answer)
                problems.append(Problem(request.url, str(answer)))
            elif answer is not None:
                documents.append(answer)
        due = [r for r in kind.follow(spec, documents) if (r.url, r.params) not in asked]
        if len(asked) > MAX_DOCUMENTS:
            break
    if failures and not documents:
        raise failures[0]  # to read nothing would say that the list is empty, though nobody answered
    return Fetched(tuple(documents), fingerprint(documents), tuple(problems))


def _fetch(client: Fetcher, request: Request) -> Document | FetchError | None:
    """The document; for an optional one, None where there is none, or why it did not come for now."""
    try:
        return client.fetch(request, conditional=True)
    except FetchError as error:
        if not request.optional:
            raise
        if isinstance(error, HttpStatus) and not error.transient:
            return None
        return error


def fingerprint(documents: Sequence[Document]) -> str:
    """SHA-256 over addresses and bodies, whatever the order they came in."""
    digest = hashlib.sha256()
    for document in sorted(documents, key=lambda d: d.url):
        digest.update(document.url.encode())
        digest.update(hashlib.sha256(document.body).digest())
    return digest.hexdigest()
