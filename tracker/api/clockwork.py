"""The schedule inside the service: looks every minute what is due and has the library ask it."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from tracker.errors import AlreadyRunning, TrackerError
from tracker.library.watching import OutageNews, in_words
from tracker.records import Progress, UpdateReport

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

    from tracker.schedule.planning import Plan
    from tracker.service import OnProgress
    from tracker.settings import Settings

log = logging.getLogger(__name__)

#: Seconds between two looks.
TICK = 60


#: Asks these sources; ends with a KeyboardInterrupt soon after the second argument begins to give True.
Update = Callable[[Sequence[str], Callable[[], bool]], UpdateReport]


class Library(Protocol):
    """The part of the facade that is needed here."""

    def plan(self) -> Plan:
        """What is due."""

    def update(self, *, sources: Sequence[str] | None = None, progress: OnProgress | None = None) -> UpdateReport:
        """Ask these sources."""

    def call_webhook(self) -> int:
        """Tell outages and new papers."""

    def send_weekly_digest(self) -> str | None:
        """Tell the week, where its turn has come."""

    def outage_news(self) -> OutageNews:
        """Outages that were not told yet."""

    @property
    def settings(self) -> Settings:
        """How the library runs."""


class Clockwork:
    """Runs due updates one after the other, in a thread of its own.

    Across processes the library's own lock sees to one at a time: who comes
    second tries again a minute later.
    """

    def __init__(self, library: Library, update: Update | None = None) -> None:
        """Over a library.

        Args:
            library: what is due, and who is told.
            update: asks sources until its second argument says to stop; by default the library itself, in this process.
        """
        self._library = library
        self._update = update or self._here
        self._stopping = threading.Event()
        self._scheduler: BackgroundScheduler | None = None
        self._wishes: set[tuple[str, ...]] = set()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin; the first look is at once, so that what was missed while the machine slept is caught up with."""
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone="UTC")
        scheduler.start()
        self._scheduler = scheduler
        # No time of grace: however late, one look takes the place of all that were missed.
        scheduler.add_job(
            self.tick, "interval", seconds=TICK, id="look", max_instances=1, coalesce=True, misfire_grace_time=None
        )
        scheduler.add_job(self.tick, id="first", misfire_grace_time=None)

    def stop(self) -> None:
        """End: a run under way stops at its next step, and what it finished is kept."""
        self._stopping.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def wake(self, sources: Sequence[str]) -> None:
        """Ask these sources as soon as the run under way, if any, has ended; none: look what is due now."""
        wish = tuple(sorted(sources))
        with self._lock:
            if wish in self._wishes:
                return  # one that waits will do for both
            self._wishes.add(wish)
        self._soon(wish)

    def _soon(self, wish: tuple[str, ...], seconds: float = 0) -> None:
        if self._scheduler is None:
            return
        # A job of its own each time: the scheduler drops a job whose namesake is running.
        self._scheduler.add_job(
            self._grant,
            "date",
            run_date=datetime.now(UTC) + timedelta(seconds=seconds),
            args=[wish],
            id=f"wish:{next(self._numbers)}",
            misfire_grace_time=None,
        )

    def _grant(self, wish: tuple[str, ...]) -> None:
        with self._lock:
            self._wishes.discard(wish)  # from here on the same wish is a new one: lists may have changed since
        if not wish:
            self.tick()
        elif not self.run(wish) and not self._stopping.is_set():
            with self._lock:
                again = wish not in self._wishes
                self._wishes.add(wish)
            if again:
                self._soon(wish, TICK)

    def tick(self) -> None:
        """One look: run what is due, tell of outages once each, send the week's digest."""
        try:
            plan = self._library.plan()
        except TrackerError as error:
            log.warning("the schedule cannot be read: %s", error)
            return
        if plan.due:
            self.run(plan.due)
        else:
            self._tell_outages()
        self._send_digest()

    def run(self, sources: Sequence[str]) -> bool:
        """One update of these sources; what goes wrong is logged, and recorded by the library itself.

        Returns:
            False when it did not begin: another process was updating, or the service is ending.
        """
        if self._stopping.is_set():
            return False
        log.info("asking %s", ", ".join(sources))
        try:
            report = self._update(sources, self._stopping.is_set)
        except AlreadyRunning as error:
            log.info("put off: %s", error)
            return False
        except TrackerError as error:
            log.warning("the update failed: %s", error)
        except KeyboardInterrupt:  # raised in this thread by _here, or by the update itself
            log.info("the update was stopped; what was finished is kept")
            return True
        else:
            for source in report.sources:
                if source.error:
                    log.warning("%s: %s", source.slug, source.error)
            log.info("%d new papers in %.0f s", report.new_papers, report.seconds)
        self._tell_outages()
        self._call_webhook()
        return True

    def _call_webhook(self) -> None:
        if "webhook" not in self._library.settings.service:
            return
        try:
            log.info("%d papers told to the webhook", self._library.call_webhook())
        except TrackerError as error:
            log.warning("the webhook failed, and is tried again after the next update: %s", error)

    def _here(self, sources: Sequence[str], stopping: Callable[[], bool]) -> UpdateReport:
        def step(progress: Progress) -> None:
            # As Ctrl-C would: the library records an interrupted run, and keeps what is whole.
            if stopping():
                raise KeyboardInterrupt

        return self._library.update(sources=list(sources), progress=step)

    def _send_digest(self) -> None:
        if self._stopping.is_set():
            return
        try:
            went = self._library.send_weekly_digest()
        except TrackerError as error:
            log.warning("the digest could not be sent, and is tried again in an hour: %s", error)
        else:
            if went:
                log.info("the digest: %s", went)

    def _tell_outages(self) -> None:
        """What began and what ended, once each, also when the service was started anew in between."""
        try:
            news = self._library.outage_news()
        except TrackerError as error:
            log.warning("outages cannot be told: %s", error)
            return
        for outage in news.begun:
            log.error("%s", in_words(outage))
        for name in news.ended:
            log.info("%s: works again", name)
