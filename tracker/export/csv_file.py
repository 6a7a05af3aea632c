"""CSV: a table for spreadsheets, which never lets a cell become a formula.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@``
(https://owasp.org/www-community/attacks/CSV_Injection).  Such a cell is written
with an apostrophe before it, which the import takes away again.

Import goes by the header, in any order of columns, as spreadsheets, Zotero and
people write it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.errors import ImportFileError
from tracker.export.html_text import note_text
from tracker.export.json_rows import read_note
from tracker.export.jsonl import note_record
from tracker.export.rows import (
    BadRowError,
    ImportBatch,
    ImportNote,
    ImportRow,
    Unkept,
    as_date,
    as_moment,
    as_priority,
    as_rating,
    as_status,
    as_year,
    batch,
    clean,
    decoded,
    moment_text,
    one_line,
    unique,
    words,
)
from tracker.records import Link, Paper, Problem

COLUMNS = (
    "id", "title", "authors", "year", "published", "venue", "abstract", "abstract_source", "identifiers", "url", "urls",
    "code", "status", "rating", "priority", "tags", "notes", "lists", "added",
)  # fmt: skip
#: Headers by which others call our columns, letters and digits only.
_ALSO = {
    "title": ("name", "papertitle", "paper", "documenttitle", "articletitle"),
    "authors": ("author", "creator", "creators", "authornames"),
    "year": ("publicationyear", "pubyear", "yearpublished", "py"),
    "published": ("date", "publicationdate", "datepublished", "published", "issued"),
    "venue": ("journal", "publicationtitle", "booktitle", "conference", "sourcetitle", "publication", "conferencename"),
    "abstract": ("abstractnote", "summary"),
    "identifiers": ("identifier",),
    "url": ("link", "links", "pdf", "paperurl", "website"),
    "code": ("github", "repository", "codeurl"),
    "status": ("readingstatus", "readstatus", "state"),
    "rating": ("score", "stars", "myrating"),
    "tags": ("tag", "keywords", "manualtags", "labels", "authorkeywords"),
    "notes": ("note", "comment", "comments", "mynotes"),
    "added": ("dateadded", "addedat"),
}
#: Columns that hold one identifier each.
_SCHEMES = {
    "arxiv": ("arxiv", "arxivid", "eprint"),
    "doi": ("doi",),
    "openreview": ("openreview", "openreviewid", "forum"),
    "acl": ("acl", "aclid", "aclanthology"),
}
#: Columns that keep another program's books.
_BOOKS = words("key itemtype datemodified accessdate librarycatalog fileattachments linkattachments lists")
#: Columns of Zotero's that may hold an arXiv id among other things.
_TOLD_IN = ("extra", "archiveid", "archivelocation")
_ARXIV = re.compile(r"\barXiv:\s*((?:[a-z-]+(?:\.[A-Z]{2})?/)?\d{4}[.\d]\d{2,5}(?:v\d+)?)", re.IGNORECASE)
_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # also the full-width forms, which some spreadsheets fold
_ESCAPED = re.compile(r"'(?='*[=+\-@\t\r\n＝＋－＠])")
_LONGEST_CELL = 16_000_000


# ---------------------------------------------------------------- out


def export(papers: Iterable[Paper]) -> Iterator[str]:
    """A header, then one record a paper; lists in a cell are separated by semicolons, escaped inside an item."""
    yield _line(COLUMNS)
    for paper in papers:
        yield _line([guarded(cell) for cell in _cells(paper)])


def _cells(paper: Paper) -> list[str]:
    named = [str(identifier) for identifier in paper.identifiers]
    notes = [note_record(note) for note in paper.notes]
    return [
        paper.id,
        paper.title,
        _names(paper.authors),
        str(paper.year or ""),
        paper.published.isoformat() if paper.published else "",
        paper.venue or "",
        paper.abstract or "",
        paper.abstract_source or "",
        _joined(named),
        next((i.value for i in paper.identifiers if i.scheme == "url"), paper.urls[0].url if paper.urls else ""),
        _joined([f"{link.label}: {link.url}" if link.label else link.url for link in paper.urls]),
        _joined(paper.code),
        paper.status,
        str(paper.rating or ""),
        str(paper.priority or ""),
        _names(paper.tags),
        json.dumps(notes, ensure_ascii=False) if notes else "",
        _joined(unique(mention.source for mention in paper.mentions)),
        moment_text(paper.added) or "",
    ]


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return "'" + cell if _RUNS.match(cell) else cell


def unguarded(cell: str) -> str:
    """What :func:`guarded` was given."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _joined(items: Iterable[str], marks: str = ";") -> str:
    return "; ".join(re.sub(rf"([\\{marks}])", r"\\\1", item) for item in items)


