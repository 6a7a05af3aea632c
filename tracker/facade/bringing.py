"""Bringing in: shelf, lists, services, embeddings, imports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tracker.facade.rooms import Rooms
from tracker.facade.types import OnProgress
from tracker.records import EmbedReport, EnrichReport, ImportReport, SourceReport, UpdateReport


class Bringing(Rooms):
    """Bringing in: shelf, lists, services, embeddings, imports."""

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
        """Bring in papers from a file, a folder of notes, or a Zotero; sources from a list of subscriptions.

        Files are JSON lines, BibTeX, RIS, CSV, CSL-JSON, Zotero's JSON, a Markdown list, a Markdown note or OPML.

        Args:
            path: the file or folder; ``-`` for standard input; ``zotero:`` for the Zotero that runs on this machine
                (see :meth:`import_zotero`).
            format: ``jsonl``, ``bibtex``, ``ris``, ``csv``, ``csljson``, ``zotero``, ``markdown``, ``notes`` or
                ``opml``; None decides by content and name.
            embed: also embed what is new.
            progress: told about every step.

        Raises:
            ImportFileError: the file cannot be read at all; single bad rows are in the report instead.
        """
        if isinstance(path, str) and path.startswith("zotero:"):
            return self.import_zotero(path, embed=embed, progress=progress)
        with self._updater() as updater:
            return updater.import_file(Path(path), format, embed=embed, progress=progress)

    def import_zotero(
        self, address: str = "zotero:", *, embed: bool = True, progress: OnProgress | None = None
    ) -> ImportReport:
        """Bring in the papers of a Zotero that runs on this machine, with notes, highlights, tags and collections.

        Args:
            address: ``zotero:`` for one's own library, ``zotero:groups/123`` for a group's,
                ``zotero://127.0.0.1:23119`` where it listens elsewhere.
            embed: also embed what is new.
            progress: told about every page.

        Raises:
            UsageError: the address is no Zotero on this machine.
            FetchError: Zotero does not run, or does not let other programs ask.
        """
        with self._updater() as updater:
            return updater.import_zotero(address, embed=embed, progress=progress)

    def import_ids(self, names: Sequence[str], *, embed: bool = True) -> ImportReport:
        """Bring in papers by arXiv ids, DOIs or addresses; what services know of them is asked at once if possible."""
        with self._updater() as updater:
            return updater.import_ids(names, embed=embed)
