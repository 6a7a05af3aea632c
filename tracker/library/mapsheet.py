"""What a page shows of a drawn map: places, and what each paper is coloured and named by, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast
from zlib import crc32

from tracker.library.mapfile import Drawn
from tracker.records import READING_STATUSES, ReadingStatus
from tracker.store import changes
from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]
    Small = npt.NDArray[np.int16]

Stamp: TypeAlias = tuple[object, ...]


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
class Fixed:
    """What changes by updates only and is kept between looks, paper by paper in order of their numbers.

    ``concepts`` and ``lists`` are places in the names beside them, -1 for none; a year of 0 is unknown.
    """

    stamp: Stamp
    pks: Ints
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    positions: Floats
    years: Small
    concepts: Small
    concept_names: tuple[str, ...]
    lists: Small
    list_names: tuple[str, ...]
    groups: Small
    clusters: tuple[MapCluster, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSheet:
    """A map as columns of the same length, for as many papers as there are.

    Attributes:
        version: changes when anything but ``statuses`` and ``waiting`` does.
        fixed: places, names, years, concepts and lists; None where nothing is drawn.
        statuses: ``[n]``, places in :data:`tracker.records.READING_STATUSES`.
        waiting: how many papers of the library are not on it.
    """

    version: str = ""
    fixed: Fixed | None = None
    statuses: bytes = b""
    waiting: int = 0

    def __len__(self) -> int:
        return 0 if self.fixed is None else len(self.fixed.ids)

    def as_map(self) -> PaperMap:
        """The same, an object a paper."""
        if self.fixed is None:
            return PaperMap(waiting=self.waiting)
        it = self.fixed
        columns = zip(
            it.ids, it.titles, it.positions.tolist(), it.years.tolist(), self.statuses, it.concepts.tolist(),
            it.lists.tolist(), it.groups.tolist(), strict=True,
        )  # fmt: skip
        points = tuple(
            MapPoint(
                name, title, x, y, year or None, READING_STATUSES[status],
                it.concept_names[concept] if concept >= 0 else None, it.list_names[source] if source >= 0 else None,
                group,
            )
            for name, title, (x, y), year, status, concept, source, group in columns
        )  # fmt: skip
        return PaperMap(points=points, clusters=it.clusters, waiting=self.waiting)


def stamp(source: Queryable, drawn: Drawn, journal: Path) -> Stamp:
    """What :func:`fixed` depends on, at the cost of a few look-ups.

    Years, lists and ties to concepts change within recorded runs, each of which makes the journal longer.
    """
    reader = as_reader(source)
    recorded = journal.stat().st_size if journal.exists() else 0
    mentions = reader.rows("SELECT max(pk) FROM mention")[0][0]
    verdicts = reader.rows("SELECT count(*), max(decided_at) FROM concept_verdict")[0]
    links = reader.rows("SELECT count(*) FROM concept_link")[0][0]
    texts = changes.latest(reader, changes.TEXTS)
    return (drawn.model, drawn.number, drawn.base, len(drawn.pks), texts, mentions, *verdicts, links, recorded)


def fixed(source: Queryable, drawn: Drawn, mark: Stamp) -> Fixed:
    """Everything but statuses, read anew; papers that are gone are left out."""
    import numpy as np

    rows = as_reader(source).rows("SELECT pk, id, title, year FROM paper ORDER BY pk")
    here = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    kept = np.isin(drawn.pks, here)
    pks = drawn.pks[kept]
    at = np.searchsorted(here, pks).tolist()
    concepts, concept_names = _coded(pks, dict(as_reader(source).rows(_CONCEPT)))
    lists, list_names = _coded(pks, dict(as_reader(source).rows(_LIST)))
    groups = drawn.groups[kept].astype(np.int16)
    sizes = np.bincount(groups, minlength=len(drawn.names)).tolist()
    clusters = tuple(
        MapCluster(x, y, name, size)
        for (x, y), name, size in zip(drawn.centres.tolist(), drawn.names, sizes, strict=True)
    )
    return Fixed(
        stamp=mark,
        pks=pks,
        ids=tuple(rows[i][1] for i in at),
        titles=tuple(rows[i][2] for i in at),
        positions=drawn.positions[kept],
        years=np.fromiter((rows[i][3] or 0 for i in at), np.int16, len(at)),
        concepts=concepts,
        concept_names=concept_names,
        lists=lists,
        list_names=list_names,
        groups=groups,
        clusters=clusters,
    )


def sheet(source: Queryable, held: Fixed) -> MapSheet:
    """The map as it is now."""
    import numpy as np

    reader = as_reader(source)
    rows = reader.rows("SELECT paper_pk, status FROM reading WHERE status <> 'inbox'")
    statuses = np.full(len(held.pks), READING_STATUSES.index("inbox"), np.uint8)
    if len(held.pks):
        marked = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        codes = np.fromiter((READING_STATUSES.index(cast("ReadingStatus", row[1])) for row in rows), np.uint8)
        at = np.minimum(np.searchsorted(held.pks, marked), len(held.pks) - 1)
        there = held.pks[at] == marked
        statuses[at[there]] = codes[there]
    total = int(reader.rows("SELECT count(*) FROM paper")[0][0])
    version = f"{crc32(repr(held.stamp).encode()):08x}"
    return MapSheet(version=version, fixed=held, statuses=statuses.tobytes(), waiting=total - len(held.pks))


#: The last row of each paper wins: both end with what counts most.
_CONCEPT = (
    "SELECT l.paper_pk, l.slug FROM concept_link l"
    " LEFT JOIN concept_verdict v ON v.paper_pk = l.paper_pk AND v.slug = l.slug"
    " WHERE coalesce(v.accepted, 1) ORDER BY coalesce(v.accepted, 0), l.score, l.slug DESC"
)
_LIST = "SELECT paper_pk, source_slug FROM mention WHERE gone_at IS NULL ORDER BY first_seen_at DESC, source_slug DESC"


def _coded(pks: Sequence[int] | Ints, named: dict[int, str]) -> tuple[Small, tuple[str, ...]]:
    """The name of each paper as its place among the names, -1 for none."""
    import numpy as np

    names = tuple(sorted(set(named.values())))
    code = {name: i for i, name in enumerate(names)}
    numbers = [int(pk) for pk in pks]
    return np.fromiter((code.get(named.get(pk, ""), -1) for pk in numbers), np.int16, len(numbers)), names
