"""BibTeX and BibLaTeX in: the entries of any program that writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from tracker.errors import ImportFileError
from tracker.export import hints, latex, state
from tracker.export.rows import (
    BadRowError,
    ImportBatch,
    ImportNote,
    ImportRow,
    Unkept,
    as_date,
    as_rating,
    as_status,
    as_year,
    batch,
    clean,
    decoded,
    one_line,
    unique,
    words,
)
from tracker.records import Link, Problem

if TYPE_CHECKING:
    from bibtexparser.library import Library
    from bibtexparser.model import Entry

_BARE_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Entries that are no works: JabRef's settings, proceedings that others point to.
_NO_WORKS = frozenset({"comment", "jabref-meta", "control", "set", "xdata"})
#: Fields that are read, and those that only keep another program's books.
_KNOWN = words(
    "title subtitle papertracker url howpublished date year month day keywords keyword annote annotation abstract"
    " author journal journaltitle booktitle readstatus ranking rating eprint archiveprefix eprinttype doi"
)
_BOOKS = words("file timestamp owner urldate groups date-added date-modified bdsk-url-1 primaryclass langid")


def parse(data: bytes, name: str) -> ImportBatch:
    """Read BibTeX; an entry that cannot be read becomes a problem and the rest is kept.

    Raises:
        ImportFileError: it is not text, holds no entry, or not one entry can be read.
    """
    text = decoded(data, name)
    rows: list[ImportRow] = []
    problems: list[Problem] = []
    unkept = Unkept()
    for entry in _entries(text, problems):
        line = (entry.start_line or 0) + 1
        try:
            fields = {field.key.lower(): str(field.value) for field in entry.fields}
            rows.append(_row(line, fields))
            unkept.saw(name for name, value in fields.items() if value.strip() and not _kept(name, value, fields))
        except BadRowError as error:
            problems.append(Problem(f"line {line}", f"{entry.key}: {error}"))
    if text.strip() and not rows and not problems:
        raise ImportFileError(f"{name} holds no BibTeX entry", cure="name the format with --format")
    problems.sort(key=lambda problem: int(problem.where.removeprefix("line ")))
    return batch(name, rows, problems, unkept.notices())


def _reason(error: object) -> str:
    """Why the parser gave an entry up; its exceptions keep that in a field of their own."""
    return str(getattr(error, "abort_reason", "") or error or "") or "an entry that does not end"


def _kept(name: str, value: str, fields: Mapping[str, str]) -> bool:
    """Whether a field is read: always, in this entry, or for the arXiv id in it."""
    if name in _KNOWN or name in _BOOKS:
        return True
    if name == "editor":
        return not fields.get("author")
    return name in ("note", "number", "volume") and bool(hints.ARXIV.search(value))


def _entries(text: str, problems: list[Problem]) -> Iterator[Entry]:
    """All entries, those with a key that was used before among them: every paper has its own line, not its own key."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.library import Library
    from bibtexparser.middlewares import RemoveEnclosingMiddleware, ResolveStringReferencesMiddleware
    from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ParsingFailedBlock
    from bibtexparser.model import Entry as BibEntry

    raw: Library = parse_string(text, parse_stack=[])
    blocks: list[Block] = []
    for block in raw.blocks:
        inner: Block | None = block
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
            inner = block.ignore_error_block
        if isinstance(inner, BibEntry):
            inner.key = f"{inner.key}@{inner.start_line}"
            inner.fields = list({field.key.lower(): field for field in reversed(inner.fields)}.values())[::-1]
        if isinstance(inner, ParsingFailedBlock) or inner is None:
            reason = _reason(getattr(block, "error", None)) if block is inner else "twice"
            problems.append(Problem(f"line {(block.start_line or 0) + 1}", f"not BibTeX: {one_line(reason)[:200]}"))
        else:
            blocks.append(inner)
    library: Library = Library(blocks)
    for middleware in (ResolveStringReferencesMiddleware(True), RemoveEnclosingMiddleware(True)):
        library = middleware.transform(library)
    for entry in library.entries:
        entry.key = entry.key.rpartition("@")[0]
        if entry.entry_type.lower() not in _NO_WORKS:
            yield entry


