"""Search over the library: the engine's doors, opened onto the store and the model."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tracker.errors import DiskFull, ModelError
from tracker.library.conditions import condition_of, filter_of
from tracker.records import SearchResult
from tracker.search.engine import Mode, SearchEngine
from tracker.search.fusion import Weights
from tracker.search.ports import Card, Keys, PaperText, QueryEncoder, Tokens, VectorChange
from tracker.search.query import Atom, parse
from tracker.search.query import Filter as Asked
from tracker.settings import Settings
from tracker.store import changes, facets, filters, fulltext, hits, identifiers, listing, papers, vectors
from tracker.store.database import Database
from tracker.store.facets import Facets

log = logging.getLogger(__name__)

#: A ranked query is counted by list, year and so on among so many of its best papers.
FACETED = 200

#: Conditions whose papers are remembered (at most a megabyte each in a library of a million).
_REMEMBERED = 16
#: What is said of a name that no paper goes by: it may be misspelled.
_NAMED = {
    "list": "no paper is on a list called {} (tracker sources list names them)",
    "concept": "no paper is tied to a concept called {} (tracker concept names them)",
    "tag": "no paper is tagged {}",
}
#: What may be an identifier: no space but behind a prefix, and a digit, a slash or a colon somewhere.
_LIKE_AN_IDENTIFIER = re.compile(r"(?=\S*[\d/:])(?:[A-Za-z]+:\s*)?\S+")
#: BM25 weights of title, abstract, authors, listed, notes in the database's own index (the way back).
_WEIGHTS = (2.0, 1.0, 1.0, 1.0, 1.0)


class Finder:
    """One search engine over one library; shared by threads."""

    def __init__(self, db: Database, settings: Settings, *, weights: Weights | None = None) -> None:
        self._db = db
        self._settings = settings
        self._texts = _Texts(db)
        self._engine = SearchEngine(
            texts=self._texts,
            vectors=_Vectors(db),
            cards=_Cards(db),
            encoder=self._encoder,
            tokens=self._tokens,
            index_dir=settings.index_dir,
            weights=weights,
        )

    def close(self) -> None:
        """Free what the indexes hold."""
        self._engine.close()

    def search(self, query: str, limit: int, offset: int, mode: Mode) -> SearchResult:
        """The best papers for a query, or the one that it names by an identifier.

        Where there are none, the notices say which of its names no paper goes by.
        """
        named, pk = self._named(query)
        if pk is not None:
            return self._engine.named(query, pk, limit, offset=offset)
        found = self._engine.search(query, limit, offset=offset, mode=mode)
        if named:
            told = f"no paper here has the identifier {named} (run: tracker import {named})"
            found = replace(found, notices=(told, *found.notices))
        folder = self._settings.index_dir
        if found.notices and folder.exists() and not folder.is_dir():  # no other cure works before this one
            told = f"{folder} is a file where a folder should be (remove it, then run: tracker embed)"
            found = replace(found, notices=(*found.notices, told))
        if found.hits or offset:
            return found
        return replace(found, notices=(*found.notices, *self._nobodys(query)))

    def best(self, query: str, count: int, mode: Mode) -> list[int]:
        """The best papers for a query, by number alone."""
        _, pk = self._named(query)
        if pk is not None:
            return [pk][:count]
        return self._engine.best(query, count, mode=mode)

    def facets(self, query: str, mode: Mode) -> Facets:
        """What a query can be narrowed by; of a ranked one among its best, which are all that anybody looks at."""
        parsed = parse(query)
        best = self.best(query, FACETED, mode) if parsed.ranked else None
        with self._db.reader() as reader:
            if best is not None:
                return facets.of_papers(reader, best)
            return facets.of_condition(reader, condition_of(parsed))

    def similar(self, pk: int, limit: int) -> SearchResult:
        """The papers nearest to one."""
        return self._engine.similar(pk, limit)

    def prepare(self) -> None:
        """Write the index files that the next cold search reads; what cannot be written is only slower."""
        try:
            self._engine.prepare()
        except (ModelError, DiskFull) as error:
            log.warning("search indexes were not prepared: %s", error)

    def _named(self, query: str) -> tuple[str, int | None]:
        """The identifier that a query is, as a whole, and the paper that has it; "" and None where it is none."""
        text = query.strip()
        if not _LIKE_AN_IDENTIFIER.fullmatch(text):
            return "", None
        from tracker.identity import ids  # most queries never need it, and a cold search is in a hurry

        first = ids.parse_identifier(text)
        if first is None:
            return "", None
        asked = dict.fromkeys((first, *ids.identifiers_of(text)))
        with self._db.reader() as reader:
            owners = identifiers.owners(reader, asked)
            former = papers.pks_of_ids(reader, [str(one) for one in asked])
        held = (owners.get(one, former.get(str(one))) for one in asked)
        return str(first), next((pk for pk in held if pk is not None), None)

    def _nobodys(self, query: str) -> Iterator[str]:
        atoms = (atom for condition in parse(query).conditions for atom in condition.any_of)
        for atom in atoms:
            if isinstance(atom, Asked) and atom.field in _NAMED and not len(self._texts.matching(atom, limit=1)):
                yield _NAMED[atom.field].format(atom.value)

    def _encoder(self) -> QueryEncoder:
        from tracker.embed.load import load_encoder

        return load_encoder(self._settings, prepare=False)

    def _tokens(self, encoder: QueryEncoder) -> Tokens | None:
        from tracker.embed.load import model_files
        from tracker.embed.reranking import token_index

        files = model_files(self._settings, fetch=False)
        return token_index(self._settings.index_dir, self._settings.models_dir, files)


class _Texts:
    """The searchable texts.

    Who filters once filters again: what a condition admits is remembered until anything is written.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._known: dict[tuple[Atom, int | None], tuple[int, Keys]] = {}

    def stamp(self) -> int:
        with self._db.reader() as reader:
            return changes.latest(reader, changes.TEXTS)

    def changed(self, since: int) -> Iterator[tuple[int, PaperText | None]]:
        with self._db.reader() as reader:
            for row in changes.texts_since(reader, since):
                yield row[0], None if row[1] is None else PaperText(*row)

    def matching(self, atom: Atom, within: Sequence[int] | None = None, limit: int | None = None) -> Keys:
        if within is not None:
            condition = filters.All((filter_of(atom), filters.Among(tuple(within))))
            with self._db.reader() as reader:
                return filters.pks(reader, condition, limit)
        version = self._db.version()
        with self._lock:
            known = self._known.get((atom, limit))
        if known is not None and known[0] == version:
            return known[1]
        with self._db.reader() as reader:
            keys = filters.pks(reader, filter_of(atom), limit)
        keys.setflags(write=False)
        with self._lock:
            self._known.pop((atom, limit), None)
            while len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[atom, limit] = (version, keys)
        return keys

    def of(self, pks: Sequence[int]) -> list[PaperText]:
        with self._db.reader() as reader:
            return [PaperText(*row) for row in changes.texts_of(reader, pks)]

    def ranked(self, expression: str, limit: int) -> Sequence[tuple[int, float]]:
        if not expression:
            return []
        with self._db.reader() as reader:
            return fulltext.search(reader, expression, _WEIGHTS, limit)


