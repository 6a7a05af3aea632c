"""Vectors as rows: the seam to replace for pgvector.

A paper has one vector a window of its text and model, little-endian float32
of length 1, with the fingerprint of the text it was made from.  Changes are
numbered by :mod:`tracker.store.changes` under ``vectors:MODEL``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import StoreCorrupt
from tracker.store import changes
from tracker.store.reader import Queryable, Reader, Row, as_reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from sqlmodel import Session

    Floats = npt.NDArray[np.float32]
    Keys = npt.NDArray[np.int64]

_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Embedded:
    """All windows of one paper: ``vectors`` [windows, d] float32 of length 1, made from the text with ``text_hash``."""

    pk: int
    text_hash: str
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Stale:
    """A paper without vectors of its present text: what to embed."""

    pk: int
    text_hash: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Vectors in order of paper and window: ``matrix`` [n, d], of ``pks`` [n] and ``windows`` [n], as of ``number``."""

    pks: Keys
    windows: Keys
    matrix: Floats
    number: int


def put_many(session: Session, model: str, embedded: Iterable[Embedded]) -> int:
    """Write papers' vectors in place of those they had; a paper that is gone meanwhile is passed over.

    Returns:
        The number of papers written.
    """
    import numpy as np

    from tracker.store import statements
    from tracker.store.tables import VectorRow

    papers = {paper.pk: paper for paper in embedded}
    present = {row[0] for row in as_reader(session).rows_in("SELECT pk FROM paper WHERE pk IN :pks", "pks", papers)}
    rows = [
        {
            "paper_pk": pk,
            "model": model,
            "window": window,
            "text_hash": papers[pk].text_hash,
            "dims": len(vector),
            "data": np.ascontiguousarray(vector, dtype="<f4").tobytes(),
        }
        for pk in sorted(present)
        for window, vector in enumerate(papers[pk].vectors)
    ]
    statements.upsert(session, VectorRow, rows, ("paper_pk", "model", "window"))
    # A text that grew shorter has fewer windows than before.
    held = "SELECT paper_pk, max(window) FROM vector WHERE model = :model AND paper_pk IN :pks GROUP BY paper_pk"
    for pk, last in as_reader(session).rows_in(held, "pks", present, {"model": model}):
        if last >= len(papers[pk].vectors):
            extra = list(range(len(papers[pk].vectors), last + 1))
            statements.delete(session, VectorRow, paper_pk=pk, model=model, window=extra)
    return len(present)


def stale(source: Queryable, model: str, *, after: int = 0, limit: int | None = None) -> list[Stale]:
    """Papers with a text but without vectors of it, in order of number, from after ``after`` on.

    Shortest texts are not first: sort a batch by length yourself.
    """
    sql = (
        "SELECT t.paper_pk, t.text_hash, t.title, t.abstract FROM paper_text t"
        " LEFT JOIN vector v ON v.paper_pk = t.paper_pk AND v.model = :model AND v.window = 0"
        " WHERE t.paper_pk > :after AND t.text_hash <> '' AND (v.text_hash IS NULL OR v.text_hash <> t.text_hash)"
        " ORDER BY t.paper_pk LIMIT :limit"
    )
    params = {"model": model, "after": after, "limit": -1 if limit is None else limit}
    return [Stale(*row) for row in as_reader(source).rows(sql, params)]


def stale_count(source: Queryable, model: str) -> int:
    """How many papers :func:`stale` would name."""
    sql = (
        "SELECT count(*) FROM paper_text t"
        " LEFT JOIN vector v ON v.paper_pk = t.paper_pk AND v.model = :model AND v.window = 0"
        " WHERE t.text_hash <> '' AND (v.text_hash IS NULL OR v.text_hash <> t.text_hash)"
    )
    return int(as_reader(source).rows(sql, {"model": model})[0][0])


def fresh_of_hash(source: Queryable, model: str, hashes: Iterable[str]) -> dict[str, int]:
    """For texts that are embedded already, a paper that has the vectors: the same text need not be embedded twice."""
    sql = (
        "SELECT text_hash, min(paper_pk) FROM vector WHERE model = :model AND window = 0"
        " AND text_hash IN :hashes GROUP BY text_hash"
    )
    return dict(as_reader(source).rows_in(sql, "hashes", hashes, {"model": model}))


def remove_others(session: Session, model: str) -> int:
    """Drop the vectors of every other model; returns the number of rows."""
    counted = as_reader(session).rows("SELECT count(*) FROM vector WHERE model <> :model", {"model": model})
    as_reader(session).rows("DELETE FROM vector WHERE model <> :model", {"model": model})
    return int(counted[0][0])


