"""Papers that a person hands in: rows of a file, or names of papers."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from tracker.export.rows import ImportNote, ImportRow
from tracker.identity import ids
from tracker.identity.precedence import OWN_EXPORT
from tracker.identity.reconcile import Listed, OldMention, reconcile
from tracker.ingest.deriving import derive, derived_of, known_of
from tracker.ingest.effective import Chain
from tracker.ingest.joining import join_collisions
from tracker.records import (
    Entry,
    Identifier,
    ImportReport,
    Mention,
    Metadata,
    Note,
    Paper,
    Problem,
    Progress,
    SourceSpec,
)
from tracker.store import identifiers, mentions, metadata, notes, papers, reading, sources
from tracker.store.assemble import paper_records
from tracker.store.database import Database
from tracker.store.metadata import StoredMetadata

#: Rows a transaction.
BATCH = 250

#: What stands in ``metadata.service`` and ``asked`` for a person's own rows.
SERVICE, ASKED = "import", "file"


@dataclass(slots=True)
class _Count:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    ids: list[str] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def import_rows(
    db: Database,
    rows: Sequence[ImportRow],
    problems: Sequence[Problem],
    chain: Chain,
    clock: Callable[[], datetime],
    progress: Callable[[Progress], None] | None = None,
    notices: Sequence[str] = (),
) -> tuple[ImportReport, set[int]]:
    """Bring rows into the library, :data:`BATCH` a transaction.

    A row is the paper that has its id or one of its identifiers, else a new
    one.  What the reader wrote is added to what is there, never taken away: a
    status, rating or priority counts only where the library has none.  A row
    that names no paper is left out with a problem that says why.

    Returns:
        The report, and the numbers of the papers that something changed about.
    """
    count = _Count(problems=list(problems))
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        with db.write(durable=True) as session:
            brought = _Rows(session, chain, clock(), count).bring(some)
            became = _mentions(session, brought, chain, clock(), count)
            count.ids += list(papers.ids_of(session, [_last(became, pk) for _, pk in brought]).values())
        if progress is not None:
            progress(Progress(stage="import", done=start + len(some), total=len(rows)))
    report = ImportReport(
        added=count.added,
        updated=count.updated,
        unchanged=count.unchanged,
        problems=tuple(count.problems),
        ids=tuple(dict.fromkeys(count.ids)),
        notices=tuple(notices),
    )
    return report, count.touched


class _Rows:
    """The rows of one transaction."""

    def __init__(self, session: Session, chain: Chain, now: datetime, count: _Count) -> None:
        self._session = session
        self._chain = chain
        self._now = now
        self._count = count

    def bring(self, rows: Sequence[ImportRow]) -> list[tuple[ImportRow, int]]:
        """Each row with its paper; without the rows that name none."""
        named = [row_identifiers(row) for row in rows]
        owners = identifiers.owners(self._session, [i for some in named for i in some])
        by_id = papers.pks_of_ids(self._session, [row.id for row in rows if row.id])
        found: list[tuple[ImportRow, int]] = []
        changed: set[int] = set()
        for row, own in zip(rows, named, strict=True):
            pk = by_id.get(row.id or "") or next((owners[i] for i in own if i in owners), None)
            if pk is None and not own and not row.title.strip():
                self._count.problems.append(Problem(f"line {row.line}", _nameless(row)))
                continue
            self._count.problems += [
                Problem(f"line {row.line}", f"{text} is no identifier that can be read; it was left out")
                for text in _unread(row)
            ]
            if pk is None:
                pk = self._insert(row, own)
                self._count.touched.add(pk)
            elif self._update(pk, row, own):
                changed.add(pk)
            for identifier in own:
                owners.setdefault(identifier, pk)
            if row.id:
                by_id.setdefault(row.id, pk)
            self._own_words(pk, row)
            found.append((row, pk))
        joined = join_collisions(
            self._session, derive(self._session, changed, self._chain, self._now), self._chain, self._now
        )
        self._count.touched |= {joined.get(pk, pk) for pk in changed}
        return [(row, joined.get(pk, pk)) for row, pk in found]

    def _insert(self, row: ImportRow, own: Sequence[Identifier]) -> int:
        said = _metadata(row, own)
        known = known_of((), [StoredMetadata(paper_pk=0, metadata=said, fetched_at=self._now)], self._chain)
        fixed = row.id is not None and ids.parse_identifier(row.id) not in own
        derived = derived_of(known, ids.public_id(own, row.title))
        if row.id and fixed:
            derived = dataclasses.replace(derived, id=row.id)
        pk = papers.insert(self._session, derived, self._now, id_fixed=fixed, added=row.added)
        metadata.put(self._session, pk, said, self._now)
        identifiers.claim(self._session, pk, own, SERVICE, self._now)
        self._count.added += 1
        return pk

    def _update(self, pk: int, row: ImportRow, own: Sequence[Identifier]) -> bool:
        said = _metadata(row, own)
        held = [m.metadata for m in metadata.of_papers(self._session, [pk])[pk] if m.metadata.service == SERVICE]
        if row.id and papers.pks_of_ids(self._session, [row.id]).get(row.id) != pk:
            papers.add_aliases(self._session, pk, [row.id])
        if said in held or _says_nothing_new(said, paper_records(self._session, [pk])[0]):
            self._count.unchanged += 1
            return False
        metadata.put(self._session, pk, said, self._now)
        self._count.updated += 1
        return True

    def _own_words(self, pk: int, row: ImportRow) -> None:
        """What the reader wrote is added; where both sides say something, the library's own word stays."""
        if row.status or row.rating or row.priority:
            held = reading.of_papers(self._session, [pk])[pk]
            status = row.status if held.status_at is None and row.status != "inbox" else None
            rating = row.rating if held.rating is None else None
            priority = row.priority if held.priority_at is None and row.priority else None
            if status or rating or priority:
                reading.mark(self._session, [pk], self._now, status=status, rating=rating, priority=priority)
        notes.add_tags(self._session, pk, self._tags(row), self._now)
        for note in row.notes:
            notes.put(self._session, pk, self._note(pk, note))

    def _tags(self, row: ImportRow) -> list[str]:
        """The tags; one that is longer than a tag can be is told, and the paper kept."""
        for tag in row.tags:
            if len(tag) > notes.LONGEST_TAG:
                self._count.problems.append(Problem(f"line {row.line}", f"{tag[:40]!r}... is too long for a tag"))
        return [tag for tag in row.tags if 0 < len(tag) <= notes.LONGEST_TAG]

    def _note(self, pk: int, note: ImportNote) -> Note:
        """A note without an id of its own gets one that follows from its text, so that importing twice adds nothing.

        So does one whose id another paper's note has: that one is not to be overwritten.
        """
        digest = hashlib.sha256(f"{pk}\n{note.body}".encode("utf-8", "surrogatepass")).hexdigest()
        created = note.created or self._now
        taken = note.id is not None and notes.owner(self._session, note.id) not in (None, pk)
        return Note(
            id=digest[:12] if taken else note.id or digest[:12],
            body=note.body,
            created=created,
            updated=note.updated or created,
        )


