"""Tells what is new by each way, and notes that it was told only after it went out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from tracker.errors import FetchError, StoreError, TrackerError
from tracker.export import digest as forms
from tracker.http import Client
from tracker.library import mailing
from tracker.library.news import (
    BATCH,
    batch_of,
    digest_of,
    tell_outage,
    tell_papers,
    tell_recovery,
    untold,
    webhook_of,
)
from tracker.library.serving import local_zone
from tracker.library.telling import Ledger
from tracker.library.watching import OutageNews, Watch, all_outages, in_words
from tracker.records import Paper
from tracker.schedule.planning import Plan
from tracker.schedule.weekly import USUAL, parse_weekly
from tracker.settings import Settings
from tracker.store.database import Database

#: What the files of the weekly digest go by in the book of what was told; no mail address looks like it.
_FILE = "file"


class Crier:
    """Over a library, and its plan with what is out of order.

    Whoever tells keeps other processes from telling by the same way until it
    is noted; what is only looked at waits for nobody.
    """

    def __init__(
        self, settings: Settings, db: Database, plan: Callable[[], Plan], clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._db = db
        self._plan = plan
        self._clock = clock
        self._digests = Ledger(settings.home, "digest")

    # ------------------------------------------------------------ the digest

    def text(self, *, told: bool) -> str:
        """The digest as text."""
        if not told:
            return forms.text(self._news()[1])
        with self._digests.alone():
            papers, digest = self._news()
            self._digests.tell(self._clock(), _ids(papers))
        return forms.text(digest)

    def write(self, path: Path) -> int:
        """The digest as a page, or as text where the name ends so."""
        with self._digests.alone():
            papers, digest = self._news()
            _write(path, forms.text(digest) if path.suffix == ".txt" else forms.html(digest))
            self._digests.tell(self._clock(), _ids(papers))
        return len(papers)

    def send(self) -> str:
        """The digest by mail, to each address what it was not told yet."""
        with self._digests.alone():
            papers, _ = self._news()
            to = self._mail(papers)
            self._digests.tell(self._clock(), _ids(papers))
        return to

    def weekly(self) -> str | None:
        """The digest by all ways that are set, where its time has come; says what went where.

        Where there is nothing to tell nothing is sent.  After a failure the next attempt is an hour later; what had
        gone out by then is not repeated.
        """
        service = self._settings.service
        by_mail, file = bool(service.get("smtp_url")) and bool(service.get("digest_to")), service.get("digest_file")
        now = self._clock()
        if not (by_mail or file) or not self._is_turn(now):
            return None
        with self._digests.alone():
            if not self._is_turn(now):
                return None  # another process told it while this one waited
            papers, digest = self._news()
            went: list[str] = []
            try:
                if file and (papers or digest.outages):
                    went += [f"written to {path}" for path in self._file(file, now, papers)]
                if by_mail and (papers or digest.outages):
                    went.append(f"sent to {self._mail(papers)}")
            except TrackerError:
                self._digests.fail(self._clock())
                raise
            self._digests.tell(self._clock(), _ids(papers))
            self._digests.settle(now)
        return f"{len(papers)} new papers " + " and ".join(went) if went else None

    def _is_turn(self, now: datetime) -> bool:
        """Whether the week's digest is due; the first look begins to count: what is there then is told at a turn."""
        told = self._digests.read(now)
        if told.settled is None:
            self._digests.settle(now)
            return False
        week = parse_weekly(self._settings.service.get("digest_day") or USUAL, local_zone())
        return week.due(now, settled=told.settled, failed=told.failed)

    def _file(self, pattern: str, now: datetime, everything: Sequence[Paper]) -> tuple[Path, ...]:
        """The week as files, noted when they are written: what fails afterwards does not write it again tomorrow."""
        papers = untold(self._db, self._digests.read(now), to=_FILE)
        if everything and not papers:
            return ()
        paths = _weekly_files(pattern, now, digest_of(papers, self._outages(), now))
        self._digests.tell(now, _ids(papers), address=_FILE)
        return paths

    def _mail(self, everything: Sequence[Paper]) -> str:
        """One mail an address, each noted when it was taken: what fails halfway is not sent twice to the others."""
        server = mailing.server_of(self._settings)
        now = self._clock()
        told = self._digests.read(now)
        refused: list[str] = []
        for address in server.to:
            papers = untold(self._db, told, to=address)
            if everything and not papers:
                continue  # it got this one before another address failed
            digest = digest_of(papers, self._outages(), now)
            try:
                mailing.send(server, address, digest.title, forms.text(digest), forms.html(digest))
            except FetchError as error:
                refused.append(str(error))
            else:
                self._digests.tell(now, _ids(papers), address=address)
        if refused:
            raise FetchError("; ".join(dict.fromkeys(refused)), cure="the others got it; check TRACKER_DIGEST_TO")
        return ", ".join(server.to)

    # ------------------------------------------------------------ the webhook

    def call(self, client: Client) -> int:
        """The webhook: outages, then papers in batches, each noted when it was taken; without news no call."""
        url = webhook_of(self._settings)
        ledger = Ledger(self._settings.home, "webhook")
        with ledger.alone():
            self._call_outages(client, url)
            told = ledger.read(self._clock())
            papers, begun = untold(self._db, told), batch_of(self._db, told)
            rest = [paper for paper in papers if paper.id not in set(_ids(begun))]
            batches = [rest[start : start + BATCH] for start in range(0, len(rest), BATCH)]
            if told.begun:
                self._call_batch(client, url, ledger, begun, len(rest), told.begun)
            for number, batch in enumerate(batches, 1):
                ledger.begin(self._clock(), _ids(batch))
                more = sum(len(later) for later in batches[number:])
                self._call_batch(client, url, ledger, batch, more, _ids(batch))
        return len(papers)

    def _call_batch(
        self, client: Client, url: str, ledger: Ledger, papers: Sequence[Paper], more: int, key: Iterable[str]
    ) -> None:
        """One batch by the name that it was begun with; whatever is left of it."""
        if papers:
            tell_papers(client, url, papers, more, key)
        ledger.tell(self._clock(), dict.fromkeys((*key, *_ids(papers))))

    def _call_outages(self, client: Client, url: str) -> None:
        watch = Watch(self._settings.home, "webhook")
        news = watch.news(self._plan())
        for outage in news.begun:
            tell_outage(client, url, outage)
            watch.note_begun(outage)
        for slug, since in news.ended.items():
            tell_recovery(client, url, slug, since)
            watch.note_ended(slug)

    # ------------------------------------------------------------ outages

    def outage_news(self) -> OutageNews:
        """What began and what ended since this was last asked; to be told by whoever asks."""
        plan = self._plan()
        watch = Watch(self._settings.home, "log")
        news = watch.news(plan)
        watch.note(plan)
        return news

    # ------------------------------------------------------------ parts

    def _news(self) -> tuple[tuple[Paper, ...], forms.Digest]:
        now = self._clock()
        papers = untold(self._db, self._digests.read(now))
        return papers, digest_of(papers, self._outages(), now)

    def _outages(self) -> list[str]:
        return [in_words(outage) for outage in all_outages(self._plan())]


def _ids(papers: Sequence[Paper]) -> tuple[str, ...]:
    return tuple(paper.id for paper in papers)


def _weekly_files(pattern: str, now: datetime, digest: forms.Digest) -> tuple[Path, ...]:
    """The page, and the text beside it.  ``%Y-%m-%d`` in the name is the day."""
    page = Path(now.strftime(pattern)).expanduser()
    text = page.with_suffix(".txt")
    _write(text, forms.text(digest))
    if page != text:
        _write(page, forms.html(digest))
    return (page,)


def _write(path: Path, content: str) -> None:
    """Replace a file as a whole."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(content, encoding="utf-8", errors="replace")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
