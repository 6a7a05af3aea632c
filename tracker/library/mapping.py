"""The library's map: where each paper lies, kept beside the search indexes, and what a page shows of it."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tracker.errors import DiskFull
from tracker.records import Progress, ReadingStatus
from tracker.settings import Settings
from tracker.store import changes, vectors
from tracker.store.database import Database
from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

log = logging.getLogger(__name__)

FILE = "map.npz"
#: Changes with the way of laying out: older maps are then drawn anew.
_FORM = 1
#: A map that was drawn with fewer than one part in so many of today's papers no longer shows their shape.
_OUTGROWN = 3


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A paper on the map.  ``concept`` and ``source`` are its strongest tie and the first list that names it."""

    id: str
    title: str
    x: float
    y: float
    year: int | None
    status: ReadingStatus
    concept: str | None
    source: str | None
    cluster: int


@dataclass(frozen=True, slots=True)
class MapCluster:
    """A group on the map: its centre, its most telling words, and how many papers it has."""

    x: float
    y: float
    name: str
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMap:
    """All papers that have a meaning, in the plane.  ``waiting`` counts those that are not embedded yet."""

    points: tuple[MapPoint, ...] = ()
    clusters: tuple[MapCluster, ...] = ()
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the file holds, as of change ``number`` of the vectors; ``base`` papers made the shape."""

    model: str
    number: int
    base: int
    pks: Ints
    positions: Floats
    groups: Ints
    centres: Floats
    names: tuple[str, ...]


class Mapper:
    """Draws and keeps one library's map; shared by threads."""

    def __init__(self, db: Database, options: Settings) -> None:
        self._db = db
        self._settings = options
        self._path = options.index_dir / FILE
        self._lock = threading.Lock()
        self._held: _Drawn | None = None

    def drawn(self) -> bool:
        """Whether there is a map to show without drawing one first, which takes seconds."""
        model = self._model()
        return bool(model and self._kept(model) is not None)

    def show(self) -> PaperMap:
        """The map, with papers that came since put in their places; drawn first where there is none.

        Raises:
            DiskFull: it cannot be kept.
        """
        model = self._model()
        with self._db.reader() as reader:
            if model is None:
                return PaperMap(waiting=_papers(reader))
        return self._view(self._current(model, None))

    def draw(self, progress: Callable[[Progress], None] | None = None) -> int:
        """Draw the map anew from all papers, lying as the former one did; returns how many are on it.

        Raises:
            DiskFull: it cannot be kept.
        """
        model = self._model()
        if model is None:
            return 0
        with self._lock:
            drawn = self._draw(model, self._kept(model), progress)
            self._keep(drawn)
        return len(drawn.pks)

    def _model(self) -> str | None:
        """The model with most vectors: the page shows what is known, whatever the settings will use next."""
        with self._db.reader() as reader:
            held = vectors.models(reader)
        return max(held, key=lambda name: (held[name], name), default=None)

    # ------------------------------------------------------------ bringing up to date

    def _current(self, model: str, progress: Callable[[Progress], None] | None) -> _Drawn:
        with self._lock:
            kept = self._kept(model)
            with self._db.reader() as reader:
                number = changes.latest(reader, changes.vectors_of(model))
                count = vectors.models(reader).get(model, 0)
            if kept is not None and kept.number == number:
                return kept
            if kept is None or count > _OUTGROWN * kept.base:
                now = self._draw(model, kept, progress)
            else:
                now = self._extended(kept)
            self._keep(now)
            return now

    def _draw(self, model: str, former: _Drawn | None, progress: Callable[[Progress], None] | None) -> _Drawn:
        import numpy as np

        from tracker.mapping import clusters, plane

        def tell(done: int, message: str) -> None:
            if progress:
                progress(Progress(stage="map", done=done, total=3, message=message))

        tell(0, "reading vectors")
        with self._db.reader() as reader:
            pks, matrix, number = _meanings(vectors.load_all(reader, model))
            texts = _texts(reader, pks)
        tell(1, f"laying out {len(pks):,} papers")
        shape = plane.landmarks(pks)
        placed = plane.layout(matrix[shape])
        if former is not None:
            placed = plane.turned_like(placed, former.positions, _common(pks[shape], former.pks))
        positions = np.zeros((len(pks), 2), np.float32)
        positions[shape] = placed
        others = np.setdiff1d(np.arange(len(pks)), shape)
        if len(others):
            positions[others] = plane.place(matrix[others], pks[others], matrix[shape], placed)
        tell(2, "naming groups")
        if not len(pks):
            return _Drawn(model, number, 0, pks, positions, pks, positions, ())
        count = clusters.how_many(len(pks))
        groups, centres = clusters.group(positions, count)
        names = clusters.names([texts.get(int(pk), "") for pk in pks], groups, count)
        tell(3, "drawn")
        return _Drawn(model, number, len(pks), pks, positions, groups, centres, names)

    def _extended(self, kept: _Drawn) -> _Drawn:
        """The map with new and altered papers beside their neighbours, and without those that are gone."""
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
        if len(new):
            positions[new] = plane.place(matrix[new], pks[new], matrix[old], positions[old])
            groups[new] = clusters.assign(positions[new], kept.centres)
        return _Drawn(kept.model, number, kept.base, pks, positions, groups, kept.centres, kept.names)

    # ------------------------------------------------------------ the file

    def _kept(self, model: str) -> _Drawn | None:
        if self._held is None and self._path.exists():
            self._held = _read(self._path)
        return self._held if self._held is not None and self._held.model == model else None

    def _keep(self, drawn: _Drawn) -> None:
        _write(self._path, drawn)
        self._held = drawn

    # ------------------------------------------------------------ what a page shows

    def _view(self, drawn: _Drawn) -> PaperMap:
        import numpy as np

        with self._db.reader() as reader:
            facts = _facts(reader)
            concepts, lists = _first(reader, _CONCEPT), _first(reader, _LIST)
        points = tuple(
            MapPoint(*facts[pk][:2], x, y, facts[pk][2], cast("ReadingStatus", facts[pk][3]), concepts.get(pk),
                     lists.get(pk), group)
            for pk, (x, y), group in zip(
                drawn.pks.tolist(), drawn.positions.tolist(), drawn.groups.tolist(), strict=True
            )
            if pk in facts
        )  # fmt: skip
        sizes = np.bincount(drawn.groups, minlength=len(drawn.names)).tolist()
        found = tuple(
            MapCluster(x, y, name, size)
            for (x, y), name, size in zip(drawn.centres.tolist(), drawn.names, sizes, strict=True)
        )
        return PaperMap(points=points, clusters=found, waiting=len(facts) - len(points))


