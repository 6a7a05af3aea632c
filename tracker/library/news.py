"""What has not been told yet, by way of telling: each paper goes out once by mail or file, once by webhook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from tracker.errors import StoreError, UsageError
from tracker.export.digest import Digest, address
from tracker.http import Client
from tracker.records import Paper, Request
from tracker.settings import Settings

Channel = Literal["digest", "webhook"]
#: How far back the first message looks: what was there before is no news.
FIRST = timedelta(days=7)
#: Papers in one message; the others are counted.
MOST = 100
_SINCE = "since "


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Papers that a channel has not told: ``digest`` shows the first of them, ``ids`` are all."""

    channel: Channel
    digest: Digest
    ids: tuple[str, ...]


class Ledger:
    """Ids that were told, one a line, in a file of the data folder; survives a crash between two lines."""

    def __init__(self, home: Path, channel: Channel) -> None:
        self._path = home / f"told-{channel}.txt"

    def read(self, now: datetime) -> tuple[datetime, frozenset[str]]:
        """Since when papers are news at all, and which were told."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return now - FIRST, frozenset()
        except OSError as error:
            raise StoreError(f"{self._path} cannot be read: {error.strerror or error}") from error
        since = next((line.removeprefix(_SINCE) for line in lines if line.startswith(_SINCE)), "")
        try:
            return datetime.fromisoformat(since), frozenset(lines)
        except ValueError:
            return now - FIRST, frozenset(lines)

    def add(self, since: datetime, ids: Iterable[str]) -> None:
        """These were told."""
        try:
            with self._path.open("a", encoding="utf-8") as file:
                if not file.tell():
                    file.write(f"{_SINCE}{since.isoformat()}\n")
                file.writelines(f"{name}\n" for name in ids)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror or error}") from error


def news(
    settings: Settings,
    pages: Callable[[int], tuple[Paper, ...]],
    outages: Iterable[str],
    channel: Channel,
    now: datetime,
) -> News:
    """What this channel has still to tell.

    Args:
        settings: where the library is.
        pages: papers from an offset on, last come first; empty at the end.
        outages: sentences about what is out of order.
        channel: by which way.
        now: the present moment.
    """
    since, told = Ledger(settings.home, channel).read(now)
    fresh = [p for p in _since(pages, since) if told.isdisjoint((p.id, *p.aliases))]
    digest = Digest(now=now, papers=fresh[:MOST], more=max(len(fresh) - MOST, 0), outages=tuple(outages))
    return News(channel=channel, digest=digest, ids=tuple(p.id for p in fresh))


def tell(settings: Settings, told: News, now: datetime) -> None:
    """The message went out: its papers are no news for this channel any more."""
    ledger = Ledger(settings.home, told.channel)
    ledger.add(ledger.read(now)[0], told.ids)


def call_webhook(client: Client, settings: Settings, told: News) -> None:
    """Send the papers to the address that is set.

    Raises:
        UsageError: none is set.
        FetchError: it did not take them; they are news still.
    """
    url = settings.service.get("webhook")
    if not url:
        raise UsageError("no webhook is set", cure="set TRACKER_WEBHOOK to an https address")
    papers = [
        {
            "id": paper.id,
            "title": paper.title,
            "authors": list(paper.authors),
            "year": paper.year,
            "url": address(paper),
            "lists": sorted({m.source for m in paper.mentions}),
        }
        for paper in told.digest.papers
    ]
    client.fetch(Request(url, "POST", json={"event": "papers.new", "papers": papers, "more": told.digest.more}))


def _since(pages: Callable[[int], tuple[Paper, ...]], since: datetime) -> Iterator[Paper]:
    offset = 0
    while page := pages(offset):
        for paper in page:
            if paper.added is None or paper.added < since:
                return
            yield paper
        offset += len(page)
