"""The bytes of services, from files, as documents."""

from __future__ import annotations

from pathlib import Path

from tracker.enrich.subject import Question, Subject
from tracker.records import Document, Identifier

WIRE = Path(__file__).parent / "wire"


def wire(name: str, **headers: str) -> Document:
    return answer((WIRE / name).read_bytes(), **headers)


def answer(body: bytes, **headers: str) -> Document:
    url = "https://service.example.org/x"
    return Document(url, url, 200, body, {name.replace("_", "-"): value for name, value in headers.items()})


def ask(key: str, pk: int = 1, **fields: object) -> Question:
    scheme, _, value = key.partition(":")
    identifiers = () if scheme in ("url", "title") else (Identifier(scheme, value),)
    return Question(Subject(**{"pk": pk, "title": "Some Title", "identifiers": identifiers, **fields}), key)  # type: ignore[arg-type]