def _names(items: tuple[str, ...]) -> str:
    """Like :func:`_joined`, but one that a reader might cut elsewhere ("Procter and Gamble") ends in a semicolon."""
    cell = _joined(items, ";,")
    return cell + ";" if len(items) == 1 and re.search(r"\sand\s|,", cell) else cell


def _split(cell: str) -> tuple[str, ...]:
    return tuple(tidy for item in _pieces(cell) if (tidy := one_line(_plain(item))))


def _pieces(cell: str) -> list[str]:
    return re.findall(r"(?:\\[\\;,]|[^;])+", cell)


def _plain(item: str) -> str:
    return re.sub(r"\\([\\;,])", r"\1", item)


# ---------------------------------------------------------------- in


def parse(data: bytes, name: str) -> ImportBatch:
    """Read a table with a header.

    Raises:
        ImportFileError: it is not text, has no header that names a title or an identifier, or no row can be read.
    """
    text = decoded(data, name)
    if csv.field_size_limit() < _LONGEST_CELL:
        csv.field_size_limit(_LONGEST_CELL)  # the module's own limit cuts long notes off
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=False)
    rows: list[ImportRow] = []
    problems: list[Problem] = []
    columns: dict[str, list[int]] | None = None
    unkept, other = Unkept(), dict[int, str]()
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            problems.append(Problem(f"line {line}", f"not CSV: {error}"))
            line = reader.line_num + 1
            continue
        if cells is None:
            break
        if columns is None:
            if any(cells):
                columns = _columns(cells, name)
                other = _others(cells, columns)
        elif any(cell.strip() for cell in cells):
            _read(line, cells, columns, rows, problems)
            unkept.saw(name for at, name in other.items() if at < len(cells) and _missed(name, cells[at]))
        line = reader.line_num + 1
    return batch(name, rows, problems, unkept.notices())


def _read(
    line: int, cells: list[str], columns: Mapping[str, list[int]], rows: list[ImportRow], problems: list[Problem]
) -> None:
    def cell(column: str) -> str:
        found = (unguarded(cells[at]) for at in columns.get(column, ()) if at < len(cells))
        return next((clean(value) for value in found if value.strip()), "")

    try:
        rows.append(_row(line, cell, problems))
    except BadRowError as error:
        problems.append(Problem(f"line {line}", str(error)))


def _row(line: int, cell: Any, problems: list[Problem]) -> ImportRow:
    def made(column: str, make: Any) -> Any:
        written = cell(column)
        value = make(written) if written else None
        if written and value is None:
            problems.append(Problem(f"line {line}", f"{column} cannot be {written[:60]!r}; it was left out"))
        return value

    title = one_line(cell("title"))
    identifiers = list(_split(cell("identifiers")))
    identifiers += [f"{scheme}:{value}" for scheme in _SCHEMES if (value := one_line(cell(scheme)))]
    identifiers += [f"arxiv:{found[1]}" for column in _TOLD_IN if (found := _ARXIV.search(cell(column)))]
    url = one_line(cell("url")) or None
    if not title and not identifiers and not url:
        raise BadRowError("a paper needs a title, an identifier or a url")
    date_cell = cell("published")
    return ImportRow(
        line=line,
        title=title,
        id=one_line(cell("id")) or None,
        abstract=cell("abstract") or None,
        abstract_source=one_line(cell("abstract_source")) or None,
        authors=_authors(cell("authors")),
        year=made("year", as_year) or as_year(date_cell),
        published=as_date(date_cell),
        venue=one_line(cell("venue")) or None,
        identifiers=unique(identifiers),
        url=url,
        urls=tuple(_links(cell("urls"))),
        code=unique(_split(cell("code"))),
        status=made("status", as_status),
        rating=made("rating", as_rating),
        priority=made("priority", as_priority),
        tags=_tags(cell("tags")),
        notes=_notes(cell("notes")),
        added=made("added", as_moment),
    )