def row_identifiers(row: ImportRow) -> tuple[Identifier, ...]:
    """What a row is called, normalised, strongest first."""
    found = [i for text in row.identifiers if (i := ids.parse_identifier(text)) is not None]
    if row.id and (named := ids.parse_identifier(row.id)) is not None:
        found.append(named)
    linked = ids.identifiers_of(row.url or "")
    # An address that says only where something lies names a paper that has no other name.
    found += [i for i in linked if i.scheme != "url"] if found else linked
    order = dict.fromkeys(found)
    best = ids.strongest(order)
    return tuple(sorted(order, key=lambda i: (i != best,)))


def _unread(row: ImportRow) -> list[str]:
    """What a row gives as an identifier and is none."""
    return [text[:80] for text in row.identifiers if ids.parse_identifier(text) is None]


def _nameless(row: ImportRow) -> str:
    """Why no paper can be made of a row."""
    unread = [f"{text} cannot be read" for text in _unread(row)]
    address = [f"{row.url[:80]} is the address of no single paper"] if row.url else []
    return ", and ".join(["it has no title", *unread, *address])


def _metadata(row: ImportRow, own: Sequence[Identifier]) -> Metadata:
    return Metadata(
        service=SERVICE,
        asked=OWN_EXPORT if row.mentions else ASKED,
        title=row.title or None,
        abstract=row.abstract,
        authors=row.authors,
        published=row.published,
        year=row.year,
        venue=row.venue,
        identifiers=tuple(own),
        urls=row.urls,
        code=row.code,
        results=row.results,
    )