class _Vectors:
    """The stored vectors."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def stamp(self, model: str) -> int:
        with self._db.reader() as reader:
            return changes.latest(reader, changes.vectors_of(model))

    def changed(self, model: str, since: int) -> Iterator[VectorChange]:
        with self._db.reader() as reader:
            for pk, embedded in vectors.changed(reader, model, since):
                if embedded is None:
                    yield VectorChange(pk, None)
                else:
                    yield VectorChange(pk, embedded.vectors, int(embedded.text_hash[:16] or "0", 16))


class _Cards:
    """What results show."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def cards(self, pks: Sequence[int]) -> Mapping[int, Card]:
        with self._db.reader() as reader:
            found = hits.cards(reader, pks)
        return {
            pk: Card(
                pk=pk,
                id=card.id,
                title=card.title,
                abstract=card.abstract,
                authors=card.authors,
                listed=card.listed,
                notes=card.notes,
                year=card.year,
                status=card.status,
                identifiers=card.identifiers,
            )
            for pk, card in found.items()
        }

    def recent(self, limit: int, offset: int, within: Sequence[int] | None) -> Sequence[int]:
        condition = filters.EVERYTHING if within is None else filters.Among(tuple(within))
        with self._db.reader() as reader:
            return listing.listed(reader, condition, sort="added", limit=limit, offset=offset)
