"""Search by meaning: cosine of the query's vector with those of all papers.

Up to ``EXACT`` rows every vector is compared.  Beyond, a first pass over the
leading principal components (a quarter of the numbers or fewer) picks
candidates, and the full vectors of these are compared: the answer is exact for
every candidate, and the candidates hold nearly all of the true first ten.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tracker.errors import DiskFull, IndexUnusable
from tracker.search import arrays
from tracker.search.blocks import Block, empty, gather, join, sketched
from tracker.search.ports import Floats, Keys, VectorChange, Vectors
from tracker.search.rows import Mask, Numbers, Rows, Scope, best

FORMAT = 1
#: Rows up to which the whole matrix is read for each query (1.5 MB for each 1,000).
EXACT = 30_000
#: Candidates of the first pass that are compared in full.
CANDIDATES = 2500
#: Papers in scope up to which all of them are compared in full.
FEW = 5000
MIN_REWRITE = 64
#: Changes that may be read while somebody waits (about two seconds).
MAX_FRESH = 50_000


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """All vectors of a model as of one stamp.  Never changes; a newer one takes its place."""

    stamp: int
    base: Block
    fresh: Block
    rows: Rows
    changes: int

    def rough(self, query: Floats) -> Floats:
        """About how near each row of the old part is, ``[rows]``; empty where there is no sketch to tell it."""
        return self.base.sketch @ (self.base.basis.T @ query) if len(self.base.sketch) else self.base.sketch[:, 0]

    def best(self, query: Floats, count: int, scope: Scope, rough: Floats | None = None) -> tuple[Keys, Floats]:
        """Keys and cosines of the nearest papers, nearest first.

        Args:
            query: ``[d]`` of length 1.
            count: papers wanted.
            scope: which papers may be found.
            rough: what :meth:`rough` said of the query, for those who ask several times.
        """
        if not len(self.rows) or count <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        mask = scope.mask(self.rows)
        few = mask is not None and int(mask.sum()) <= FEW
        if mask is not None and few:
            return self._nearest(query, np.flatnonzero(mask), count)
        if len(self.base.sketch):
            return self._nearest(
                query, self._candidates(self.rough(query) if rough is None else rough, count, mask), count
            )
        cosines: Floats = np.concatenate([self.base.matrix @ query, self.fresh.matrix @ query])
        cosines[self.rows.dead] = -2.0
        if mask is not None:
            cosines[~mask] = -2.0
        # One paper may have several windows; ask for enough rows that enough papers remain.
        rows = best(cosines + np.float32(2), count * 2)
        return self._distinct(rows, cosines[rows], count)

    def of(self, query: Floats, pks: Keys) -> Floats:
        """The cosine of each of these papers (its best window); 0 for papers without a vector."""
        order = np.argsort(pks, kind="stable")
        rows = self.rows.of(pks[order])
        cosines = self._cosines(query, rows)
        found = np.full(len(pks), -1.0, dtype=np.float32)
        place = order[np.searchsorted(pks[order], self.rows.keys[rows])]
        np.maximum.at(found, place, cosines)
        found[found == -1.0] = 0.0
        return found

    def vector(self, pk: int) -> Floats | None:
        """The first vector of a paper."""
        place = int(self.rows.places(np.array([pk], dtype=np.int64))[0])
        return None if place < 0 else self._take(np.array([place]))[0]

    def texts(self, pks: Keys) -> list[int]:
        """The text hash of each paper's first vector; 0 for papers without."""
        everything = self.rows.places(pks)
        split = len(self.base.pks)
        return [
            0 if place < 0 else int(self.base.texts[place] if place < split else self.fresh.texts[place - split])
            for place in everything.tolist()
        ]

    def _take(self, rows: Numbers) -> Floats:
        split = len(self.base.pks)
        if not len(self.fresh.pks):
            return self.base.matrix[rows]
        found = np.empty((len(rows), self.base.matrix.shape[1] or self.fresh.matrix.shape[1]), dtype=np.float32)
        old = rows < split
        found[old] = self.base.matrix[rows[old]]
        found[~old] = self.fresh.matrix[rows[~old] - split]
        return found

    def _cosines(self, query: Floats, rows: Numbers) -> Floats:
        return self._take(rows) @ query if len(rows) else np.zeros(0, np.float32)

    def _candidates(self, rough: Floats, count: int, mask: Mask | None) -> Numbers:
        """Rows worth comparing in full: the best of the sketch, and all new ones."""
        split = len(self.base.pks)
        scores = rough + np.float32(2)
        if mask is not None:
            scores *= mask[:split]
        scores[self.rows.dead] = 0.0
        wanted = min(split, max(CANDIDATES, 2 * count, split // 160))
        rows = np.sort(best(scores, wanted))
        fresh = np.arange(split, len(self.rows))
        return np.concatenate([rows, fresh if mask is None else fresh[mask[split:]]])

    def _nearest(self, query: Floats, rows: Numbers, count: int) -> tuple[Keys, Floats]:
        if not len(rows):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        cosines = self._cosines(query, rows)
        order = np.lexsort((rows, -cosines))
        return self._distinct(rows[order], cosines[order], count)

    def _distinct(self, rows: Numbers, cosines: Floats, count: int) -> tuple[Keys, Floats]:
        """Papers of rows in falling order of cosine, each once, by its best window."""
        keys = self.rows.keys[rows]
        _, first = np.unique(keys, return_index=True)
        first = np.sort(first)
        first = first[cosines[first] > -2.0][:count]
        return keys[first], cosines[first]


class VectorIndexKeeper:
    """Keeps the vector index of a model in step with the library, and its file beside the database.

    Safe to use from several threads.
    """

    def __init__(self, vectors: Vectors, folder: Path | None) -> None:
        self._vectors, self._folder = vectors, folder
        self._lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._model = ""
        self._tried = False

    def current(self, model: str) -> VectorIndex:
        """The index of a model as of now.

        Raises:
            IndexUnusable: too much changed to catch up while somebody waits; ``prepare`` does it.
        """
        with self._lock:
            index = self._refresh(model, MAX_FRESH)
            if not self._tried:
                # Once: a folder that cannot be written now costs the next searches of this process nothing.
                self._tried = True
                if self._file(model) is not None and not len(index.base) and len(index.fresh) >= MIN_REWRITE:
                    with suppress(DiskFull):  # the next search reads the vectors again, which is only slower
                        index = self._index = self._written(index, model)
            return index

    def prepare(self, model: str) -> bool:
        """Brings index and file up to date; True when a file was written.

        Raises:
            DiskFull: the file cannot be written; the index in memory is up to date all the same.
        """
        with self._lock:
            index = self._refresh(model, None)
            file = self._file(model)
            usable = file is not None and len(index.base) and file.exists()
            if file is None or not index.changes or (index.changes < MIN_REWRITE and usable):
                return False
            self._index = self._written(index, model)
            for old in file.parent.glob("vectors-*.index"):
                if old != file:
                    old.unlink(missing_ok=True)
            return True

    def _written(self, index: VectorIndex, model: str) -> VectorIndex:
        """The index, in the file and as it stands there.

        Raises:
            DiskFull: it cannot be written.
        """
        file, whole = self._file(model), _merged(index)
        assert file is not None  # noqa: S101  # asked by the caller
        facts = {"format": FORMAT, "stamp": index.stamp, "model": model}
        arrays.write(file, facts, {name: getattr(whole, name) for name in Block.__slots__})
        # From here on the file, mapped: what was put together for it need not stay in memory.
        mapped = self._open(model)
        fits = mapped.stamp == index.stamp and len(mapped.rows) == len(whole)
        return mapped if fits else _index(whole, index.stamp)

    def _file(self, model: str) -> Path | None:
        safe = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in model)
        return self._folder / f"vectors-{safe}.index" if self._folder else None

    def _refresh(self, model: str, limit: int | None) -> VectorIndex:
        if self._index is None or self._model != model:
            self._index, self._model = self._open(model), model
        stamp = self._vectors.stamp(model)
        if stamp != self._index.stamp:
            if stamp < self._index.stamp:
                self._index = _index(empty(), 0)
            if limit is not None and stamp - self._index.stamp > limit:
                raise IndexUnusable(
                    "the index of vectors is far behind the library", cure="run `tracker embed` to bring it up to date"
                )
            self._index = _with(self._index, self._vectors.changed(model, self._index.stamp), stamp)
        return self._index

    def _open(self, model: str) -> VectorIndex:
        file, nothing = self._file(model), _index(empty(), 0)
        if file is None:
            return nothing
        try:
            facts, found = arrays.read(file)
            usable = (
                facts.get("format") == FORMAT and facts.get("model") == model and isinstance(facts.get("stamp"), int)
            )
            if not usable or facts["stamp"] > self._vectors.stamp(model):
                return nothing
            block = Block(**{name: found[name] for name in Block.__slots__})
            fits = len(block) == len(block.texts) == len(block.matrix) and len(block.sketch) in (0, len(block))
            if not fits or (len(block.sketch) and len(block.basis) != block.dims):
                return nothing
            return _index(block, facts["stamp"])
        except (IndexUnusable, KeyError, ValueError):
            return nothing


def _index(base: Block, stamp: int) -> VectorIndex:
    fresh = empty(base.dims)
    return VectorIndex(stamp, base, fresh, Rows(base.pks, fresh.pks), 0)


def _with(index: VectorIndex, changes: Iterable[VectorChange], stamp: int) -> VectorIndex:
    """The index with changes applied: old rows of what changed are dead, new rows stand in the fresh part."""
    added, touched = gather(changes)
    dims = added.dims or index.base.dims or index.fresh.dims
    # Vectors of another size are of another model: what was there has nothing to do with them.
    base = index.base if index.base.dims == dims else empty(dims)
    kept = index.fresh.only(~np.isin(index.fresh.pks, touched)) if index.fresh.dims == dims else empty(dims)
    joined = join([kept, added])
    fresh = joined if len(joined) else empty(dims)
    alive = _alive(index)[: len(base)] & ~np.isin(base.pks, touched)
    rows = Rows(base.pks, fresh.pks, None if alive.all() else alive)
    return VectorIndex(stamp, base, fresh, rows, index.changes + len(touched))


def _merged(index: VectorIndex) -> Block:
    """Old and new rows in one block, with a sketch when there are many."""
    whole = join([index.base.only(_alive(index)), index.fresh])
    if not len(whole):
        return empty(index.base.dims or index.fresh.dims)
    return sketched(whole) if len(whole) > EXACT else whole


def _alive(index: VectorIndex) -> Mask:
    alive = index.rows.base_alive
    return np.ones(len(index.base), dtype=bool) if alive is None else alive
