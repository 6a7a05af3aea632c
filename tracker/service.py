"""The facade: :class:`Tracker` composes the rooms; command line, dashboard and API call nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from tracker.errors import UsageError
from tracker.records import (
    CheckFinding,
    DuplicatePair,
    EmbedReport,
    EnrichReport,
    ImportReport,
    LibraryStatus,
    Note,
    Paper,
    Progress,
    ReadingStatus,
    SearchResult,
    SourceReport,
    SourceState,
    UpdateReport,
)
from tracker.settings import Settings, load_settings

if TYPE_CHECKING:
    from tracker.concepts.labs import BuildReport, LabResult
    from tracker.concepts.paths import ReadingPlan
    from tracker.http import Client
    from tracker.journal import Run
    from tracker.library.concepts import ConceptCard, ConceptPage, Scholar
    from tracker.library.crier import Crier
    from tracker.library.desk_views import News, ReadingEntry, ReadingWeek, Suggestion, Views
    from tracker.library.finding import Finder
    from tracker.library.keeping import Keeper
    from tracker.library.lab_infos import LabInfo
    from tracker.library.labs import Bench
    from tracker.library.mapping import Mapper, PaperMap
    from tracker.library.reading import Desk
    from tracker.library.undo import Hand, Undo
    from tracker.library.updating import Updater
    from tracker.schedule.planning import Plan
    from tracker.store.database import Database

OnProgress = Callable[[Progress], None]
ExportFormat = Literal["jsonl", "bibtex", "ris", "csv", "csljson"]
SearchMode = Literal["hybrid", "words", "meaning"]
Sort = Literal["added", "published", "endorsed", "title", "priority"]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class Tracker:
    """A library of papers.

    Open it with :meth:`open`, close it or use it as a context manager.  One
    object may be shared by several threads.  Papers are named by their id
    (``arxiv:1706.03762``), a former id, any identifier (``1706.03762v5``, a
    DOI, an address) or the beginning of exactly one id.

    All methods raise :class:`~tracker.errors.TrackerError` and nothing else
    for what can go wrong in ordinary use; each says what and where.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        client: Callable[[Settings], Client] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings
        self._db = database
        self._make_client = client
        self._clock = clock
        self._finder: Finder | None = None
        self._mapper: Mapper | None = None
        self._scholarship: Scholar | None = None
        self._labs: Bench | None = None

    @classmethod
    def open(cls, home: str | Path | None = None, *, settings: Settings | None = None) -> Self:
        """Open the library in ``home`` (default: ``TRACKER_HOME``), creating or migrating it where needed.

        Raises:
            SettingsError: an environment variable or the settings file is wrong.
            StoreError: the database cannot be opened (SchemaTooNew, StoreCorrupt, DiskFull among them).
        """
        from tracker.store.database import Database

        settings = settings or load_settings(home)
        settings.home.mkdir(parents=True, exist_ok=True)
        return cls(settings, Database.open(settings.database_url))

    def close(self) -> None:
        """Give files and connections back."""
        if self._finder is not None:
            self._finder.close()
            self._finder = None
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def settings(self) -> Settings:
        """What this library runs with."""
        return self._settings

    # ------------------------------------------------------------ bringing in

    def load_shelf(self) -> ImportReport:
        """Bring the starter shelf into the library; does nothing when it is there."""
        with self._updater() as updater:
            return updater.load_shelf()

    def update(
        self,
        *,
        sources: Sequence[str] | None = None,
        force: bool = False,
        embed: bool = True,
        progress: OnProgress | None = None,
    ) -> UpdateReport:
        """Read all lists (or those named), ask the services, embed what is new; recorded as a run.

        What failed is in the report and tried again by the next run; what the rest brought is kept.

        Args:
            sources: slugs; None means all that are switched on.
            force: parse lists anew even where nothing changed.
            embed: False leaves new texts for :meth:`embed`.
            progress: told about every step.

        Raises:
            AlreadyRunning: another process is updating this library.
            UnknownSource: a name that no source has.
        """
        with self._updater() as updater:
            return updater.update(sources=sources, force=force, embed=embed, progress=progress)

    def fetch(
        self, slugs: Sequence[str] | None = None, *, force: bool = False, progress: OnProgress | None = None
    ) -> tuple[SourceReport, ...]:
        """Read all lists that are switched on, or those named; ``force`` parses also what did not change."""
        with self._updater() as updater:
            return updater.fetch(slugs, force=force, progress=progress)

    def enrich(
        self,
        services: Sequence[str] | None = None,
        *,
        budget: int | None = None,
        progress: OnProgress | None = None,
    ) -> tuple[EnrichReport, ...]:
        """Ask public services for abstracts, authors, dates, venues and code, as far as it is due.

        Args:
            services: only these; None means all.
            budget: requests per service; None asks until nothing is due.
            progress: told about every batch.
        """
        with self._updater() as updater:
            return updater.enrich(services, budget=budget, progress=progress)

    def embed(self, *, progress: OnProgress | None = None) -> EmbedReport:
        """Embed every paper whose text changed, so that search by meaning knows it.

        Raises:
            ModelError: the model is missing, altered or unusable.
        """
        with self._updater() as updater:
            return updater.embed(progress=progress)

    def import_file(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        embed: bool = True,
        progress: OnProgress | None = None,
    ) -> ImportReport:
        """Bring in papers from a file: JSON lines, BibTeX, RIS, CSV, or a Markdown list.

        Args:
            path: the file.
            format: ``jsonl``, ``bibtex``, ``ris``, ``csv`` or ``markdown``; None decides by name and content.
            embed: also embed what is new.
            progress: told about every step.

        Raises:
            ImportFileError: the file cannot be read at all; single bad rows are in the report instead.
        """
        with self._updater() as updater:
            return updater.import_file(Path(path), format, embed=embed, progress=progress)

    def import_ids(self, names: Sequence[str], *, embed: bool = True) -> ImportReport:
        """Bring in papers by arXiv ids, DOIs or addresses; what services know of them is asked at once if possible."""
        with self._updater() as updater:
            return updater.import_ids(names, embed=embed)

    # ------------------------------------------------------------ finding

    def search(self, query: str, limit: int = 10, *, offset: int = 0, mode: SearchMode = "hybrid") -> SearchResult:
        """The best papers for a query, by words and meaning.

        Args:
            query: words, "phrases", -not, and filters such as ``year:2020..`` (see docs/SEARCH.md).
            limit: how many, at most 1,000.
            offset: how many to pass over.
            mode: both ways, or one of them.

        Raises:
            QueryError: a filter that cannot be read.
            UsageError: a limit or offset out of range.
        """
        _check_page(limit, offset)
        return self._find().search(query, limit, offset, mode)

    def search_many(
        self, queries: Iterable[str], limit: int = 10, *, mode: SearchMode = "hybrid"
    ) -> Iterator[SearchResult]:
        """One result a query, in order, as they come."""
        _check_page(limit, 0)
        finder = self._find()
        for query in queries:
            yield finder.search(query, limit, 0, mode)

    def similar(self, paper_id: str, limit: int = 10) -> SearchResult:
        """The papers nearest in meaning to a paper, without it.

        Raises:
            UnknownPaper: none goes by that id.
        """
        _check_page(limit, 0)
        return self._find().similar(self._pk(paper_id), limit)

    def paper(self, paper_id: str) -> Paper:
        """A paper with everything known of it.

        Raises:
            UnknownPaper: none goes by that id.
        """
        return self._desk().paper(self._pk(paper_id))

    def papers(
        self, query: str = "", *, sort: Sort = "added", limit: int | None = 50, offset: int = 0
    ) -> tuple[Paper, ...]:
        """The papers that a query's filters, words and phrases admit, in an order of their own.

        Raises:
            QueryError: a filter that cannot be read.
        """
        return self._desk().papers(query, sort, limit, offset)

    def count(self, query: str = "") -> int:
        """How many papers :meth:`papers` would give."""
        return self._desk().count(query)

    # ------------------------------------------------------------ the reader's own

    def mark(
        self,
        paper_ids: str | Sequence[str],
        status: ReadingStatus | None = None,
        *,
        rating: int | None = None,
        priority: int | None = None,
    ) -> tuple[Paper, ...]:
        """Set status, rating (1 to 5; 0 removes it) or priority of papers; what is None stays.

        Raises:
            UsageError: a value out of range; nothing was written.
        """
        names = [paper_ids] if isinstance(paper_ids, str) else list(paper_ids)
        return self._desk().mark([self._pk(name) for name in names], status, rating, priority)

    def mark_seen(self, paper_ids: Sequence[str] | None = None) -> int:
        """These papers (None: all) are no news any more; returns how many were."""
        return self._desk().mark_seen(None if paper_ids is None else [self._pk(name) for name in paper_ids])

    def tag(self, paper_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Paper:
        """Tie words to a paper, or untie them."""
        return self._desk().tag(self._pk(paper_id), add, remove)

    def note(self, paper_id: str, body: str) -> Note:
        """Write a note in Markdown about a paper."""
        return self._desk().note(self._pk(paper_id), body)

    def edit_note(self, note_id: str, body: str) -> Note:
        """Replace the text of a note.

        Raises:
            UsageError: there is no such note.
        """
        return self._desk().edit_note(note_id, body)

    def delete_note(self, note_id: str) -> None:
        """Delete a note.

        Raises:
            UsageError: there is no such note.
        """
        self._desk().delete_note(note_id)

    def queue(self, limit: int = 20) -> tuple[Paper, ...]:
        """What to read next: what is being read, then the queue by priority and age."""
        return self._desk().queue(limit)

    # ------------------------------------------------------------ the desk's views, and actions that can be undone

    def news_by_week(self, *, source: str | None = None, limit: int = 20) -> News:
        """The first ``limit`` new papers, each in exactly one group of a list and a week, latest week first.

        Args:
            source: only what this list names.
            limit: how many papers.
        """
        return self._views().news(source, limit)

    def reading_entries(
        self, query: str = "", *, sort: Sort = "priority", limit: int | None = 50, offset: int = 0
    ) -> tuple[ReadingEntry, ...]:
        """As :meth:`papers`, with the dates of the reading list.

        Raises:
            QueryError: a filter that cannot be read.
        """
        return self._views().entries(query, sort, limit, offset)

    def forgotten(self, limit: int = 5) -> tuple[ReadingEntry, ...]:
        """What has been in the queue for more than 30 days, longest first."""
        return self._views().forgotten(limit)

    def reading_weeks(self, count: int = 26) -> tuple[ReadingWeek, ...]:
        """How many papers were queued and read in each of the last weeks, oldest first."""
        return self._views().weeks(count)

    def read_next(self, limit: int = 5) -> tuple[Suggestion, ...]:
        """What of the queue to read next, with reasons; from the inbox where the queue is empty."""
        return self._views().read_next(self.concepts(), limit)

    def act(
        self,
        paper_ids: Sequence[str],
        status: ReadingStatus | None = None,
        *,
        rating: int | None = None,
        priority: int | None = None,
    ) -> Undo:
        """As :meth:`mark`, for many papers, with the way back.

        Raises:
            UsageError: a value out of range; nothing was written.
        """
        return self._hand().mark([self._pk(name) for name in paper_ids], status, rating, priority)

    def tag_many(self, paper_ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Undo:
        """Tie words to many papers, or untie them, with the way back.

        Raises:
            UsageError: an empty word, or a very long one; nothing was written.
        """
        return self._hand().tag([self._pk(name) for name in paper_ids], add, remove)

    def requeue(self, paper_ids: Sequence[str]) -> Undo:
        """Queue papers as of now, also those that wait already."""
        return self._hand().requeue([self._pk(name) for name in paper_ids])

    def see(self, paper_ids: Sequence[str]) -> Undo:
        """These papers are no news any more."""
        return self._hand().see([self._pk(name) for name in paper_ids])

    def see_until(self, moment: datetime) -> Undo:
        """Nothing that came up to ``moment`` is news any more; what came since was never shown and stays news."""
        return self._hand().see_until(moment)

    def undo(self, action: Undo) -> int:
        """Take an action back, except where something else was decided since; returns of how many papers."""
        return self._hand().undo(action)

    def map(self) -> PaperMap:
        """All embedded papers in the plane by meaning; drawn first (in seconds) where there is no map yet."""
        return self._cartographer().show()

    def map_drawn(self) -> bool:
        """Whether :meth:`map` has something to show at once."""
        return self._cartographer().drawn()

    def draw_map(self, *, progress: OnProgress | None = None) -> int:
        """Draw the map anew from all papers, lying as the former one did; returns how many are on it."""
        return self._cartographer().draw(progress)

    # ------------------------------------------------------------ sources

    def sources(self) -> tuple[SourceState, ...]:
        """All sources and how their fetches went."""
        return self._keeper().sources()

    def source(self, slug: str) -> SourceState:
        """One source.

        Raises:
            UnknownSource: there is none by that name.
        """
        return self._keeper().source(slug)

    def add_source(self, url: str, *, slug: str | None = None) -> SourceState:
        """Follow a list by its address; it is read by the next update.

        Raises:
            UsageError: no kind of source reads that address.
        """
        return self._keeper().add_source(url, slug)

    def remove_source(self, slug: str) -> SourceState:
        """Follow a list no more; its mentions stay, marked gone.  Adding it again brings them back."""
        return self._keeper().remove_source(slug)

    def enable_source(self, slug: str, enabled: bool) -> SourceState:
        """Switch a source on or off."""
        return self._keeper().enable_source(slug, enabled)

    # ------------------------------------------------------------ duplicates

    def duplicates(self) -> tuple[DuplicatePair, ...]:
        """Pairs that may be one paper and wait for a person, most likely first."""
        return self._keeper().duplicates()

    def merge(self, first: str, second: str) -> Paper:
        """Make one paper of two; :meth:`split` undoes it.

        Raises:
            UsageError: both names mean the same paper.
        """
        return self._desk().paper(self._keeper().merge(self._pk(first), self._pk(second)))

    def keep_apart(self, first: str, second: str) -> None:
        """Two papers that look alike are two; they are never proposed or merged again."""
        self._keeper().keep_apart(self._pk(first), self._pk(second))

    def split(self, paper_id: str) -> tuple[Paper, ...]:
        """Undo the last merge into this paper, or the merge of the paper that had this id.

        Raises:
            UsageError: nothing was merged into it.
        """
        return tuple(map(self._desk().paper, self._keeper().split(paper_id, self._pk(paper_id))))

    # ------------------------------------------------------------ concepts

    def concepts(self) -> tuple[ConceptCard, ...]:
        """All concepts, each after what it needs, with how many papers are about it."""
        return self._scholar().cards()

    def concept(self, slug: str, limit: int = 50) -> ConceptPage:
        """A concept: explanation, what it needs, key papers in reading order, and the library's papers about it.

        Raises:
            UsageError: there is no such concept; names the nearest.
        """
        return self._scholar().page(slug, limit)

    def say_concept(self, paper_id: str, slug: str, accepted: bool | None) -> Paper:
        """Confirm or reject that a paper is about a concept; None takes the word back."""
        return self._scholar().say(self._pk(paper_id), slug, accepted)

    def path(self, target: str, hours: float | None = None) -> ReadingPlan:
        """A reading plan from what has been read to a concept or a paper, in the order in which ideas need each other.

        Raises:
            UsageError: there is no such concept or paper, or the hours are not positive.
        """
        return self._scholar().path(target, hours)

    # ------------------------------------------------------------ labs

    def labs(self) -> tuple[LabInfo, ...]:
        """The labs there are: what each shows, what it takes, and something to try."""
        return self._bench().infos()

    def lab(self, name: str, **inputs: object) -> LabResult:
        """One lab's answer, computed on the bundled model.

        Args:
            name: as in :meth:`labs`, or as concepts name their lab.
            inputs: by name, as :meth:`labs` says.

        Raises:
            UsageError: no such lab, an input that makes no sense, or a library that the labs have not read.
            ModelError: the bundled model is missing.
        """
        return self._bench().run(name, inputs)

    def labs_due(self) -> bool:
        """Whether the labs that look through the library have not read all of it."""
        return self._bench().due()

    def lab_ready(self) -> bool:
        """Whether those labs have read the library once, so that they answer."""
        return self._bench().ready()

    def build_lab_indexes(self, progress: OnProgress | None = None) -> tuple[BuildReport, ...]:
        """Read what is new in the library for those labs; minutes the first time, then only what changed.

        Raises:
            AlreadyRunning: another process is at it.
            ModelError: the bundled model is missing.
        """
        return self._bench().build(progress)

    # ------------------------------------------------------------ taking away and looking after

    def export(self, path: str | Path | None = None, *, format: ExportFormat = "jsonl", query: str = "") -> str | None:
        """Everything, or what a query admits, in a format other programs read.

        Args:
            path: where to write (replaced as a whole when done); None returns the text.
            format: one of the formats.
            query: as for :meth:`papers`; "" means all.
        """
        return self._keeper().export(None if path is None else Path(path), format, query)

    def export_notes(self, folder: str | Path, *, query: str = "") -> int:
        """A note in Markdown per paper into a folder, as Obsidian reads them; returns how many files changed.

        What a person wrote around our part of a note stays.

        Raises:
            StoreError: the folder cannot be written.
        """
        from tracker.library.notes_folder import write_notes

        return write_notes(Path(folder), self.papers(query, sort="title", limit=None))

    def check(self, *, repair: bool = False) -> tuple[CheckFinding, ...]:
        """Look for damage in database, full-text index, vectors and files; ``repair`` mends what can be rebuilt."""
        return self._keeper().check(repair=repair)

    def backup(self, path: str | Path) -> Path:
        """Write a consistent copy of the database to a new file.

        Raises:
            StoreError: the file exists or cannot be written.
        """
        return self._keeper().backup(Path(path))

    @classmethod
    def restore(cls, path: str | Path, home: str | Path | None = None) -> Path:
        """Put a backup in place; the replaced database is kept beside it.  Returns where.

        Raises:
            StoreError: the file is no backup of this tracker.
        """
        from tracker.library.keeping import restore

        return restore(Path(path), load_settings(home))

    def status(self) -> LibraryStatus:
        """The library at a glance."""
        return self._keeper().status()

    def runs(self, limit: int = 20) -> tuple[Run, ...]:
        """The newest runs, newest first: when, what was asked, what changed, what failed and why."""
        from tracker.library.serving import runs

        return runs(self._settings, limit)

    def plan(self) -> Plan:
        """Which sources are due now, when the next ones are, and which are out of order.

        Raises:
            SettingsError: the quiet hours cannot be read.
        """
        from tracker.library.serving import plan

        return plan(self._settings, self._keeper().sources(), self._clock())

    # ------------------------------------------------------------ telling what is new

    def digest_text(self, *, told: bool = True) -> str:
        """What came in since the last digest, as text; ``told`` False leaves it news."""
        return self._crier().text(told=told)

    def write_digest(self, path: str | Path) -> int:
        """The digest as an HTML page; its papers are told then.  Returns how many.

        Raises:
            StoreError: the file cannot be written; its papers are news still.
        """
        return self._crier().write(Path(path))

    def send_digest(self) -> str:
        """The digest by mail; returns to whom.

        Raises:
            SettingsError: mail is not set up.
            FetchError: the server did not take it; its papers are news still.
        """
        return self._crier().send()

    def call_webhook(self) -> int:
        """Send new papers to ``TRACKER_WEBHOOK``, if there are any; returns how many.

        Raises:
            UsageError: no webhook is set.
            FetchError: it did not take them; they are news still.
        """
        from tracker.http import Client

        client = self._make_client(self._settings) if self._make_client else Client(self._settings)
        try:
            return self._crier().call(client)
        finally:
            client.close()

    # ------------------------------------------------------------ the rooms, opened when first used

    def _crier(self) -> Crier:
        from tracker.library.crier import Crier

        def pages(offset: int) -> tuple[Paper, ...]:
            return self.papers(sort="added", limit=200, offset=offset)

        return Crier(self._settings, pages, lambda: self.plan().outages, self._clock)

    def _pk(self, name: str) -> int:
        from tracker.library.naming import pk_of

        return pk_of(self._db, name)

    def _find(self) -> Finder:
        if self._finder is None:
            from tracker.library.finding import Finder

            self._finder = Finder(self._db, self._settings)
        return self._finder

    def _desk(self) -> Desk:
        from tracker.library.reading import Desk

        return Desk(self._db, self._clock)

    def _scholar(self) -> Scholar:
        if self._scholarship is None:
            from tracker.library.concepts import Scholar

            self._scholarship = Scholar(self._db, self._settings, self._clock)
        return self._scholarship

    def _bench(self) -> Bench:
        if self._labs is None:
            from tracker.library.labs import Bench

            self._labs = Bench(self._db, self._settings)
        return self._labs

    def _views(self) -> Views:
        from tracker.library.desk_views import Views

        return Views(self._db, self._clock)

    def _hand(self) -> Hand:
        from tracker.library.undo import Hand

        return Hand(self._db, self._clock)

    def _cartographer(self) -> Mapper:
        if self._mapper is None:
            from tracker.library.mapping import Mapper

            self._mapper = Mapper(self._db, self._settings)
        return self._mapper

    def _keeper(self) -> Keeper:
        from tracker.library.keeping import Keeper

        return Keeper(self._db, self._settings, self._clock)

    @contextmanager
    def _updater(self) -> Iterator[Updater]:
        from tracker.http import Client
        from tracker.library.updating import Updater

        client = self._make_client(self._settings) if self._make_client else Client(self._settings)
        try:
            yield Updater(self._db, self._settings, client, self._clock, time.monotonic)
        finally:
            client.close()


def _check_page(limit: int, offset: int) -> None:
    if not 1 <= limit <= 1000:
        raise UsageError(f"the limit is {limit}", cure="give 1 to 1000")
    if offset < 0:
        raise UsageError(f"the offset is {offset}", cure="give 0 or more")
