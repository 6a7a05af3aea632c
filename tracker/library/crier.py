"""Tells what is new by each way, and notes that it was told only after it went out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from tracker.errors import StoreError
from tracker.export import digest as forms
from tracker.http import Client
from tracker.library import mailing
from tracker.library.news import Channel, News, call_webhook, news, tell
from tracker.records import Paper
from tracker.schedule.planning import Outage
from tracker.settings import Settings


class Crier:
    """Over a library's papers, last come first from an offset on, and what is out of order."""

    def __init__(
        self,
        settings: Settings,
        pages: Callable[[int], tuple[Paper, ...]],
        outages: Callable[[], Iterable[Outage]],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._pages = pages
        self._outages = outages
        self._clock = clock

    def text(self, *, told: bool) -> str:
        """The digest as text."""
        found = self._news("digest")
        if told:
            tell(self._settings, found, self._clock())
        return forms.text(found.digest)

    def write(self, path: Path) -> int:
        """The digest as a page."""
        found = self._news("digest")
        try:
            path.write_text(forms.html(found.digest), encoding="utf-8", errors="replace")
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
        tell(self._settings, found, self._clock())
        return len(found.ids)

    def send(self) -> str:
        """The digest by mail."""
        found = self._news("digest")
        to = mailing.send(self._settings, found.digest.title, forms.text(found.digest), forms.html(found.digest))
        tell(self._settings, found, self._clock())
        return to

    def call(self, client: Client) -> int:
        """The webhook; it is not called without news."""
        found = self._news("webhook")
        if found.ids:
            call_webhook(client, self._settings, found)
            tell(self._settings, found, self._clock())
        return len(found.ids)

    def _news(self, channel: Channel) -> News:
        told = [
            f"{o.slug} failed {o.failures} times in a row"
            + (f", last answered on {o.since:%d %B %Y}" if o.since else "")
            + f": {o.error}"
            for o in self._outages()
        ]
        return news(self._settings, self._pages, told, channel, self._clock())
