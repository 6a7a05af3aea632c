"""The library's map: where each paper lies, kept beside the search indexes.

A paper that has a place keeps it: those that come later are put beside their
neighbours, and where so many came that they have a shape of their own they are
laid out round the old ones, which stay.  Only a map of fewer than
:data:`SETTLED` papers, which nobody knows by heart yet, may be laid out anew
by itself; any other is by :meth:`Mapper.draw`, which a person asks for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tracker.library import mapsheet
from tracker.library.mapfile import FILE, Drawn, read, write
from tracker.library.mapsheet import Fixed, MapCluster, MapPoint, MapSheet, PaperMap
from tracker.records import Progress
from tracker.settings import Settings
from tracker.store import changes, vectors
from tracker.store.database import Database
from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["FILE", "SETTLED", "MapCluster", "MapPoint", "MapSheet", "Mapper", "PaperMap"]

#: From so many papers on nothing that has a place is ever moved, but by a person's wish.
SETTLED = 500
#: A map that was drawn with fewer than one part in so many of today's papers no longer shows their shape.
_OUTGROWN = 3
_OnProgress = Callable[[Progress], None]


class Mapper:
    """Draws and keeps one library's map; shared by threads."""

    def __init__(self, db: Database, options: Settings) -> None:
        self._db = db
        self._path = options.index_dir / FILE
        self._journal = options.home / "runs.jsonl"
        self._lock = threading.Lock()
        self._held: tuple[tuple[int, int], Drawn] | None = None
        self._fixed: Fixed | None = None

    def drawn(self) -> bool:
        """Whether there is a map to show without drawing one first, which takes seconds."""
        return self._kept() is not None

    def show(self) -> PaperMap:
        """The map, with papers that came since put in their places; drawn first where there is none.

        Raises:
            DiskFull: it cannot be kept.
        """
        self.keep_up(None)
        return self.sheet().as_map()

    def sheet(self) -> MapSheet:
        """The map as it was drawn last, at once; without any where there is none yet."""
        drawn = self._kept()
        with self._db.reader() as reader:
            if drawn is None:
                return MapSheet(waiting=_papers(reader))
            mark = mapsheet.stamp(reader, drawn, self._journal)
            held = self._fixed
            if held is None or held.stamp != mark:
                held = self._fixed = mapsheet.fixed(reader, drawn, mark)
            return mapsheet.sheet(reader, held)

    def keep_up(self, progress: _OnProgress | None) -> int:
        """Put what was embedded since onto the map; returns how many papers are on it.

        Costs next to nothing where no paper was embedded.

        Raises:
            DiskFull: it cannot be kept.
        """
        model = self._model()
        if model is None:
            return 0
        with self._lock:
            kept = self._of(model)
            with self._db.reader() as reader:
                number = changes.latest(reader, changes.vectors_of(model))
            if kept is not None and kept.number == number:
                return len(kept.pks)
            with self._db.reader() as reader:
                count = vectors.models(reader).get(model, 0)
            outgrown = kept is not None and count > _OUTGROWN * kept.base
            if kept is None or (outgrown and len(kept.pks) < SETTLED):
                now = self._draw(model, kept, progress)
            else:
                now = self._extended(kept, progress, grown=outgrown)
            self._keep(now)
            return len(now.pks)

    def draw(self, progress: _OnProgress | None = None) -> int:
        """Draw the map anew from all papers, lying as the former one did; returns how many are on it.

        Raises:
            DiskFull: it cannot be kept.
        """
        model = self._model()
        if model is None:
            return 0
        with self._lock:
            now = self._draw(model, self._of(model), progress)
            self._keep(now)
        return len(now.pks)

    def _model(self) -> str | None:
        """The model with most vectors: the page shows what is known, whatever the settings will use next."""
        with self._db.reader() as reader:
            held = vectors.models(reader)
        return max(held, key=lambda name: (held[name], name), default=None)

    # ------------------------------------------------------------ drawing

    def _draw(self, model: str, former: Drawn | None, progress: _OnProgress | None) -> Drawn:
        import numpy as np

        from tracker.mapping import plane

        _tell(progress, 0, "reading vectors")
        with self._db.reader() as reader:
            pks, matrix, number = _meanings(vectors.load_all(reader, model))
        _tell(progress, 1, f"laying out {len(pks):,} papers")
        shape = plane.landmarks(pks)
        placed = plane.layout(matrix[shape])
        if former is not None:
            placed = plane.turned_like(placed, former.positions, _common(pks[shape], former.pks))
        positions = np.zeros((len(pks), 2), np.float32)
        positions[shape] = placed
        others = np.setdiff1d(np.arange(len(pks)), shape)
        if len(others):
            positions[others] = plane.place(matrix[others], pks[others], matrix[shape], placed)
        return self._named(model, number, pks, positions, progress)

    def _named(self, model: str, number: int, pks: Ints, positions: Floats, progress: _OnProgress | None) -> Drawn:
        """A map out of places: its groups and their names."""
        from tracker.mapping import clusters

        _tell(progress, 2, "naming groups")
        if not len(pks):
            return Drawn(model, number, 0, pks, positions, pks, positions, ())
        count = clusters.how_many(len(pks))
        groups, centres = clusters.group(positions, count)
        heard = clusters.spokesmen(pks, groups, count)
        with self._db.reader() as reader:
            texts = _texts(reader, pks[heard])
        names = clusters.names([texts.get(int(pk), "") for pk in pks[heard]], groups[heard], count)
        _tell(progress, 3, "drawn")
        return Drawn(model, number, len(pks), pks, positions, groups, centres, names)

    def _extended(self, kept: Drawn, progress: _OnProgress | None, *, grown: bool) -> Drawn:
        """The map with new papers, and without those that are gone; ``grown``: the new get a shape of their own."""
        import numpy as np

        from tracker.mapping import clusters, plane

        with self._db.reader() as reader:
            pks, matrix, number = _meanings(vectors.load_all(reader, kept.model))
        old, at = np.intersect1d(pks, kept.pks, return_indices=True)[1:]
        positions = np.zeros((len(pks), 2), np.float32)
        positions[old] = kept.positions[at]
        groups = np.zeros(len(pks), np.int64)
        groups[old] = kept.groups[at]
        new = np.setdiff1d(np.arange(len(pks)), old)
        if not grown or not len(new):
            if len(new):
                positions[new] = plane.place(matrix[new], pks[new], matrix[old], positions[old])
                groups[new] = clusters.assign(positions[new], kept.centres)
            return Drawn(kept.model, number, kept.base, pks, positions, groups, kept.centres, kept.names)
        anchors = old[plane.landmarks(pks[old], plane.LANDMARKS // 2)]
        fresh = new[plane.landmarks(pks[new], plane.LANDMARKS - len(anchors))]
        positions[fresh] = plane.join(matrix[fresh], pks[fresh], matrix[anchors], positions[anchors])
        rest, shape = np.setdiff1d(new, fresh), np.concatenate([anchors, fresh])
        if len(rest):
            positions[rest] = plane.place(matrix[rest], pks[rest], matrix[shape], positions[shape])
        return self._named(kept.model, number, pks, positions, progress)

    # ------------------------------------------------------------ the file

    def _kept(self) -> Drawn | None:
        """What the file holds, read again when another process wrote it."""
        try:
            facts = self._path.stat()
        except OSError:
            self._held = None
            return None
        mark = (facts.st_mtime_ns, facts.st_ino)
        if self._held is None or self._held[0] != mark:
            drawn = read(self._path)
            self._held = None if drawn is None else (mark, drawn)
        return None if self._held is None else self._held[1]

    def _of(self, model: str) -> Drawn | None:
        kept = self._kept()
        return kept if kept is not None and kept.model == model else None

    def _keep(self, drawn: Drawn) -> None:
        write(self._path, drawn)
        self._held = None


def _tell(progress: _OnProgress | None, done: int, message: str) -> None:
    if progress:
        progress(Progress(stage="map", done=done, total=3, message=message))


def _papers(source: Queryable) -> int:
    return int(as_reader(source).rows("SELECT count(*) FROM paper")[0][0])


def _texts(source: Queryable, pks: Ints) -> Mapping[int, str]:
    sql = "SELECT paper_pk, title || '. ' || title || '. ' || abstract FROM paper_text WHERE paper_pk IN :pks"
    return dict(as_reader(source).rows_in(sql, "pks", pks.tolist()))


def _meanings(loaded: vectors.Loaded) -> tuple[Ints, Floats, int]:
    """One unit vector a paper: the mean of its windows.  Papers ascending."""
    import numpy as np

    pks, first = np.unique(loaded.pks, return_index=True)
    if not len(pks):
        return pks, loaded.matrix, loaded.number
    summed = np.add.reduceat(loaded.matrix, first, axis=0) if len(pks) < len(loaded.pks) else loaded.matrix
    length = np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-9)
    return pks, np.asarray(summed / length, np.float32), loaded.number


def _common(ours: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    import numpy as np

    _, here, there = np.intersect1d(ours, theirs, return_indices=True)
    return here.astype(np.int64), there.astype(np.int64)
