"""What a feed reader follows becomes sources of the library."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime

from tracker import resources
from tracker.errors import UsageError
from tracker.export.opml import Outline
from tracker.ingest.shelves import ensure_sources
from tracker.library.keeping import address_key, free_slug
from tracker.records import ImportReport, Problem, SourceSpec
from tracker.sources import registry
from tracker.store import sources
from tracker.store.database import Database


def follow(db: Database, outlines: Sequence[Outline], clock: Callable[[], datetime]) -> ImportReport:
    """A source for each subscription; one that is followed already, or was switched off, stays as it is.

    Feeds from places that hold papers are switched on, others off; the report
    says so.  What is no web address is a problem with its line.
    """
    ensure_sources(db, registry.load_specs(resources.read("sources.toml")), clock())
    with db.reader() as reader:
        held = {stored.spec.slug: stored.spec for stored in sources.listed(reader)}
        names = {stored.spec.slug for stored in sources.listed(reader, removed=True)}
    known = {address_key(spec.url): spec for spec in held.values()}
    found: list[SourceSpec] = []
    problems: list[Problem] = []
    unchanged = 0
    for outline in outlines:
        try:
            spec = registry.feed_spec(outline.url, title=outline.title)
        except UsageError as error:
            problems.append(Problem(f"line {outline.line}", str(error)))
            continue
        if address_key(spec.url) in known:
            unchanged += 1
            continue
        spec = _named(spec, outline, names)
        known[address_key(spec.url)] = spec
        names.add(spec.slug)
        found.append(spec)
    with db.write(durable=True) as session:
        for spec in found:
            sources.ensure(session, spec, clock(), position=500)
    return ImportReport(
        unchanged=unchanged, problems=tuple(problems), sources=tuple(found), notices=_told(found, bool(outlines))
    )


def _named(spec: SourceSpec, outline: Outline, names: set[str]) -> SourceSpec:
    slug = free_slug(spec.slug, names) if spec.slug in names else spec.slug
    folders = " / ".join(outline.folders)
    return dataclasses.replace(spec, slug=slug, description=f"Subscribed under {folders}." if folders else "")


def _told(found: Sequence[SourceSpec], any_at_all: bool) -> tuple[str, ...]:
    if not any_at_all:
        return ("there is no feed in it",)
    off = [spec.slug for spec in found if not spec.enabled]
    if not off:
        return ()
    shown = ", ".join(off[:10]) + (f" and {len(off) - 10} more" if len(off) > 10 else "")
    return (f"switched off, since they may bring no papers: {shown} (tracker sources enable NAME)",)