def models(source: Queryable) -> dict[str, int]:
    """The models that have vectors, and of how many papers."""
    sql = "SELECT model, count(*) FROM vector WHERE window = 0 GROUP BY model ORDER BY model"
    return dict(as_reader(source).rows(sql))


def models_of(source: Queryable, pks: Iterable[int]) -> dict[str, int]:
    """The models that have vectors of some papers, and of how many of them."""
    sql = "SELECT model, count(*) FROM vector WHERE window = 0 AND paper_pk IN :pks GROUP BY model"
    found: dict[str, int] = {}
    for model, number in as_reader(source).rows_in(sql, "pks", pks):
        found[model] = found.get(model, 0) + number
    return found


# ---------------------------------------------------------------- reading them


def load_all(source: Queryable, model: str) -> Loaded:
    """All vectors of a model in one array, read in blocks so that they are in memory once.

    Raises:
        StoreCorrupt: vectors of different sizes.
    """
    reader = as_reader(source)
    counted = "SELECT count(*), coalesce(max(dims), 0) FROM vector WHERE model = :model"
    ((count, dims),) = reader.rows(counted, {"model": model})
    sql = "SELECT paper_pk, window, data FROM vector WHERE model = :model ORDER BY paper_pk, window"
    blocks = reader.stream(sql, {"model": model}, size=_BLOCK)
    return _gather(blocks, count, dims, changes.latest(reader, changes.vectors_of(model)))


def of_papers(source: Queryable, model: str, pks: Sequence[int]) -> Loaded:
    """The vectors of some papers.

    Raises:
        StoreCorrupt: vectors of different sizes.
    """
    reader = as_reader(source)
    sql = "SELECT paper_pk, window, data FROM vector WHERE model = :model AND paper_pk IN :pks"
    rows = sorted(reader.rows_in(sql, "pks", pks, {"model": model}))
    dims = len(rows[0][2]) // 4 if rows else 0
    return _gather([rows] if rows else [], len(rows), dims, changes.latest(reader, changes.vectors_of(model)))


def changed(source: Queryable, model: str, since: int, *, size: int = 1000) -> Iterator[tuple[int, Embedded | None]]:
    """The papers whose vectors changed after ``since``, with all that they have now; None for those that have none.

    With ``since`` 0 those that have none are left out, and the others come in order of number.
    """
    reader = as_reader(source)
    if since == 0:
        yield from _all_of(reader, model, size)
        return
    sql = "SELECT paper_pk, window, data, text_hash FROM vector WHERE model = :model AND paper_pk IN :pks"
    for block in changes.since(reader, changes.vectors_of(model), since, size=size):
        held: dict[int, list[Row]] = {}
        for row in sorted(reader.rows_in(sql, "pks", block, {"model": model})):
            held.setdefault(row[0], []).append(row)
        for pk in block:
            yield pk, _embedded(held[pk]) if pk in held else None


def _all_of(reader: Reader, model: str, size: int) -> Iterator[tuple[int, Embedded]]:
    """All papers that have vectors, in order of number: indexes then need not sort a million rows."""
    sql = "SELECT paper_pk, window, data, text_hash FROM vector WHERE model = :model ORDER BY paper_pk, window"
    held: list[Row] = []
    for block in reader.stream(sql, {"model": model}, size=size):
        for row in block:
            if held and held[0][0] != row[0]:
                yield held[0][0], _embedded(held)
                held = []
            held.append(row)
    if held:
        yield held[0][0], _embedded(held)


def _embedded(rows: Sequence[Row]) -> Embedded:
    """The windows of one paper: rows of number, window, data and hash of the text."""
    import numpy as np

    matrix = np.frombuffer(b"".join(row[2] for row in rows), dtype="<f4")
    return Embedded(rows[0][0], rows[0][3], matrix.reshape(len(rows), -1))


def _gather(blocks: Iterable[Sequence[Row]], count: int, dims: int, number: int) -> Loaded:
    import numpy as np

    pks, windows = np.empty(count, np.int64), np.empty(count, np.int64)
    matrix = np.empty((count, dims), np.float32)
    done = 0
    for block in blocks:
        end = done + len(block)
        pks[done:end] = [row[0] for row in block]
        windows[done:end] = [row[1] for row in block]
        joined = b"".join(row[2] for row in block)
        if len(joined) != len(block) * dims * 4:
            raise StoreCorrupt("vectors of one model have different sizes", cure="run: tracker check --repair")
        matrix[done:end] = np.frombuffer(joined, dtype="<f4").reshape(len(block), dims)
        done = end
    return Loaded(pks, windows, matrix, number)
