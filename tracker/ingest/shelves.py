"""The sources that ship with the tracker, and the starter shelf as one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from tracker.ingest.effective import Chain
from tracker.ingest.placing import Place, Placed, place_entries
from tracker.records import Entry, SourceSpec
from tracker.shelf import Shelf, ShelfPaper
from tracker.store import sources
from tracker.store.database import Database

#: The slug of the starter shelf among the sources.
SHELF = "starter-shelf"

SHELF_SPEC = SourceSpec(
    slug=SHELF,
    kind="shelf",
    title="Starter shelf",
    url="data/starter.toml",
    description="Landmark papers around embeddings and transformers, chosen and summarised for this tracker.",
    interval_hours=0,
)


def ensure_sources(db: Database, specs: Sequence[SourceSpec], now: datetime) -> None:
    """Write the sources that ship, where they are not there or changed; a removed one stays removed."""
    with db.reader() as reader:
        held = {stored.spec.slug: stored for stored in sources.listed(reader, removed=True)}
    due = [
        (position, spec)
        for position, spec in enumerate((SHELF_SPEC, *specs))
        if spec.slug not in held or (held[spec.slug].removed_at is None and _differs(held[spec.slug].spec, spec))
    ]
    if due:
        with db.write() as session:
            for position, spec in due:
                sources.ensure(session, spec, now, builtin=True, position=position)


def _differs(held: SourceSpec, spec: SourceSpec) -> bool:
    mine = (held.kind, held.title, held.url, held.description, held.interval_hours, dict(held.options))
    return mine != (spec.kind, spec.title, spec.url, spec.description, spec.interval_hours, dict(spec.options))


def place_shelf(db: Database, data: bytes, shelf: Shelf, chain: Chain, now: datetime) -> Placed:
    """Bring the shelf's papers into the library; does nothing when these bytes are there already."""
    fingerprint = hashlib.sha256(data).hexdigest()
    with db.reader() as reader:
        if sources.get(reader, SHELF).content_hash == fingerprint:
            return Placed()
    placed = place_entries(db, Place(SHELF, SHELF_SPEC.kind, chain, now), [_entry(paper) for paper in shelf.papers])
    with db.write() as session:
        sources.record_success(session, SHELF, now, content_hash=fingerprint, changed=placed.anything)
    return placed


def _entry(paper: ShelfPaper) -> Entry:
    return Entry(
        title=paper.title,
        url=paper.urls[0].url,
        same_as=tuple(link.url for link in paper.urls[1:]),
        links=paper.urls,
        text=paper.summary,
        authors=(*paper.authors, *(("et al.",) if paper.et_al else ())),
        year=paper.year,
        published=paper.published,
    )