def _says_nothing_new(said: Metadata, held: Paper) -> bool:
    """A row that our own export wrote about this very paper."""
    return (
        (said.title or held.title) == held.title
        and (said.abstract or held.abstract) == held.abstract
        and (said.authors or held.authors) == held.authors
        and (said.year or held.year) == held.year
        and (said.published or held.published) == held.published
        and (said.venue or held.venue) == held.venue
        and set(said.identifiers) <= set(held.identifiers)
        and set(said.code) <= set(held.code)
        and set(said.results) <= set(held.results)
    )


# ---------------------------------------------------------------- places on lists


def _mentions(
    session: Session,
    rows: Iterable[tuple[ImportRow, int]],
    chain: Chain,
    now: datetime,
    count: _Count,
) -> dict[int, int]:
    """The places on lists that a row of our own export names; a list that is not followed here is only named.

    Returns:
        Papers that turned out to be others, and which.
    """
    by_source: dict[str, list[tuple[Listed, int]]] = {}
    told: dict[int, Mention] = {}
    for row, pk in rows:
        for mention in row.mentions:
            entry = _entry(mention)
            by_source.setdefault(mention.source, []).append((Listed(entry, ids.entry_identifiers(entry)), pk))
            told[id(entry)] = mention
    became: dict[int, int] = {}
    for slug, items in by_source.items():
        _ensure(session, slug, now)
        old = [
            OldMention(m.key, m.entry, ids.entry_identifiers(m.entry), gone=m.gone_at is not None)
            for m in mentions.of_source(session, slug)
        ]
        # A list before this one may have shown that two of the papers are one.
        owner: Mapping[int, int] = {id(item.entry): _last(became, pk) for item, pk in items}
        touched = set()
        for added in reconcile(old, [item for item, _ in items]).added:
            pk = owner[id(added.listed.entry)]
            entry = added.listed.entry
            seen, gone = told[id(entry)].first_seen or now, told[id(entry)].gone_at
            number = mentions.insert(session, source=slug, key=added.key, paper_pk=pk, entry=entry, now=seen)
            if gone is not None:
                mentions.mark_gone(session, [number], gone)
            touched.add(pk)
        became |= join_collisions(session, derive(session, touched, chain, now), chain, now)
        count.touched |= touched
    count.touched = {_last(became, pk) for pk in count.touched}
    return became


def _last(became: Mapping[int, int], pk: int) -> int:
    while pk in became:
        pk = became[pk]
    return pk


def _ensure(session: Session, slug: str, now: datetime) -> None:
    if slug not in {held.spec.slug for held in sources.listed(session, removed=True)}:
        spec = SourceSpec(
            slug=slug, kind="file", title=slug, url="", description="Known from an imported file.", enabled=False
        )
        sources.ensure(session, spec, now, position=1000)


def _entry(mention: Mention) -> Entry:
    return Entry(
        title=mention.title,
        url=mention.url,
        alias=mention.alias,
        text=mention.text,
        links=mention.links,
        section=mention.section,
        marker=mention.marker,
        authors=mention.authors,
        year=mention.year,
        month=mention.month,
        week_start=mention.week_start,
        week_end=mention.week_end,
        rank=mention.rank,
        document=mention.document,
        line=mention.line,
    )
