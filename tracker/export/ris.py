"""RIS, the tagged format of reference managers (https://en.wikipedia.org/wiki/RIS_(file_format)).

RIS is a format of lines: line breaks inside abstracts become blanks.  What it
has no tag for goes into the custom tag ``C8`` (:mod:`tracker.export.state`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.errors import ImportFileError
from tracker.export import state
from tracker.export.html_text import note_text
from tracker.export.rows import (
    BadRowError,
    ImportBatch,
    ImportNote,
    ImportRow,
    Unkept,
    as_date,
    as_year,
    batch,
    clean,
    decoded,
    one_line,
    unique,
    words,
)
from tracker.records import Link, Paper, Problem

_START = re.compile(r"(?m)^TY  ?-")
_ARXIV = re.compile(r"arxiv[:\s/]\s*(\S+)", re.IGNORECASE)
_OTHERS = frozenset({"et al", "et al.", "others"})
#: Tags that are read, and those that only keep another program's books.
_KNOWN = words("TY ER T1 TI A1 AU PY Y1 DA JO JF JA T2 AB N2 DO AN UR KW N1 RN C8")
_BOOKS = words("ID Y2 DB DP LB LA L4 ST")
_TAG = re.compile(r"(?m)^([A-Z][A-Z0-9])  ?-[ \t]*(\S.*)$")


def export(papers: Iterable[Paper]) -> Iterator[str]:
    """One reference a paper, a blank line between two."""
    import rispy

    for paper in papers:
        reference = {key: value for key, value in _reference(paper).items() if value}
        text = rispy.dumps([reference])
        # the writer numbers the references of one call, and each call here has one
        yield text[text.index("TY  -") :].rstrip("\n") + "\n\n"


def _reference(paper: Paper) -> dict[str, Any]:
    named = {identifier.scheme: identifier.value for identifier in reversed(paper.identifiers)}
    urls = [link.url for link in paper.urls]
    if "url" in named:
        urls.insert(0, named["url"])
    urls = [url.replace(";", "%3B") for url in urls]  # a semicolon parts two addresses in RIS
    return {
        "type_of_reference": "JOUR" if paper.venue else "UNPB",
        "title": one_line(paper.title),
        "authors": [one_line(name) for name in paper.authors],
        "year": str(paper.year or ""),
        "date": paper.published.strftime("%Y/%m/%d") if paper.published else "",
        "secondary_title": one_line(paper.venue or ""),
        "abstract": one_line(paper.abstract or ""),
        "doi": named.get("doi", ""),
        "accession_number": f"arXiv:{named['arxiv']}" if "arxiv" in named else "",
        "urls": list(unique(one_line(url) for url in urls)),
        "keywords": [one_line(tag) for tag in paper.tags],
        "notes": [one_line(note.body) for note in paper.notes],
        "custom8": state.dump(paper),
    }


def parse(data: bytes, name: str) -> ImportBatch:
    """Read RIS; a reference that cannot be read becomes a problem and the rest is kept.

    Raises:
        ImportFileError: it is not text, holds no reference, or not one can be read.
    """
    text = decoded(data, name)
    rows: list[ImportRow] = []
    problems: list[Problem] = []
    unkept = Unkept()
    for line, chunk in _chunks(text):
        try:
            rows.append(_row(line, _tags(chunk)))
            unkept.saw(_unkept(chunk))
        except BadRowError as error:
            problems.append(Problem(f"line {line}", str(error)))
    if text.strip() and not rows and not problems:
        raise ImportFileError(f"{name} holds no RIS reference (TY  - ...)", cure="name the format with --format")
    return batch(name, rows, problems, unkept.notices())


def _unkept(chunk: str) -> set[str]:
    """The tags of a reference that are not read: none of ours, nor one in which an arXiv id stands."""
    told = {found[1]: found[2] for found in _TAG.finditer(chunk)}
    return {tag for tag, value in told.items() if tag not in _KNOWN | _BOOKS and not _ARXIV.search(value)}


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Each reference with its line, so that a broken one spoils no other and lines can be named."""
    starts = [found.start() for found in _START.finditer(text)]
    line, counted = 1, 0
    for start, end in itertools.pairwise([*starts, len(text)]):
        line, counted = line + text.count("\n", counted, start), start
        yield line, text[start:end]


