"""Services that speak a small JSON, and a web in memory that knows some papers and fails when told to."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.enrich.answers import json_object
from tracker.enrich.protocol import Role, Traits
from tracker.enrich.subject import Question, Subject
from tracker.errors import FetchError, HttpStatus, Offline
from tracker.records import Document, Identifier, Metadata, Request

HOST = "https://{}.example.org/ask"


class FakeService:
    """Knows papers by the identifiers of some schemes, or by title."""

    def __init__(self, name: str, role: Role, schemes: Sequence[str], batch: int = 1, **traits: object) -> None:
        self.name = name
        self.schemes = tuple(schemes)
        self.traits = Traits(role=role, batch=batch, **traits)  # type: ignore[arg-type]

    def keys(self, subject: Subject) -> tuple[str, ...]:
        if self.schemes == ("title",):
            return (f"title:{subject.title}",)
        return tuple(f"{scheme}:{value}" for scheme in self.schemes for value in subject.values(scheme))[:2]

    def request(self, questions: Sequence[Question]) -> Request:
        return Request(HOST.format(self.name), method="POST", json=[question.key for question in questions])

    def parse(self, document: Document, questions: Sequence[Question]) -> Mapping[int, Metadata | None]:
        said = json_object(document, "papers")["papers"]
        return {question.subject.pk: self._metadata(question, said.get(question.key)) for question in questions}

    def blamed(self, detail: str, questions: Sequence[Question]) -> frozenset[int]:
        return frozenset(question.subject.pk for question in questions if f"<{question.key}>" in detail)

    def _metadata(self, question: Question, said: dict[str, str] | None) -> Metadata | None:
        if said is None:
            return None
        learned = tuple(Identifier(scheme, said[scheme]) for scheme in ("arxiv", "doi") if scheme in said)
        return Metadata(service=self.name, asked=question.key, abstract=said.get("abstract"), identifiers=learned)


def fake_services(arxiv_batch: int = 3) -> tuple[FakeService, ...]:
    batches: dict[str, object] = {"unknown_statuses": frozenset()}
    return (
        FakeService("arxiv", "identity", ["arxiv"], arxiv_batch, **batches, retry_days=3.0, retry_most_days=60.0),
        FakeService("semanticscholar", "identity", ["arxiv", "doi"], 4, **batches, refresh_days=30.0),
        FakeService("openalex", "abstract", ["doi"], 2, **batches),
        FakeService("landing", "abstract", ["doi"], workers=3, denial_is_answer=True),
        FakeService("by-title", "abstract", ["title"]),
        FakeService("code", "extra", ["arxiv"], refresh_days=7.0),
    )  # fmt: skip


#: Says what happens to a request that came so often before: None is nothing, a status, "garbage", "cut" or "offline".
Fault = Callable[[str, int], int | str | None]


def calm(request: str, times: int) -> None:
    return None


def stormy(seed: int, share: float = 0.5) -> Fault:
    """Faults drawn from the seed, the request and how often it came."""
    kinds = (429, 503, "cut", "garbage")

    def fault(request: str, times: int) -> int | str | None:
        draw = int(hashlib.sha256(f"{seed}|{request}|{times}".encode()).hexdigest()[:8], 16) / 2**32
        return kinds[int(draw / share * len(kinds))] if draw < share else None

    return fault


@dataclass
class Web:
    """What each service knows: ``(service, key) -> {"abstract": ..., "doi": ...}``; ``bad`` keys spoil their batch."""

    known: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    bad: frozenset[str] = frozenset()
    names_the_bad: bool = False
    fault: Fault = calm
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fetch(self, request: Request, *, conditional: bool = False) -> Document:
        name = request.url.removeprefix("https://").partition(".")[0]
        keys = tuple(request.json)
        what = f"{name}|{keys}"
        with self.lock:
            self.asked.append((name, keys))
            self.times[what] += 1
            times = self.times[what]
        fault = self.fault(what, times)
        if fault == "offline":
            raise Offline("sockets are switched off")
        if fault == "cut":
            raise FetchError(f"{request.url} was cut")
        if isinstance(fault, int):
            raise HttpStatus(f"{request.url} answered {fault}", status=fault, retry_after=1.0 if fault == 429 else None)
        if spoiled := [key for key in keys if key in self.bad]:
            detail = f"incorrect id <{spoiled[0]}>" if self.names_the_bad else "incorrect id"
            raise HttpStatus(f"{request.url} answered 400", status=400, detail=detail)
        papers = {key: said for key in keys if (said := self.known.get((name, key))) is not None}
        body = b"\0\xff garbage" if fault == "garbage" else json.dumps({"papers": papers}).encode()
        return Document(request.url, request.url, 200, body)