_CONCEPT = (
    "SELECT l.paper_pk, l.slug FROM concept_link l"
    " LEFT JOIN concept_verdict v ON v.paper_pk = l.paper_pk AND v.slug = l.slug"
    " WHERE coalesce(v.accepted, 1) ORDER BY coalesce(v.accepted, 0), l.score, l.slug DESC"
)
_LIST = "SELECT paper_pk, source_slug FROM mention WHERE gone_at IS NULL ORDER BY first_seen_at DESC, source_slug DESC"


def _first(source: Queryable, sql: str) -> dict[int, str]:
    """The last row of each paper wins: the queries end with what counts most."""
    return dict(as_reader(source).rows(sql))


def _facts(source: Queryable) -> dict[int, tuple[str, str, int | None, str]]:
    sql = (
        "SELECT p.pk, p.id, p.title, p.year, coalesce(r.status, 'inbox') FROM paper p"
        " LEFT JOIN reading r ON r.paper_pk = p.pk"
    )
    return {row[0]: row[1:] for row in as_reader(source).rows(sql)}


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


def _write(path: Path, drawn: _Drawn) -> None:
    import numpy as np

    facts = {"form": _FORM, "model": drawn.model, "number": drawn.number, "base": drawn.base, "names": drawn.names}
    arrays: Mapping[str, Any] = {
        "facts": np.frombuffer(json.dumps(facts).encode(), np.uint8),
        "pks": drawn.pks,
        "positions": drawn.positions,
        "groups": drawn.groups,
        "centres": drawn.centres,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **arrays)
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DiskFull(
            f"the map {path} cannot be written: {error.strerror or error}", cure="free some space"
        ) from error


def _read(path: Path) -> _Drawn | None:
    """What the file holds; None where it is damaged or of another form: it is drawn again then."""
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as held:
            facts = json.loads(held["facts"].tobytes())
            if facts["form"] != _FORM:
                return None
            names: Sequence[str] = facts["names"]
            drawn = _Drawn(
                facts["model"], facts["number"], facts["base"],
                held["pks"], held["positions"], held["groups"], held["centres"], tuple(names),
            )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.warning("the map %s cannot be used and is drawn again: %s", path, error)
        return None
    whole = len(drawn.pks) == len(drawn.positions) == len(drawn.groups) and len(drawn.centres) == len(drawn.names)
    return drawn if whole else None
