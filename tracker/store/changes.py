"""What changed since, for indexes that are kept beside the database.

Triggers number every change of a paper in a stream: ``texts`` for its
searchable text, ``vectors:MODEL`` for its vectors, ``desk`` for what the
reader decided and wrote.  The numbers only grow, and
a paper that is gone keeps its last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from tracker.store.reader import Queryable, Row, as_reader

Stream: TypeAlias = str
TEXTS: Stream = "texts"
DESK: Stream = "desk"


def vectors_of(model: str) -> Stream:
    """The stream of a model's vectors."""
    return f"vectors:{model}"


def latest(source: Queryable, stream: Stream) -> int:
    """The number of the last change; 0 where there was none."""
    sql = "SELECT coalesce(max(number), 0) FROM change WHERE stream = :stream"
    return int(as_reader(source).rows(sql, {"stream": stream})[0][0])


def since(source: Queryable, stream: Stream, number: int, *, size: int = 1000) -> Iterator[list[int]]:
    """The papers that changed after ``number``, oldest change first, in blocks; those that are gone too."""
    sql = "SELECT paper_pk FROM change WHERE stream = :stream AND number > :number ORDER BY number"
    for block in as_reader(source).stream(sql, {"stream": stream, "number": number}, size=size):
        yield [row[0] for row in block]


def texts_of(source: Queryable, pks: Sequence[int]) -> list[Row]:
    """``(pk, title, abstract, authors, listed, notes)`` of these papers, those that there are."""
    sql = (
        "SELECT t.paper_pk, t.title, t.abstract, t.authors, t.listed, t.notes FROM paper_text t"
        " WHERE t.paper_pk IN :pks"
    )
    return as_reader(source).rows_in(sql, "pks", pks)


def texts_since(source: Queryable, number: int, *, size: int = 1000) -> Iterator[Row]:
    """``(pk, title, abstract, authors, listed, notes)`` of every paper whose text changed after ``number``.

    All but ``pk`` are None for a paper that is gone; with ``number`` 0 those are left out.
    """
    sql = (
        "SELECT c.paper_pk, t.title, t.abstract, t.authors, t.listed, t.notes"
        " FROM change c LEFT JOIN paper_text t ON t.paper_pk = c.paper_pk"
        " WHERE c.stream = :stream AND c.number > :number AND (:number > 0 OR t.paper_pk IS NOT NULL)"
        " ORDER BY c.number"
    )
    for block in as_reader(source).stream(sql, {"stream": TEXTS, "number": number}, size=size):
        yield from block
