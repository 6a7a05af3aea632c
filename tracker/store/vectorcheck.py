"""Are the vectors and the searchable texts what they should be, and the mending of those that are not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.store import vectors
from tracker.store.reader import Queryable, Row, as_reader
from tracker.store.texts import SearchText, put_text

if TYPE_CHECKING:
    from sqlmodel import Session

#: How far from 1 the length of a vector may be.
TOLERANCE = 1e-3

_SIZE, _LENGTH, _GAP, _MIXED = "have the wrong size", "are not of length 1", "miss a window", "are of several texts"


@dataclass(slots=True)
class Examined:
    """What was found of one model: papers with vectors, those that wait, and the papers with each problem."""

    papers: int = 0
    stale: int = 0
    problems: dict[str, set[int]] = field(default_factory=dict)

    def add(self, problem: str, pk: int) -> None:
        """One more paper with a problem."""
        self.problems.setdefault(problem, set()).add(pk)


def examine(source: Queryable) -> dict[str, Examined]:
    """Every vector of every model: size, length, windows without a gap, all of one text."""
    import numpy as np

    reader = as_reader(source)
    found: dict[str, Examined] = {}
    for model in [row[0] for row in reader.rows("SELECT DISTINCT model FROM vector ORDER BY model")]:
        result = found[model] = Examined(stale=vectors.stale_count(reader, model))
        usual = "SELECT dims FROM vector WHERE model = :model GROUP BY dims ORDER BY count(*) DESC, dims LIMIT 1"
        ((dims,),) = reader.rows(usual, {"model": model})
        for block in reader.stream(_ALL, {"model": model}, size=2000):
            sized = [row for row in block if row[2] == dims and len(row[3]) == dims * 4]
            for row in block if len(sized) < len(block) else ():
                if row[2] != dims or len(row[3]) != dims * 4:
                    result.add(_SIZE, row[0])
            matrix = np.frombuffer(b"".join(row[3] for row in sized), "<f4").reshape(len(sized), dims)
            lengths = np.linalg.norm(matrix.astype(np.float64), axis=1)
            for place in np.flatnonzero(~(np.abs(lengths - 1) <= TOLERANCE)):  # written so that NaN counts too
                result.add(_LENGTH, sized[int(place)][0])
        _examine_papers(reader.rows(_BY_PAPER, {"model": model}), result)
    return found


_ALL = "SELECT paper_pk, window, dims, CAST(data AS BLOB) FROM vector WHERE model = :model ORDER BY paper_pk, window"
_BY_PAPER = (
    "SELECT paper_pk, count(*), max(window), count(DISTINCT text_hash)"
    " FROM vector WHERE model = :model GROUP BY paper_pk"
)


def _examine_papers(rows: list[Row], result: Examined) -> None:
    result.papers = len(rows)
    for pk, windows, last, texts in rows:
        if last != windows - 1:
            result.add(_GAP, pk)
        if texts != 1:
            result.add(_MIXED, pk)


def drop_unusable(session: Session) -> int:
    """Delete the vectors of papers that have a problem, so that they are embedded again; returns how many papers."""
    from tracker.store import statements
    from tracker.store.tables import VectorRow

    dropped = 0
    for model, result in examine(session).items():
        unusable = sorted(set().union(*result.problems.values()))
        for start in range(0, len(unusable), 500):
            statements.delete(session, VectorRow, **{"model": model, "paper_pk": unusable[start : start + 500]})
        dropped += len(unusable)
    return dropped


def add_missing_texts(session: Session) -> int:
    """Give papers without a searchable text one, from their own row; returns how many."""
    sql = (
        "SELECT p.pk, p.title, p.abstract, p.authors, p.aliases FROM paper p"
        " LEFT JOIN paper_text t ON t.paper_pk = p.pk WHERE t.paper_pk IS NULL"
    )
    rows = as_reader(session).rows(sql)
    for pk, title, abstract, authors, aliases in rows:
        text = SearchText(
            title=title,
            text=abstract or "",
            authors="; ".join(json.loads(authors)),
            listed="\n".join(json.loads(aliases)),
        )
        put_text(session, pk, text)
    return len(rows)
