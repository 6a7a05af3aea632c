"""Put what a list says now into the library: which paper each entry is, what is new, what is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from tracker.identity import ids
from tracker.identity.reconcile import Added, Kept, Listed, OldMention, Reconciliation, listed, reconcile
from tracker.ingest.deriving import derive, derived_of, known_of
from tracker.ingest.effective import Chain
from tracker.ingest.joining import join_collisions
from tracker.records import Entry, Identifier
from tracker.store import identifiers, mentions, metadata, papers
from tracker.store.database import Database
from tracker.store.mentions import StoredMention

#: Entries a transaction: small enough that a click in the dashboard never waits long for its turn.
BATCH = 100


@dataclass(slots=True)
class Placed:
    """What changed in the library."""

    added: int = 0
    changed: int = 0
    gone: int = 0
    returned: int = 0
    new_papers: int = 0
    papers: set[int] = field(default_factory=set)

    @property
    def anything(self) -> bool:
        """Whether the list said anything new."""
        return bool(self.added or self.changed or self.gone or self.returned)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when: the source's slug and kind, the chain of fallback services, the moment."""

    slug: str
    kind: str
    chain: Chain
    now: datetime


def place_entries(
    db: Database,
    place: Place,
    entries: Sequence[Entry],
    *,
    drop: bool = True,
    step: Callable[[int, int], None] | None = None,
) -> Placed:
    """Reconcile a list with what is held of it and store the outcome, :data:`BATCH` entries a transaction.

    Args:
        db: the library.
        place: the list.
        entries: all entries that it has now.
        drop: False keeps mentions that are not among them (an incomplete answer).
        step: called with (done, total) after each transaction.
    """
    with db.reader() as reader:
        old = mentions.of_source(reader, place.slug)
    plan = reconcile([_old(mention) for mention in old], listed(entries))
    held = {mention.key: mention for mention in old}
    work = list(_decisions(plan, drop))
    placed = Placed()
    for start in range(0, len(work), BATCH):
        batch = work[start : start + BATCH]
        with db.write() as session:
            _Batch(session, place, held, placed).apply(batch)
        if step is not None:
            step(start + len(batch), len(work))
    return placed


@dataclass(frozen=True, slots=True)
class _Gone:
    key: str


_Decision = Added | Kept | _Gone


def _decisions(plan: Reconciliation, drop: bool) -> Iterator[_Decision]:
    """Only what changes something."""
    yield from plan.returned
    yield from (kept for kept in plan.kept if kept.changed or kept.moved or kept.reidentified)
    yield from plan.added
    if drop:
        yield from (_Gone(key) for key in plan.gone)


def _old(mention: StoredMention) -> OldMention:
    return OldMention(
        mention.key, mention.entry, ids.entry_identifiers(mention.entry), gone=mention.gone_at is not None
    )


class _Batch:
    """The decisions of one transaction."""

    def __init__(self, session: Session, place: Place, held: dict[str, StoredMention], placed: Placed) -> None:
        self._session = session
        self._place = place
        self._held = held
        self._placed = placed
        self._owners: dict[Identifier, int] = {}
        self._touched: set[int] = set()

    def apply(self, batch: Sequence[_Decision]) -> None:
        """Write them all, then bring the papers concerned up to date."""
        named = [i for decision in batch if not isinstance(decision, _Gone) for i in decision.listed.identifiers]
        self._owners = identifiers.owners(self._session, named)
        places: list[tuple[int, str, int | None]] = []
        gone: list[int] = []
        for decision in batch:
            if isinstance(decision, Added):
                self._add(decision)
            elif isinstance(decision, _Gone):
                gone.append(self._held[decision.key].pk)
                self._touched.add(self._held[decision.key].paper_pk)
            elif decision.moved and self._held[decision.key].gone_at is None and not decision.reidentified:
                entry = decision.listed.entry
                places.append((self._held[decision.key].pk, entry.document, entry.line))
            else:
                self._keep(decision)
        mentions.relocate(self._session, places)
        mentions.mark_gone(self._session, gone, self._place.now)
        self._placed.gone += len(gone)
        collisions = derive(self._session, self._touched, self._place.chain, self._place.now)
        joined = join_collisions(self._session, collisions, self._place.chain, self._place.now)
        self._placed.papers |= {joined.get(pk, pk) for pk in self._touched}

    def _add(self, added: Added) -> None:
        pk = next((self._owners[i] for i in added.listed.identifiers if i in self._owners), None)
        if pk is None:
            pk = self._new_paper(added.key, added.listed)
        else:
            self._touched.add(pk)
        entry = added.listed.entry
        mentions.insert(
            self._session, source=self._place.slug, key=added.key, paper_pk=pk, entry=entry, now=self._place.now
        )
        self._placed.papers.add(pk)
        self._placed.added += 1

    def _new_paper(self, key: str, item: Listed) -> int:
        """A paper that this entry is the first to name: its row follows from the entry alone, so it is written once."""
        now = self._place.now
        only = StoredMention(
            pk=0,
            paper_pk=0,
            source=self._place.slug,
            kind=self._place.kind,
            key=key,
            entry=item.entry,
            first_seen=now,
            last_changed=now,
            gone_at=None,
            last_seen=now,
        )
        known = known_of([only], [], self._place.chain)
        pk = papers.insert(self._session, derived_of(known, f"{self._place.slug}/{key}"), now)
        identifiers.claim(self._session, pk, known.claims, f"list:{self._place.slug}", now)
        self._owners.update(dict.fromkeys(item.identifiers, pk))
        self._placed.new_papers += 1
        return pk

    def _keep(self, kept: Kept) -> None:
        former = self._held[kept.key]
        if former.gone_at is not None:
            self._placed.returned += 1
        else:
            self._placed.changed += 1
        mentions.update(self._session, former.pk, kept.listed.entry, self._place.now)
        self._touched.add(former.paper_pk)
        if kept.reidentified and _contradicts(former.entry, kept.listed):
            self._correct(former, kept)

    def _correct(self, former: StoredMention, kept: Kept) -> None:
        """The list mended a link: one arXiv id took the place of another.

        Where this mention alone held the paper together, it is that same
        paper, known by its right name from now on; what services said of the
        wrong name is dropped.  Otherwise the mention moves to the right paper.
        """
        pk = former.paper_pk
        others = [m for m in mentions.of_papers(self._session, [pk])[pk] if m.pk != former.pk]
        if not others:
            wrong = [str(i) for i in ids.entry_identifiers(former.entry)]
            metadata.forget(self._session, pk, wrong)
            return
        right = next((self._owners[i] for i in kept.listed.identifiers if i in self._owners), None)
        if right is None:
            right = self._new_paper(kept.key, kept.listed)
        mentions.move(self._session, [former.pk], right)
        self._touched.add(right)


def _contradicts(former: Entry, now: Listed) -> bool:
    before = {i.value for i in ids.entry_identifiers(former) if i.scheme == "arxiv"}
    after = {i.value for i in now.identifiers if i.scheme == "arxiv"}
    return bool(before and after and not before & after)