def _row(line: int, fields: Mapping[str, str]) -> ImportRow:
    def text(*names: str) -> str:
        return next((clean(latex.decoded(fields[n])) for n in names if fields.get(n, "").strip()), "")

    title, sub = one_line(text("title")), one_line(text("subtitle"))
    if sub and sub not in title:
        title = f"{title}: {sub}"
    own = state.load(fields.get("papertracker", ""))
    ours = own.id is not None  # what we wrote is meant as it stands; in others' files, journals hide preprints
    identifiers = unique([*_identifiers(fields, guess=not ours), *own.identifiers])
    url = latex.address(fields.get("url", "")) or next(iter(_urls_in(fields.get("howpublished", ""))), None)
    if not title and not identifiers and not url:
        raise BadRowError("a paper needs a title, an identifier or a url")
    published = as_date(fields.get("date", "")) or _day(fields) or own.published
    keywords = text("keywords", "keyword")
    annotation = text("annote", "annotation")
    return ImportRow(
        line=line,
        title=title,
        id=own.id,
        abstract=text("abstract") or None,
        abstract_source=own.abstract_source if text("abstract") else None,
        authors=_authors(fields.get("author") or fields.get("editor") or "", own.authors),
        year=as_year(fields.get("year", "")) or as_year(fields.get("date", "")),
        published=published,
        venue=_venue(one_line(text("journal", "journaltitle", "booktitle")), guess=not ours),
        identifiers=identifiers,
        url=url,
        urls=own.urls or ((Link("", url),) if url else ()),
        code=own.code,
        priority=own.priority,
        status=own.status or as_status(text("readstatus")),
        rating=own.rating or as_rating(text("ranking", "rating")),
        tags=own.tags if keywords == ", ".join(own.tags) else unique(map(one_line, re.split(r"[;,]", keywords))),
        notes=_notes(annotation, own.notes),
        added=own.added,
    )


def _identifiers(fields: Mapping[str, str], *, guess: bool) -> Iterator[str]:
    eprint = latex.address(fields.get("eprint", ""))
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "").casefold()
    if eprint and (archive == "arxiv" or (not archive and _BARE_ARXIV.fullmatch(eprint))):
        yield "arxiv:" + re.sub(r"^arxiv:", "", eprint, flags=re.IGNORECASE)
    if doi := latex.address(fields.get("doi", "")):
        found = re.search(r"10\.\d{4,9}/.+", doi)
        yield f"doi:{found[0] if found else doi}"
    if guess:
        places = ("journal", "journaltitle", "note", "howpublished", "number", "volume")
        yield from hints.arxiv_ids(latex.decoded(fields[name]) for name in places if name in fields)


def _authors(value: str, exact: tuple[str, ...]) -> tuple[str, ...]:
    """First names first, whatever the order in the file; ``and others`` becomes ``et al.``."""
    from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names

    names: list[str] = []
    for written in split_multiple_persons_names(" ".join(value.split())):
        if written.casefold() == "others":
            names.append("et al.")
            continue
        if re.fullmatch(r"\{.*\}", written, re.DOTALL):
            names.append(one_line(latex.decoded(written)))
            continue
        parts = parse_single_name_into_parts(written, strict=False)
        whole = " ".join([*parts.first, *parts.von, *parts.last, *parts.jr])
        names.append(one_line(latex.decoded(whole)))
    found = tuple(name for name in names if name)
    # the parser of names folds blanks and ties; where nothing else differs, the names are those that were written
    return exact if [hints.folded(n) for n in exact] == [hints.folded(n) for n in found] else found


def _urls_in(value: str) -> list[str]:
    return re.findall(r"https?://[^\s{},]+", value.replace("\\_", "_").replace("\\%", "%"))


def _day(fields: Mapping[str, str]) -> date | None:
    """A full date from year, month and day; without a day there is none."""
    year, day = as_year(fields.get("year", "")), fields.get("day", "").strip()
    month = fields.get("month", "").strip().strip("{}\"'").casefold()
    number = int(month) if month.isdecimal() else next((i for i, m in enumerate(_MONTHS, 1) if month.startswith(m)), 0)
    if year is None or not day.isdecimal() or not 1 <= number <= 12:
        return None
    return as_date(f"{year:04d}-{number:02d}-{int(day):02d}")


def _venue(written: str, *, guess: bool) -> str | None:
    """A venue; ``arXiv preprint arXiv:...`` is none."""
    if guess and re.match(r"(?:arxiv|corr\b|abs/)", written, re.IGNORECASE):
        return None
    return written or None


def _notes(annotation: str, exact: tuple[ImportNote, ...]) -> tuple[ImportNote, ...]:
    """Our notes with their ids and times, unless somebody edited the text in another program."""
    if exact and hints.folded(annotation) == hints.folded("".join(note.body for note in exact)):
        return exact
    return (ImportNote(body=annotation),) if annotation else ()
