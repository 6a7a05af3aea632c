"""What has not been told yet, and the call to a webhook: each paper goes out once by mail or file, once by webhook."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tracker.errors import UsageError
from tracker.export.digest import Digest, address
from tracker.http import Client
from tracker.library.telling import Told
from tracker.records import Paper, Request
from tracker.schedule.planning import Outage
from tracker.settings import Settings
from tracker.store import listing
from tracker.store.assemble import paper_records
from tracker.store.database import Database

#: Papers that a digest tells in full; of so many others it tells the titles, and of the rest how many there are.
WHOLE, TITLES = 25, 200
#: Papers in one call of the webhook.
BATCH = 100


def untold(db: Database, told: Told, *, to: str = "") -> tuple[Paper, ...]:
    """The papers that were not told yet, last come first.

    A paper may have learned a better id, or have been joined with another: whatever id it was told by counts.

    Args:
        db: the library.
        told: what was.
        to: also leave out what this address was told.
    """
    with db.reader() as reader:
        named = listing.named_since(reader, told.since)
        return tuple(paper_records(reader, [pk for pk, names in named if not told.knows(names, to)]))


def batch_of(db: Database, told: Told) -> tuple[Paper, ...]:
    """What is still there of the batch that was under way when the process ended, last come first."""
    begun = set(told.begun)
    with db.reader() as reader:
        named = listing.named_since(reader, told.since)
        return tuple(paper_records(reader, [pk for pk, names in named if begun & set(names)]))


def digest_of(papers: Sequence[Paper], outages: Iterable[str], now: datetime) -> Digest:
    """Papers as a digest."""
    named = WHOLE + TITLES
    return Digest(
        now=now,
        papers=papers[:WHOLE],
        rest=papers[WHOLE:named],
        more=len(papers[named:]),
        outages=tuple(outages),
    )


def webhook_of(settings: Settings) -> str:
    """The address that is called.

    Raises:
        UsageError: none is set.
    """
    url = settings.service.get("webhook")
    if not url:
        raise UsageError("no webhook is set", cure="set TRACKER_WEBHOOK to an https address")
    return url


def call(client: Client, url: str, event: str, content: dict[str, Any], key: Iterable[str]) -> None:
    """One call.  Its ``id`` is the same whenever the same is told, so that the other side may tell a repetition.

    Raises:
        FetchError: it was not taken.
    """
    name = hashlib.sha256("\n".join((event, *key)).encode()).hexdigest()[:32]
    client.fetch(Request(url, "POST", json={"event": event, "id": name, **content}))


def tell_papers(client: Client, url: str, papers: Sequence[Paper], more: int, key: Iterable[str]) -> None:
    """One batch of papers; ``more`` follow in further calls.  ``key`` are the ids that it was begun with.

    Raises:
        FetchError: it was not taken.
    """
    told = [
        {
            "id": paper.id,
            "title": paper.title,
            "authors": list(paper.authors),
            "year": paper.year,
            "url": address(paper),
            "lists": sorted({m.source for m in paper.mentions}),
        }
        for paper in papers
    ]
    call(client, url, "papers.new", {"papers": told, "more": more}, key)


def tell_outage(client: Client, url: str, outage: Outage) -> None:
    """That a source is out of order.

    Raises:
        FetchError: it was not taken.
    """
    since = outage.since.isoformat() if outage.since else None
    content = {"source": outage.slug, "failures": outage.failures, "last_success": since, "error": outage.error}
    call(client, url, "outage.begun", content, [outage.slug, since or ""])


def tell_recovery(client: Client, url: str, slug: str, since: str) -> None:
    """That a source answers again, which had last done so at ``since``.

    Raises:
        FetchError: it was not taken.
    """
    call(client, url, "outage.ended", {"source": slug}, [slug, since])
