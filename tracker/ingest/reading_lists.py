"""Read all lists: ask, parse, place; a list that fails leaves the others and its own old data untouched."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.errors import FetchError, ParseError
from tracker.ingest.effective import Chain
from tracker.ingest.fetching import Fetched, Fetcher, Kind, fetch_source
from tracker.ingest.placing import Place, Placed, place_entries
from tracker.records import Document, Parsed, Progress, SourceReport, SourceSpec
from tracker.store import sources
from tracker.store.database import Database
from tracker.store.sources import StoredSource

log = logging.getLogger(__name__)

#: A list that suddenly has less than this share of its entries is taken for a broken answer, not for a short list.
SHRUNK = 0.5
#: ... but only where it had this many.
ENOUGH = 12

OnProgress = Callable[[Progress], None]
Outcome = Callable[[], Parsed | None]
Apart = Callable[[SourceSpec, Sequence[Document]], Outcome | None]


@dataclass(frozen=True, slots=True)
class _Got:
    """A list that came and is to be parsed."""

    source: StoredSource
    kind: Kind
    fetched: Fetched
    fingerprint: str
    elsewhere: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReader:
    """What reading lists needs: the library, the network, the kinds, the clock.

    ``edition`` changes when the parsers may have: lists are then parsed anew although their bytes are the same.
    ``apart`` may begin to parse a long list elsewhere, and gives what waits for the outcome (None: parse it here).
    """

    db: Database
    client: Fetcher
    kind: Callable[[str], Kind]
    chain: Chain
    clock: Callable[[], datetime]
    edition: str
    apart: Apart = lambda spec, documents: None

    def read(
        self, wanted: Sequence[StoredSource], *, force: bool = False, progress: OnProgress | None = None
    ) -> tuple[tuple[SourceReport, ...], set[int]]:
        """Read these sources, one after the other; those that are parsed elsewhere come last.

        Returns:
            A report for each, and the numbers of the papers that something changed about.
        """
        with _calmly():
            return self._read(wanted, force, progress)

    def _read(
        self, wanted: Sequence[StoredSource], force: bool, progress: OnProgress | None
    ) -> tuple[tuple[SourceReport, ...], set[int]]:
        reports: dict[str, SourceReport] = {}
        papers: set[int] = set()
        later: list[_Got] = []

        def finish(got: _Got) -> None:
            reports[got.source.spec.slug], touched = self._guarded(got.source, lambda: self._understood(got, progress))
            papers.update(touched)

        for number, source in enumerate(wanted):
            if progress is not None:
                progress(Progress(stage="lists", done=number, total=len(wanted), message=source.spec.title))
            report, got = self._asked(source, force, alone=len(wanted) == 1)
            if report is not None:
                reports[source.spec.slug] = report
            elif got is not None:
                if got.elsewhere is not None:
                    later.append(got)  # the others are read and stored while it is parsed
                else:
                    finish(got)
        for got in later:
            finish(got)
        if progress is not None and wanted:
            progress(Progress(stage="lists", done=len(wanted), total=len(wanted)))
        return tuple(reports[source.spec.slug] for source in wanted), papers

    def _guarded(
        self, source: StoredSource, read: Callable[[], tuple[SourceReport, set[int]]]
    ) -> tuple[SourceReport, set[int]]:
        try:
            return read()
        except (FetchError, ParseError) as error:
            return self._failed(source, error), set()

    def _asked(self, source: StoredSource, force: bool, *, alone: bool) -> tuple[SourceReport | None, _Got | None]:
        """The list's documents, or the report where there is nothing to parse."""
        spec = source.spec
        kind = self.kind(spec.kind)
        try:
            fetched = fetch_source(self.client, kind, spec)
        except (FetchError, ParseError) as error:
            return self._failed(source, error), None
        fingerprint = f"{fetched.fingerprint}:{self.edition}"
        if fingerprint == source.content_hash and fetched.complete and not force:
            self._healed(source)
            return SourceReport(slug=spec.slug, state="unchanged", entries=source.state.entries), None
        elsewhere = None if alone else self.apart(spec, fetched.documents)
        return None, _Got(source, kind, fetched, fingerprint, elsewhere)

    def _understood(self, got: _Got, progress: OnProgress | None) -> tuple[SourceReport, set[int]]:
        source, spec, fetched = got.source, got.source.spec, got.fetched
        parsed = got.elsewhere() if got.elsewhere is not None else None
        if parsed is None:
            parsed = got.kind.parse(spec, fetched.documents)
        rolling = getattr(got.kind, "rolling", False)
        if not rolling:
            _refuse_if_broken(source, parsed)
        for document in fetched.documents:
            self.client.accept(document)
        placed = self._place(spec, parsed, progress, drop=fetched.complete and not rolling)
        now = self.clock()
        missing = "; ".join(f"{p.where}: {p.message}" for p in fetched.problems) or None
        with self.db.write() as session:
            sources.record_success(
                session,
                spec.slug,
                now,
                content_hash=got.fingerprint if fetched.complete else "",
                changed=placed.anything,
                next_fetch=now + timedelta(hours=spec.interval_hours),
            )
            if missing:
                sources.record_failure(session, spec.slug, now, error=missing, retry_at=_retry(source, now, None))
        report = SourceReport(
            slug=spec.slug,
            state="changed" if placed.anything else "unchanged",
            entries=len(parsed.entries),
            added=placed.added,
            changed=placed.changed,
            gone=placed.gone,
            returned=placed.returned,
            new_papers=placed.new_papers,
            problems=parsed.problems,
            error=missing,
            retry_at=_retry(source, now, None) if missing else None,
        )
        return report, placed.papers

    def _place(self, spec: SourceSpec, parsed: Parsed, progress: OnProgress | None, *, drop: bool) -> Placed:
        def step(done: int, total: int) -> None:
            if progress is not None:
                progress(Progress(stage="entries", done=done, total=total, message=spec.title))

        place = Place(spec.slug, spec.kind, self.chain, self.clock())
        return place_entries(self.db, place, parsed.entries, drop=drop, step=step)

    def _healed(self, source: StoredSource) -> None:
        """Nothing new, but the last attempt had failed: say that it works again.  Otherwise write nothing."""
        if source.state.failures:
            with self.db.write() as session:
                sources.record_success(
                    session, source.spec.slug, self.clock(), content_hash=source.content_hash or "", changed=False
                )

    def _failed(self, source: StoredSource, error: FetchError | ParseError) -> SourceReport:
        now = self.clock()
        retry_at = _retry(source, now, error.retry_after if isinstance(error, FetchError) else None)
        log.warning("source %s failed: %s", source.spec.slug, error)
        with self.db.write() as session:
            sources.record_failure(session, source.spec.slug, now, error=str(error), retry_at=retry_at)
        return SourceReport(
            slug=source.spec.slug,
            state="failed",
            entries=source.state.entries,
            error=str(error),
            retry_at=retry_at,
        )


@contextmanager
def _calmly() -> Iterator[None]:
    """A hundred thousand tokens come and go: to look through all of them for rings again and again is waste."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 50_000), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _refuse_if_broken(source: StoredSource, parsed: Parsed) -> None:
    held, found = source.state.entries, len(parsed.entries)
    if held >= ENOUGH and found < held * SHRUNK:
        raise ParseError(
            f"{source.spec.slug} has {found} entries and had {held}: taken for a broken answer, what is held stays",
            cure=f"if the list really shrank, remove and add it again: tracker sources remove {source.spec.slug}",
        )


def _retry(source: StoredSource, now: datetime, retry_after: float | None) -> datetime:
    """A quarter of an hour, doubling with every failure in a row up to a day; later if the server says so."""
    minutes = min(15 * 2 ** min(source.state.failures, 10), 24 * 60)
    return now + max(timedelta(minutes=minutes), timedelta(seconds=retry_after or 0))
