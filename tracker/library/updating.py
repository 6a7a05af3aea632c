"""One whole update: shelf, lists, services, duplicates, vectors."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tracker
from tracker import resources, shelf
from tracker.enrich import services as enriching
from tracker.errors import DiskFull, ModelError, TrackerError, UsageError
from tracker.http import Client
from tracker.ingest.effective import Chain
from tracker.ingest.lookups import Enricher
from tracker.ingest.reading_lists import ListReader
from tracker.ingest.shelves import ensure_sources, place_shelf
from tracker.journal import Journal
from tracker.library.embedding import Embedding
from tracker.records import (
    EmbedReport,
    EnrichReport,
    ImportReport,
    Progress,
    SourceReport,
    UpdateReport,
)
from tracker.settings import Settings
from tracker.sources import registry
from tracker.sources.apart import parse_apart
from tracker.store import lock, sources
from tracker.store.database import Database

if TYPE_CHECKING:
    from tracker.library.importing import Importer

log = logging.getLogger(__name__)

OnProgress = Callable[[Progress], None]

#: Kinds of sources that no address is asked for.
_NOT_FETCHED = ("shelf", "file")


class Updater:
    """Brings things into the library; one at a time over all processes."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        client: Client,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._db = db
        self._settings = settings
        self._client = client
        self._clock = clock
        self._monotonic = monotonic
        self._services = enriching.services(settings)
        self._chain = Chain(
            abstract=enriching.chain(self._services),
            extra=frozenset(s.name for s in self._services if s.traits.role == "extra"),
        )

    # ------------------------------------------------------------ steps

    def load_shelf(self) -> ImportReport:
        """The starter shelf; does nothing when it is there."""
        with self._alone("shelf"):
            return self._shelf()

    def fetch(
        self, slugs: Sequence[str] | None, *, force: bool, progress: OnProgress | None
    ) -> tuple[SourceReport, ...]:
        """Read lists, then look for duplicates among what changed."""
        with self._alone("fetch"), self._run("fetch") as record:
            self._shelf()
            reports, touched = self._read(slugs, force, progress)
            self._settle(touched)
            record(reports, (), None)
            return reports

    def enrich(
        self, names: Sequence[str] | None, *, budget: int | None, progress: OnProgress | None
    ) -> tuple[EnrichReport, ...]:
        """Ask services, then look for duplicates among what changed."""
        with self._alone("enrich"), self._run("enrich") as record:
            reports, touched = self._enricher(names).run(budget=budget, progress=progress)
            self._settle(touched)
            record((), reports, None)
            return reports

    def embed(self, *, progress: OnProgress | None) -> EmbedReport:
        """Embed what is new."""
        with self._alone("embed"):
            report = self._embedding().run(progress, thorough=True)
            self._link()
            self._prepare()
            return report

    def update(
        self, *, sources: Sequence[str] | None, force: bool, embed: bool, progress: OnProgress | None
    ) -> UpdateReport:
        """All steps in order."""
        started, began = self._clock(), self._monotonic()
        with self._alone("update"), self._run("update") as record:
            papers_before = self._count()
            self._shelf()
            fetched, touched = self._read(sources, force, progress)
            self._settle(touched)
            side = self._embedding()
            asked, told = self._enricher(None).run(
                progress=progress, stored=partial(side.quietly, progress=progress) if embed else None
            )
            self._settle(told)
            embedded = _both(side.report, self._try_embed(progress)) if embed else None
            self._link()
            if touched or told or (embedded and embedded.embedded):
                self._prepare()
            record(fetched, asked, embedded)
            seconds = self._monotonic() - began
            papers = self._count()
            return UpdateReport(
                started=started,
                seconds=seconds,
                own_seconds=max(seconds - self._client.stats.seconds - (embedded.seconds if embedded else 0.0), 0.0),
                sources=fetched,
                enrich=asked,
                embed=embedded,
                papers=papers,
                new_papers=max(papers - papers_before, 0),
            )

    def import_file(self, path: Path, format: str | None, *, embed: bool, progress: OnProgress | None) -> ImportReport:
        """Papers from a file, or notes from a folder, or sources from a list of subscriptions."""
        return self._import(lambda importer: importer.file(path, format, progress), embed, progress)

    def import_zotero(self, address: str, *, embed: bool, progress: OnProgress | None) -> ImportReport:
        """Papers from a Zotero that runs on this machine."""
        return self._import(lambda importer: importer.zotero(address, self._settings, progress), embed, progress)

    def _import(
        self, read: Callable[[Importer], tuple[ImportReport, set[int]]], embed: bool, progress: OnProgress | None
    ) -> ImportReport:
        from tracker.library.importing import Importer

        with self._alone("import"), self._run("import") as record:
            report, touched = read(Importer(self._db, self._chain, self._clock))
            self._settle(touched)
            record((), (), self._embedding().run(progress) if embed and report.ids else None)
            if report.ids:
                self._link()
                self._prepare()
            return report

    def import_ids(self, names: Sequence[str], *, embed: bool) -> ImportReport:
        """Papers by their names; services are asked about them at once."""
        from tracker.library.importing import Importer

        with self._alone("import"), self._run("import") as record:
            report, touched = Importer(self._db, self._chain, self._clock).names(names)
            asked: tuple[EnrichReport, ...] = ()
            if touched and not self._settings.offline:
                asked, told = self._enricher(None).run(only=touched)
                touched |= told
            self._settle(touched)
            record((), asked, self._embedding().run(None) if embed and report.ids else None)
            self._link()
            self._prepare()
            return report

    # ------------------------------------------------------------ parts

    def _shelf(self) -> ImportReport:
        ensure_sources(self._db, registry.load_specs(resources.read("sources.toml")), self._clock())
        data = resources.read("starter.toml")
        placed = place_shelf(self._db, data, shelf.load(data), self._chain, self._clock())
        return ImportReport(added=placed.new_papers, updated=placed.changed)

    def _read(
        self, slugs: Sequence[str] | None, force: bool, progress: OnProgress | None
    ) -> tuple[tuple[SourceReport, ...], set[int]]:
        with self._db.reader() as reader:
            if slugs is None:  # what a person imported lies on their disk: there is nothing to ask for
                wanted = [s for s in sources.listed(reader) if s.spec.enabled and s.spec.kind not in _NOT_FETCHED]
            else:
                wanted = [sources.get(reader, slug) for slug in slugs]
        if unreadable := [s.spec.slug for s in wanted if s.spec.kind in _NOT_FETCHED]:
            raise UsageError(f"{unreadable[0]} is not fetched from anywhere")
        lists = ListReader(
            db=self._db,
            client=self._client,
            kind=registry.kind,
            chain=self._chain,
            clock=self._clock,
            edition=tracker.__version__,
            apart=parse_apart,
        )
        return lists.read(wanted, force=force, progress=progress)

    def _enricher(self, names: Sequence[str] | None) -> Enricher:
        named = self._services if names is None else enriching.services(self._settings, names)
        return Enricher(db=self._db, client=self._client, services=named, chain=self._chain, clock=self._clock)

    def _settle(self, touched: set[int]) -> None:
        from tracker.ingest.settling import settle

        settle(self._db, touched, self._chain, self._clock())

    def _embedding(self) -> Embedding:
        return Embedding(self._db, self._settings, self._clock)

    def _try_embed(self, progress: OnProgress | None) -> EmbedReport:
        """A model that cannot be used must not lose what the lists and services brought."""
        try:
            return self._embedding().run(progress)
        except ModelError as error:
            log.warning("embedding failed: %s", error)
            return EmbedReport(model="", error=str(error))

    def _link(self) -> None:
        """Tie what was embedded to concepts; without a model everything stays as it is."""
        from tracker.embed.load import load_encoder, model_files
        from tracker.library.concepts import Scholar

        try:
            model = model_files(self._settings, fetch=False).model
            scholar = Scholar(self._db, self._settings, self._clock)
            scholar.link(lambda texts: load_encoder(self._settings, prepare=False).encode(texts), model)
        except ModelError as error:
            log.warning("papers were not tied to concepts: %s", error)

    def _prepare(self) -> None:
        """Write the search indexes now, so that the next search, in another process, finds them ready."""
        from tracker.library.finding import Finder

        finder = Finder(self._db, self._settings)
        try:
            finder.prepare()
        finally:
            finder.close()
        self._draw()

    def _draw(self) -> None:
        """Put what was embedded onto the map, so that its page never waits; costs a look-up where nothing was."""
        from tracker.library.mapping import Mapper

        try:
            Mapper(self._db, self._settings).keep_up(None)
        except DiskFull as error:
            log.warning("the map was not drawn: %s", error)

    def _count(self) -> int:
        with self._db.reader() as reader:
            return int(reader.rows("SELECT count(*) FROM paper")[0][0])

    # ------------------------------------------------------------ one at a time, and recorded

    @contextmanager
    def _alone(self, what: str) -> Iterator[None]:
        with lock.updating(self._settings.home, self._clock(), what):
            yield

    @contextmanager
    def _run(self, kind: str) -> Iterator[Callable[..., None]]:
        journal = Journal(self._settings.home / "runs.jsonl")
        run = journal.start(kind, self._clock())
        report: dict[str, Any] = {}
        outcome = "done"

        def record(
            fetched: Sequence[SourceReport], asked: Sequence[EnrichReport], embedded: EmbedReport | None
        ) -> None:
            nonlocal outcome
            report["sources"] = [_plain(r) for r in fetched]
            report["services"] = [_plain(r) for r in asked if r.asked or r.error]
            report["embed"] = _plain(embedded) if embedded else None
            failed = [r.error for r in (*fetched, *asked, embedded) if r and r.error]
            outcome = "partly" if failed else "done"

        try:
            yield record
        except KeyboardInterrupt:
            journal.end(run, "interrupted", report, self._clock())
            raise
        except TrackerError as error:
            journal.end(run, "failed", {**report, "error": str(error)}, self._clock())
            raise
        journal.end(run, outcome, report, self._clock())


def _plain(report: SourceReport | EnrichReport | EmbedReport) -> dict[str, Any]:
    """As JSON: moments as text, empty fields left out."""
    values = dataclasses.asdict(report)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value not in (None, (), 0, 0.0)
    }


def _both(first: EmbedReport | None, second: EmbedReport) -> EmbedReport:
    if first is None:
        return second
    return dataclasses.replace(
        second, embedded=first.embedded + second.embedded, seconds=first.seconds + second.seconds
    )
