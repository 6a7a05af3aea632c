"""Looking after the library: sources, duplicates, export, checks, copies, and how it all stands."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tracker import resources
from tracker.enrich import services as enriching
from tracker.errors import AlreadyRunning, DiskFull, ModelError, StoreError, UsageError
from tracker.export import formats
from tracker.identity import ids
from tracker.ingest.deriving import derive
from tracker.ingest.effective import Chain
from tracker.ingest.joining import join_collisions, winner_first
from tracker.ingest.shelves import ensure_sources
from tracker.journal import Journal
from tracker.library import indexes, lab_check
from tracker.library.conditions import condition_of
from tracker.library.naming import pk_in, pks_in
from tracker.records import CheckFinding, DuplicatePair, LibraryStatus, SourceState
from tracker.search.query import parse
from tracker.settings import Settings
from tracker.sources import registry
from tracker.store import (
    backup,
    changes,
    check,
    duplicates,
    identifiers,
    listing,
    mentions,
    merges,
    metadata,
    papers,
    reading,
    sources,
    vectors,
)
from tracker.store.assemble import paper_records
from tracker.store.database import Database, path_of
from tracker.store.filters import Is
from tracker.store.reader import Reader
from tracker.store.sources import StoredSource

log = logging.getLogger(__name__)


class Keeper:
    """What is done with the library as a whole."""

    def __init__(self, db: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._tally: tuple[tuple[object, ...], tuple[int, int]] | None = None

    # ------------------------------------------------------------ sources

    def sources(self) -> tuple[SourceState, ...]:
        """All sources."""
        self._ensure()
        with self._db.reader() as reader:
            return tuple(stored.state for stored in sources.listed(reader))

    def source(self, slug: str) -> SourceState:
        """One source."""
        self._ensure()
        with self._db.reader() as reader:
            return sources.get(reader, slug).state

    def add_source(self, url: str, slug: str | None) -> SourceState:
        """Follow an address; one that is followed already, or was removed, keeps its name and its mentions."""
        self._ensure()
        spec = registry.spec_for_url(url, slug=slug)
        with self._db.reader() as reader:
            everything = {stored.spec.slug: stored for stored in sources.listed(reader, removed=True)}
        same = next((s for s in everything.values() if address_key(s.spec.url) == address_key(spec.url)), None)
        if same is not None:
            return self._follow_again(same)
        if spec.slug in everything:
            if slug is not None:
                raise UsageError(f"a source is called {slug!r} already", cure="choose another --slug")
            spec = registry.spec_for_url(url, slug=free_slug(spec.slug, everything))
        with self._db.write(durable=True) as session:
            sources.ensure(session, spec, self._clock(), position=500)
            return sources.get(session, spec.slug).state

    def _follow_again(self, held: StoredSource) -> SourceState:
        slug = held.spec.slug
        with self._db.write(durable=True) as session:
            sources.ensure(session, held.spec, self._clock(), builtin=held.builtin, position=held.position)
            sources.set_enabled(session, slug, True)
            return sources.get(session, slug).state

    def remove_source(self, slug: str) -> SourceState:
        """Follow it no more."""
        self._ensure()
        with self._db.write(durable=True) as session:
            state = sources.get(session, slug).state
            sources.remove(session, slug, self._clock())
        return state

    def enable_source(self, slug: str, enabled: bool) -> SourceState:
        """Switch it on or off."""
        self._ensure()
        with self._db.write(durable=True) as session:
            sources.set_enabled(session, slug, enabled)
            return sources.get(session, slug).state

    def _ensure(self) -> None:
        ensure_sources(self._db, registry.load_specs(resources.read("sources.toml")), self._clock())

    # ------------------------------------------------------------ duplicates

    def duplicates(self, pk: int | None = None) -> tuple[DuplicatePair, ...]:
        """What waits for a person: all pairs, or those of one paper."""
        with self._db.reader() as reader:
            pairs = [p for p in duplicates.listed(reader) if pk is None or pk in (p.first_pk, p.second_pk)]
            numbers = {pk for pair in pairs for pk in (pair.first_pk, pair.second_pk)}
            held = dict(zip(sorted(numbers), paper_records(reader, sorted(numbers)), strict=True))
        return tuple(
            DuplicatePair(
                number=pair.number,
                first=held[pair.first_pk],
                second=held[pair.second_pk],
                score=pair.score,
                evidence=pair.evidence,
            )
            for pair in pairs
        )

    def merge(self, first: str, second: str) -> int:
        """One paper of two; which id stays follows from the identifiers."""
        now, chain = self._clock(), self._chain()
        with self._db.write(durable=True) as session:
            both = pks_in(session, (first, second))
            if len(both) == 1:
                raise UsageError("both names mean the same paper")
            winner, loser = winner_first(session, *both)
            merges.forget_apart(session, winner, loser)
            merges.merge(session, winner, loser, reason="a person said so", decided_by="person", now=now)
            join_collisions(session, derive(session, [winner], chain, now), chain, now)
        return winner

    def keep_apart(self, first: str, second: str) -> None:
        """Two papers are two."""
        with self._db.write(durable=True) as session:
            duplicates.keep_apart(session, pk_in(session, first), pk_in(session, second), self._clock())

    def merged(self, pk: int) -> tuple[str, ...]:
        """The former ids of the papers that were merged into one, latest first."""
        with self._db.reader() as reader:
            return tuple(merge.loser_id for merge in merges.active(reader, pk))

    def split(self, name: str) -> tuple[int, ...]:
        """Undo the merge of the paper that had this id, else the last one into the paper."""
        now, chain = self._clock(), self._chain()
        with self._db.write(durable=True) as session:
            done = merges.active(session, loser_id=name) or merges.active(session, pk_in(session, name))
            if not done:
                raise UsageError(f"nothing was merged into {name}")
            last = max(done, key=lambda merge: merge.pk)
            parted = merges.split(session, last.pk, now)
            both = (parted.winner_pk, parted.loser_pk)
            own = set(identifiers.of_papers(session, [parted.loser_pk])[parted.loser_pk])
            later = [m for m in mentions.of_papers(session, both)[parted.winner_pk] if m.pk in parted.later_mentions]
            back = [m.pk for m in later if own & set(ids.entry_identifiers(m.entry))]
            mentions.move(session, back, parted.loser_pk)
            derive(session, both, chain, now)
        return both

    def _chain(self) -> Chain:
        services = enriching.services(self._settings)
        extra = frozenset(service.name for service in services if service.traits.role == "extra")
        return Chain(abstract=enriching.chain(services), extra=extra)

    # ------------------------------------------------------------ taking away

    def export(self, path: Path | None, format: str, query: str) -> str | None:
        """Everything, or what a query admits; a file is replaced only when the new one is whole."""
        write = formats.exporter(format)
        condition = condition_of(parse(query), words=True)
        with self._db.reader() as reader:
            chunks = write(listing.walk(reader, condition))
            if path is None:
                return "".join(chunks)
            _replace(path, chunks)
        return None

    def present_ids(self, names: Sequence[str]) -> dict[str, str]:
        """The present ids of papers by ids that they have or had."""
        with self._db.reader() as reader:
            numbers = papers.pks_of_ids(reader, names)
            present = papers.ids_of(reader, numbers.values())
        return {name: present[pk] for name, pk in numbers.items()}

    # ------------------------------------------------------------ looking after

    def check(self, *, repair: bool) -> tuple[CheckFinding, ...]:
        """Findings; after a repair, those that are left."""
        path = path_of(self._settings.database_url)
        if repair:
            check.repair(path)
            if indexes.repair(self._db, self._settings):
                indexes.prepare(self._db, self._settings)
            with suppress(AlreadyRunning):  # whoever reads for the labs now makes broken parts anew by itself
                lab_check.repair(self._settings)
        found = check.check(path)
        if not all(one.ok for one in found):  # what is derived is compared with a library that can be read
            return (*found, self._model())
        searched = indexes.check(self._db, self._settings)
        return (*found, *searched, self._model(), *lab_check.check(self._db, self._settings))

    def _model(self) -> CheckFinding:
        from tracker.embed.load import model_files

        try:
            files = model_files(self._settings, fetch=False)
        except ModelError as error:
            return CheckFinding(area="model", ok=False, message=str(error.args[0]), cure=error.cure)
        return CheckFinding(area="model", ok=True, message=f"{files.model} is whole")

    def backup(self, path: Path) -> Path:
        """A consistent copy."""
        return backup.backup(path_of(self._settings.database_url), path)

    def status(self) -> LibraryStatus:
        """The library at a glance."""
        self._ensure()
        from tracker.embed.load import model_files

        model: str | None = None
        with suppress(ModelError):
            model = model_files(self._settings, fetch=False).model
        runs = Journal(self._settings.home / "runs.jsonl").runs(1)
        with self._db.reader() as reader:
            ((total,),) = reader.rows("SELECT count(*) FROM paper")
            ((listed,),) = reader.rows("SELECT count(*) FROM mention WHERE gone_at IS NULL")
            abstracts, unembedded = self._counted(reader, model, total)
            return LibraryStatus(
                home=str(self._settings.home),
                papers=total,
                mentions=listed,
                abstracts=abstracts,
                embedded=total - unembedded,
                unembedded=unembedded,
                by_status=reading.counts(reader),
                new_papers=listing.count(reader, Is("new")),
                unsure_pairs=duplicates.count(reader),
                model=model,
                last_run=runs[0].started if runs else None,
                last_outcome=runs[0].outcome if runs else None,
                sources=tuple(stored.state for stored in sources.listed(reader)),
                waiting=metadata.failed_counts(reader),
            )

    def _counted(self, reader: Reader, model: str | None, total: int) -> tuple[int, int]:
        """How many papers have an abstract, and how many wait to be embedded.

        Both read every row, so they are counted again only when a text or a vector changed.
        """
        texts = changes.latest(reader, changes.TEXTS)
        made = changes.latest(reader, changes.vectors_of(model)) if model else 0
        stamp = (model, total, texts, made)
        if self._tally is None or self._tally[0] != stamp:
            abstracts = int(reader.rows("SELECT count(abstract) FROM paper")[0][0])
            self._tally = (stamp, (abstracts, vectors.stale_count(reader, model) if model else total))
        return self._tally[1]


def address_key(url: str) -> str:
    """The same for two spellings of one address."""
    return url.casefold().rstrip("/").removesuffix(".git").removeprefix("https://").removeprefix("http://")


def free_slug(slug: str, taken: Iterable[str]) -> str:
    """``slug`` with the first number that makes it a name nobody has."""
    held = set(taken)
    return next(name for n in range(2, len(held) + 3) if (name := f"{slug}-{n}") not in held)


def _replace(path: Path, chunks: Iterable[str]) -> None:
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=path.absolute().parent, prefix=f".{path.name}-", delete=False
        ) as file:
            try:
                file.writelines(chunks)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        Path(file.name).replace(path)
    except OSError as error:
        if error.errno == 28:
            raise DiskFull(f"{path} cannot be written: the disk is full", cure="free some space") from error
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
