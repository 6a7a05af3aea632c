"""A library as somebody uses it, out of a bare one: lists with weeks, thousands unseen, a reading list of 2,000.

A worker, run as a process of its own:

    python -m benchmarks.desk HOME [--seed 1]

The libraries that search is measured on hold papers and nothing that was done
with them; the dashboard is measured on what a year of use leaves behind.  Rows
of lists are written in bulk; what the reader did goes through the facade.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tracker.records import SourceSpec
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store import settings, sources, statements
from tracker.store.database import Database
from tracker.store.tables import MentionRow
from tracker.store.times import stored

QUEUED, READING, READ, SKIPPED, NOTES = 2_000, 12, 400, 150, 60
#: Lists, and the share of papers that each names.
LISTS = (("weekly-one", 0.25), ("weekly-two", 0.2), ("handbook", 0.3), ("course", 0.08), ("survey", 0.12))
#: Weeks that the lists go back.
WEEKS = 160
_BLOCK = 5_000
#: Of so many papers the lists tell; the rest came by import, as in a large library they do.
LISTED = 20_000
#: Up to so many papers all are unseen; of more, the newest are.
UNSEEN_ALL, UNSEEN = 10_000, 5_000


def dress(home: Path, seed: int = 1) -> dict[str, int]:
    """Give a bare library its lists, its reader's marks and its map; does nothing where it has them.

    Returns:
        How many papers, mentions and entries of the reading list there are.
    """
    with Database.open(load_settings(home, {}).database_url) as db:
        with db.reader() as reader:
            papers = [row[0] for row in reader.rows("SELECT pk FROM paper ORDER BY pk")]
            done = int(reader.rows("SELECT count(*) FROM mention")[0][0])
        if not done:
            _lists(db, papers, random.Random(seed))  # noqa: S311 - a made-up library
            _see(db, papers, random.Random(seed))  # noqa: S311
    with Tracker.open(home) as tracker:
        if not tracker.count("status:queued"):
            _read(tracker, random.Random(seed))  # noqa: S311
        tracker.keep_map_up()
        status = tracker.status()
    return {"papers": status.papers, "mentions": status.mentions, "queued": status.by_status.get("queued", 0)}


def _lists(db: Database, papers: list[int], chance: random.Random) -> None:
    now = datetime.now(UTC)
    with db.write() as session:
        for slug, _ in LISTS:
            spec = SourceSpec(slug, "markdown", slug.replace("-", " ").title(), f"https://lists.example/{slug}")
            sources.ensure(session, spec, now)
    some = sorted(chance.sample(papers, min(LISTED, len(papers))))
    rows = [_mention(slug, pk, now, chance) for slug, share in LISTS for pk in some if chance.random() < share]
    for start in range(0, len(rows), _BLOCK):
        with db.write() as session:
            statements.insert_many(session, MentionRow, rows[start : start + _BLOCK])


def _see(db: Database, papers: list[int], chance: random.Random) -> None:
    """Of a large library most was looked at long ago; of one of 10,000 papers nothing was."""
    if len(papers) <= UNSEEN_ALL:
        return
    now = datetime.now(UTC)
    with db.write() as session:
        settings.put(session, settings.SEEN_UNTIL, now - timedelta(minutes=1))
        wanted = json.dumps(chance.sample(papers, UNSEEN))
        for moment, sign in ((now - timedelta(days=1), "NOT IN"), (now, "IN")):
            sql = f"UPDATE paper SET news_at = ? WHERE pk {sign} (SELECT value FROM json_each(?))"  # noqa: S608
            session.connection().exec_driver_sql(sql, (stored(moment), wanted))


def _mention(slug: str, pk: int, now: datetime, chance: random.Random) -> dict[str, Any]:
    monday = now.date() - timedelta(days=now.weekday(), weeks=chance.randrange(WEEKS))
    weekly = slug.startswith("weekly")
    return {
        "source_slug": slug,
        "key": f"{slug}/{pk}",
        "paper_pk": pk,
        "title": f"Entry {pk}",
        "text": f"What the list says of entry {pk}: a line or two, as lists have them.",
        "section": ["Papers"] if weekly else ["Part", str(pk % 12)],
        "week_start": monday if weekly else None,
        "week_end": monday + timedelta(days=6) if weekly else None,
        "rank": chance.randrange(1, 11) if weekly else None,
        "first_seen_at": now,
        "last_changed_at": now,
    }


def _read(tracker: Tracker, chance: random.Random) -> None:
    ids = [paper.id for paper in tracker.papers(sort="endorsed", limit=8_000)]
    chance.shuffle(ids)
    parts = iter(ids)

    def some(number: int) -> list[str]:
        return [name for name, _ in zip(parts, range(min(number, len(ids) // 4)), strict=False)]

    queued = some(QUEUED)
    tracker.act(queued, "queued")
    tracker.act(queued[::9], priority=2)
    tracker.tag_many(queued[::5], add=["later"])
    read = some(READ)
    tracker.act(read, "read")
    for rating in (3, 4, 5):
        tracker.act(read[rating::6], rating=rating)
    tracker.act(some(READING), "reading")
    tracker.act(some(SKIPPED), "skipped")
    for name in read[:NOTES]:
        tracker.note(name, "The **key** figure is the second one; compare with what came before.")


def main() -> None:
    """The worker's command line; prints one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.write(json.dumps(dress(options.home, options.seed)) + "\n")


if __name__ == "__main__":
    main()
