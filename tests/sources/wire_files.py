"""Documents for the readers: bytes of the wire files or of a text, at the address they would come from."""

from __future__ import annotations

from pathlib import Path

from tracker.records import Document, SourceSpec

WIRE = Path(__file__).parent / "wire"
RAW = "https://raw.githubusercontent.com"


def document(body: bytes | str, path: str = "README.md", *, repo: str = "someone/list") -> Document:
    url = path if "://" in path else f"{RAW}/{repo}/HEAD/{path}"
    return Document(url=url, final_url=url, status=200, body=body.encode() if isinstance(body, str) else body)


def wire(name: str, path: str = "README.md") -> Document:
    return document((WIRE / name).read_bytes(), path)


def spec(kind: str, url: str = "https://github.com/someone/list") -> SourceSpec:
    return SourceSpec(slug="list", kind=kind, title="A list", url=url)
