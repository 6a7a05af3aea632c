"""Taking away, looking after, and telling what is new."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.facade.finding import Finding
from tracker.facade.types import ExportFormat
from tracker.records import CheckFinding, LibraryStatus, Paper
from tracker.settings import load_settings

if TYPE_CHECKING:
    from tracker.journal import Run
    from tracker.library.crier import Crier
    from tracker.library.watching import OutageNews
    from tracker.schedule.planning import Plan


class Keeping(Finding):
    """Taking away, looking after, and telling what is new."""

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

        papers = self.papers(query, sort="title", limit=None)
        return write_notes(Path(folder), papers, self._keeper().present_ids)

    def publish(
        self,
        folder: str | Path,
        *,
        query: str = "",
        title: str = "Reading list",
        status: bool = True,
        ratings: bool = True,
        tags: bool = True,
        notes: bool = False,
    ) -> int:
        """Write the reading list as a page with a search of its own, to put anywhere; returns how many papers.

        Args:
            folder: gets ``index.html`` and ``papers.bib``; other files in it stay.
            query: as for :meth:`papers`; "" means all that is queued, being read or read.
            title: the headline.
            status: show where each paper stands.
            ratings: show ratings.
            tags: show tags.
            notes: show the reader's notes, which are private otherwise.

        Raises:
            StoreError: the folder cannot be written, or holds a page of somebody else's.
        """
        from tracker.export.site import Show
        from tracker.library.publishing import READING_LIST, publish

        show = Show(status=status, rating=ratings, tags=tags, notes=notes)
        chosen = self.papers(query or READING_LIST, limit=None)
        return publish(Path(folder), chosen, title=title, now=self._clock(), show=show)

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
        from tracker.library.restoring import restore

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

    def send_weekly_digest(self) -> str | None:
        """The digest by mail and into a file, as far as these are set and the week's turn has come.

        Returns:
            What went where; None when nothing was to be sent.

        Raises:
            SettingsError: mail, file or day cannot be understood.
            FetchError: the server did not take it; tried again an hour later, without what went out already.
            StoreError: the file cannot be written; likewise.
        """
        return self._crier().weekly()

    def outage_news(self) -> OutageNews:
        """Outages that began and ended since this was last asked, by whatever process: each is given once."""
        return self._crier().outage_news()

    def call_webhook(self) -> int:
        """Send outages and new papers to ``TRACKER_WEBHOOK``, if there are any; returns how many papers.

        Raises:
            UsageError: no webhook is set.
            FetchError: it did not take them all; those that it did not take are news still.
        """
        from tracker.http import Client

        client = self._make_client(self._settings) if self._make_client else Client(self._settings)
        try:
            return self._crier().call(client)
        finally:
            client.close()

    def _crier(self) -> Crier:
        from tracker.library.crier import Crier

        return Crier(self._settings, self._db, self.plan, self._clock)

    def former_ids(self, papers: Iterable[Paper]) -> dict[str, tuple[str, ...]]:
        """The ids that papers had before, by the one that they have now; without those that never had another."""
        from tracker.store.listing import former_ids

        with self._db.reader() as reader:
            return former_ids(reader, [paper.id for paper in papers])