def _columns(header: list[str], name: str) -> dict[str, list[int]]:
    """The places of each column that is known; ``id`` only by that name, for a ``Key`` is another program's."""
    plain = [re.sub(r"[\W_]+", "", cell).casefold() for cell in header]
    names = {column: (column.replace("_", ""), *_ALSO.get(column, ())) for column in (*COLUMNS, *_SCHEMES)}
    names |= {column: (column,) for column in _TOLD_IN}
    names |= _SCHEMES
    found = {
        column: [at for also in called for at, cell in enumerate(plain) if cell == also]
        for column, called in names.items()
    }
    found = {column: places for column, places in found.items() if places}
    if not found.keys() & {"title", "identifiers", "url", *_SCHEMES}:
        shown = ", ".join(cell.strip() for cell in header[:8])
        raise ImportFileError(
            f"{name}: the first line names no column of papers ({shown[:120]})",
            cure="give the columns names, such as title, authors, year, doi, url",
        )
    return found


def _others(header: list[str], columns: Mapping[str, list[int]]) -> dict[int, str]:
    """Columns that are not read; bookkeeping of the program that wrote the file is not missed."""
    known = {at for name, places in columns.items() if name not in _TOLD_IN for at in places}
    return {
        at: cell.strip()
        for at, cell in enumerate(header)
        if at not in known and cell.strip() and re.sub(r"[\W_]+", "", cell).casefold() not in _BOOKS
    }


def _missed(column: str, cell: str) -> bool:
    """Whether a cell of a column that is not read says something, and not only an arXiv id, which is."""
    told = re.sub(r"[\W_]+", "", column).casefold() in _TOLD_IN and _ARXIV.search(cell)
    return bool(cell.strip()) and not told


def _delimiter(text: str) -> str:
    """The character most used in the header, outside of quotes."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\n").split("\n", 1)[0])
    return max(",;\t|", key=header.count) if any(header.count(d) for d in ",;\t|") else ","


def _authors(cell: str) -> tuple[str, ...]:
    if ";" in cell or not re.search(r"\sand\s|,", cell):
        return tuple(name for piece in _pieces(cell) if (name := _turned(piece)))
    if re.search(r"\sand\s", cell):
        return tuple(name for piece in re.split(r"\s+and\s+", cell) if (name := _turned(piece)))
    parts = [one_line(part) for part in cell.split(",") if part.strip()]
    # "Lovelace, Ada" is one person; "Ada Lovelace, Carl Gauss" are two
    return (_turned(cell),) if len(parts) == 2 and not any(" " in part for part in parts) else tuple(parts)


def _turned(written: str) -> str:
    """``Lovelace, Ada`` as ``Ada Lovelace``; a name with more commas, or with an escaped one, keeps its order."""
    parts = [part.strip() for part in re.split(r"(?<!\\),", written)]
    return one_line(_plain(f"{parts[1]} {parts[0]}" if len(parts) == 2 and all(parts) else written))


def _tags(cell: str) -> tuple[str, ...]:
    return unique(_split(cell) if ";" in cell or "\\" in cell else map(one_line, cell.split(",")))


def _links(cell: str) -> Iterator[Link]:
    for item in _split(cell):
        label, mark, url = item.rpartition(": ")
        yield Link(label if mark else "", url)


def _notes(cell: str) -> tuple[ImportNote, ...]:
    """Our own notes with ids and times, or the whole cell as one note."""
    if cell.startswith("[{"):
        try:
            values = json.loads(cell)
        except (ValueError, RecursionError):
            values = []
        notes = tuple(note for value in values if (note := read_note(value)) is not None)
        if notes:
            return notes
    return (ImportNote(body=body),) if (body := note_text(cell)) else ()
