"""CSL-JSON, what citation processors, Zotero and pandoc read (https://citeproc-js.readthedocs.io, csl-data.json).

What CSL has no field for stands under ``custom``, which its schema keeps for that
(:mod:`tracker.export.csljson_in` reads it).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tracker.export.csljson_in import WRITER, parse
from tracker.export.jsonl import note_record
from tracker.export.rows import moment_text, one_line
from tracker.records import Paper

__all__ = ["export", "item", "name", "parse"]

_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
#: Words before a family name that are dropped when names are sorted; written small by those who bear them so.
_PARTICLES = frozenset({"van", "von", "de", "der", "den", "del", "della", "da", "di", "du", "la", "le", "ter", "ten"})


def export(papers: Iterable[Paper]) -> Iterator[str]:
    """One array, an item a line."""
    yield "["
    between = "\n"
    for paper in papers:
        yield between + json.dumps(item(paper), ensure_ascii=False)
        between = ",\n"
    yield "\n]\n"


def item(paper: Paper) -> dict[str, Any]:
    """One paper as a CSL item; what is not known is left out."""
    named = {identifier.scheme: identifier.value for identifier in reversed(paper.identifiers)}
    url = next((link.url for link in paper.urls), named.get("url", ""))
    if not url and "arxiv" in named:
        url = f"https://arxiv.org/abs/{named['arxiv']}"
    values: dict[str, Any] = {
        "id": paper.id,
        "type": "article-journal" if paper.venue else "article",
        "title": one_line(paper.title),
        "author": [name(author) for author in map(one_line, paper.authors) if author],
        "issued": _issued(paper),
        "container-title": one_line(paper.venue or ""),
        "abstract": one_line(paper.abstract or ""),
        "DOI": named.get("doi", ""),
        "number": f"arXiv:{named['arxiv']}" if "arxiv" in named else "",
        "URL": url,
        "keyword": ", ".join(map(one_line, paper.tags)),
        "note": "\n\n".join(note.body for note in paper.notes),
        "custom": _custom(paper),
    }
    return {key: value for key, value in values.items() if value}


def name(author: str) -> dict[str, str]:
    """A name in CSL's parts: the last word is the family's, particles before it and suffixes behind it apart."""
    words = author.split()
    suffix = words.pop().rstrip(",") if len(words) > 2 and words[-1].casefold() in _SUFFIXES else ""
    if len(words) < 2 or author.casefold() in ("et al.", "et al"):
        return {"literal": author}
    family, given = words[-1].rstrip(","), words[:-1]
    particles: list[str] = []
    while len(given) > 1 and given[-1] in _PARTICLES:
        particles.insert(0, given.pop())
    parts = {"family": family, "given": " ".join(given), "non-dropping-particle": " ".join(particles), "suffix": suffix}
    return {key: value for key, value in parts.items() if value}


def _issued(paper: Paper) -> dict[str, list[list[int]]]:
    if paper.published:
        return {"date-parts": [[paper.published.year, paper.published.month, paper.published.day]]}
    return {"date-parts": [[paper.year]]} if paper.year else {}


def _custom(paper: Paper) -> dict[str, Any]:
    values = {
        "written-by": WRITER,
        "status": paper.status,
        "rating": paper.rating,
        "priority": paper.priority,
        "tags": list(paper.tags),
        "notes": [note_record(note) for note in paper.notes],
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "abstract-source": paper.abstract_source,
        "urls": [{"label": link.label, "url": link.url} for link in paper.urls],
        "identifiers": [str(identifier) for identifier in paper.identifiers],
        "code": list(paper.code),
        "added": moment_text(paper.added),
    }
    return {key: value for key, value in values.items() if value}