def _tags(chunk: str) -> Mapping[str, Any]:
    import rispy

    if not re.search(r"(?m)^ER  ?-", chunk):
        chunk = chunk.rstrip("\n") + "\nER  - \n"
    try:
        found = rispy.loads(chunk, skip_unknown_tags=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadRowError(f"not RIS: {error}") from error
    if not found:
        raise BadRowError("not RIS: a reference without tags")
    reference: dict[str, Any] = found[0]
    return reference


def _row(line: int, tags: Mapping[str, Any]) -> ImportRow:
    def text(*names: str) -> str:
        values = (tags.get(name) for name in names)
        return next((clean(v) for v in values if isinstance(v, str) and v.strip()), "")

    def texts(*names: str) -> list[str]:
        lists = ([v] if isinstance(v, str) else v for name in names if (v := tags.get(name)))
        return [one_line(item) for found in lists for item in found if isinstance(item, str) and item.strip()]

    own = state.load(text("custom8"))
    title = one_line(text("title", "primary_title"))
    urls = unique(texts("urls"))
    identifiers = unique([*_identifiers(text), *own.identifiers])
    if not title and not identifiers and not urls:
        raise BadRowError("a paper needs a title, an identifier or a url")
    date_text = text("date", "publication_year", "year")
    found = tuple(_author(name) for name in texts("authors", "first_authors"))
    tagged, noted = texts("keywords"), texts("notes", "research_notes")
    return ImportRow(
        line=line,
        title=title,
        id=own.id,
        abstract=text("abstract", "notes_abstract") or None,
        abstract_source=own.abstract_source if text("abstract", "notes_abstract") else None,
        authors=own.authors
        if [_folded(_author(one_line(n))) for n in own.authors] == [_folded(n) for n in found]
        else found,
        year=as_year(text("year", "publication_year")) or as_year(date_text),
        published=as_date(date_text) or own.published,
        venue=one_line(text("secondary_title", "journal_name", "alternate_title3", "alternate_title2")) or None,
        identifiers=identifiers,
        url=urls[0] if urls else None,
        urls=own.urls if own.urls and _written(own) >= set(urls) else tuple(Link("", url) for url in urls),
        code=own.code,
        priority=own.priority,
        status=own.status,
        rating=own.rating,
        tags=own.tags if tagged == list(own.tags) else unique(tagged),
        notes=own.notes
        if noted == [one_line(n.body) for n in own.notes]
        else tuple(ImportNote(body=body) for n in noted if (body := note_text(n))),
        added=own.added,
    )


def _written(own: state.State) -> set[str]:
    """The addresses that we wrote: links, and the one that is an identifier."""
    named = (name.removeprefix("url:") for name in own.identifiers if name.startswith("url:"))
    return {one_line(url.replace(";", "%3B")) for url in (*(link.url for link in own.urls), *named)}


def _identifiers(text: Any) -> Iterator[str]:
    if doi := one_line(text("doi")):
        found = re.search(r"10\.\d{4,9}/\S+", doi)
        yield f"doi:{found[0] if found else doi}"
    for tag in ("accession_number", "number", "note", "type_of_work", "publisher"):
        if found := _ARXIV.search(text(tag)):
            yield f"arxiv:{found[1]}"


def _author(name: str) -> str:
    """``Lovelace, Ada`` and ``King, Ada, Jr.`` with the first name first."""
    parts = [part.strip() for part in name.split(",")]
    if name.casefold() in _OTHERS:
        return "et al."
    if len(parts) in (2, 3) and all(parts):
        return " ".join([parts[1], parts[0], *parts[2:]])
    return name.rstrip(", ")


def _folded(name: str) -> str:
    return "".join(sorted(c for c in name.casefold() if c.isalnum()))
