"""Files and names that a person hands in, read by the room that knows their form."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from tracker import resources
from tracker.errors import ImportFileError, ParseError
from tracker.export import formats, notes_in, opml, rows
from tracker.export.rows import ImportBatch, ImportRow
from tracker.http import LocalProgram
from tracker.identity import ids
from tracker.ingest import zotero
from tracker.ingest.effective import Chain
from tracker.ingest.importing import import_rows
from tracker.ingest.placing import Place, place_entries
from tracker.ingest.shelves import ensure_sources
from tracker.library.notes_folder import read_folder
from tracker.library.subscriptions import follow
from tracker.records import Document, ImportReport, Problem, Progress, SourceSpec
from tracker.settings import Settings
from tracker.sources import registry
from tracker.store import papers, sources
from tracker.store.database import Database

#: The option of a source in which its file's place is kept, as a hash: an export tells nobody's folders.
_PLACE = "place"
#: How the folders begin that the pages put what was uploaded into, each time another one.
_UPLOADED = "tracker-import-"

#: Larger files are not lists of papers.
MAX_BYTES = 2_000_000_000


class Importer:
    """Reads what a person hands in, and brings it into the library."""

    def __init__(self, db: Database, chain: Chain, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._chain = chain
        self._clock = clock

    def file(
        self, path: Path, format: str | None, progress: Callable[[Progress], None] | None
    ) -> tuple[ImportReport, set[int]]:
        """The papers of a file (``-``: standard input), or of a folder of notes."""
        if path.is_dir():
            if format not in (None, "notes", "markdown"):
                raise ImportFileError(f"{path} is a folder", cure=f"name a file of {format} in it")
            return self._rows(read_folder(path), progress)
        data = _bytes(path)
        kind = format or formats.detect(str(path), data)
        if kind == "markdown":
            return self._markdown(path, data)
        if kind == "opml":
            return follow(self._db, opml.parse(data, str(path)), self._clock), set()
        if kind == "notes":
            found = notes_in.parse_files([(path.name, rows.decoded(data, str(path)))], str(path))
            if not found.rows:
                raise ImportFileError(f"{path} names no paper in its properties", cure=notes_in.CURE)
            return self._rows(found, progress)
        return self._rows(formats.importer(kind)(data, str(path)), progress)

    def zotero(
        self, address: str, settings: Settings, progress: Callable[[Progress], None] | None
    ) -> tuple[ImportReport, set[int]]:
        """The papers of a Zotero that runs on this machine."""
        library = zotero.library_at(address)
        with LocalProgram(settings, library.base) as client:
            found = zotero.read(client, library, progress)
        return self._rows(found, progress)

    def _rows(self, found: ImportBatch, progress: Callable[[Progress], None] | None) -> tuple[ImportReport, set[int]]:
        if any(row.mentions for row in found.rows):  # places on lists that ship belong to those lists
            ensure_sources(self._db, registry.load_specs(resources.read("sources.toml")), self._clock())
        return import_rows(
            self._db, found.rows, found.problems, self._chain, self._clock, progress, notices=found.notices
        )

    def names(self, names: Sequence[str]) -> tuple[ImportReport, set[int]]:
        """Papers by arXiv id, DOI or address; of a new one nothing else is known yet."""
        named, problems = [], []
        for number, name in enumerate(names, 1):
            identifier = ids.parse_identifier(name)
            if identifier is None:
                problems.append(Problem(name, "is neither an arXiv id, a DOI nor the address of a paper"))
                continue
            named.append(ImportRow(line=number, title="", identifiers=(str(identifier),)))
        if problems and not named:
            raise ImportFileError(f"{problems[0].where} {problems[0].message}", cure="e.g. 1706.03762 or 10.1162/x")
        return import_rows(self._db, named, problems, self._chain, self._clock)

    def _markdown(self, path: Path, data: bytes) -> tuple[ImportReport, set[int]]:
        """A list in Markdown becomes a source of its own, which is not fetched from anywhere."""
        spec = self._spec(path)
        document = Document(url=path.name, final_url=path.name, status=200, body=data)
        try:
            parsed = registry.kind("markdown").parse(spec, [document])
        except ParseError as error:
            raise ImportFileError(f"{path}: {error}") from error
        now = self._clock()
        with self._db.write() as session:
            sources.ensure(session, spec, now, position=1000)
        placed = place_entries(self._db, Place(spec.slug, spec.kind, self._chain, now), parsed.entries, drop=False)
        with self._db.reader() as reader:
            names = papers.ids_of(reader, placed.papers)
        report = ImportReport(
            added=placed.new_papers,
            updated=placed.added + placed.changed - placed.new_papers,
            unchanged=len(parsed.entries) - placed.added - placed.changed,
            problems=parsed.problems,
            ids=tuple(sorted(names.values())),
        )
        return report, placed.papers

    def _spec(self, path: Path) -> SourceSpec:
        """The source that a file is: the first of its name is called by it, one of another folder by its place too."""
        stem = re.sub(r"[^a-z0-9]+", "-", path.stem.casefold()).strip("-") or "list"
        place = _place(path)
        spec = SourceSpec(
            slug=f"file-{stem}",
            kind="file",
            title=path.name,
            url=path.name,
            description="Imported from a file.",
            interval_hours=0,
            options={_PLACE: place},
        )
        with self._db.reader() as reader:
            held = {stored.spec.slug: stored.spec for stored in sources.listed(reader, removed=True)}
        if (first := held.get(spec.slug)) is None or _is_it(first, path.name, place):
            return spec
        return dataclasses.replace(spec, slug=f"{spec.slug}-{place}")


def _place(path: Path) -> str:
    """Eight digits for a file's full path; what was uploaded or typed has none, and goes by its name alone."""
    uploaded = path.parent.name.startswith(_UPLOADED) or str(path) == "-"
    where = path.name if uploaded else str(path.resolve())
    return hashlib.sha256(where.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _is_it(held: SourceSpec, name: str, place: str) -> bool:
    """Is a source this very file?  One without a place was imported before places were kept, or came in an export."""
    if held.kind != "file":
        return False
    return held.options[_PLACE] == place if _PLACE in held.options else held.title in (name, held.slug)


def _bytes(path: Path) -> bytes:
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read()
        if path.stat().st_size > MAX_BYTES:
            raise ImportFileError(f"{path} is larger than {MAX_BYTES:,} bytes", cure="split it")
        return path.read_bytes()
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror or error}") from error
