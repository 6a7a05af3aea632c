"""Full text by SQLite's FTS5: the seam to replace for another engine.

The index ``paper_fts`` has the columns of :data:`COLUMNS`, over the table
``paper_text``, kept in step by triggers.  Words are folded (case, accents) and
stemmed (Porter), so ``attention`` finds ``attentions`` and ``Schölkopf`` is
found by ``scholkopf``.  Never write to ``paper_text`` with ``INSERT OR
REPLACE``: SQLite then deletes the old row without telling the index what was in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.errors import QueryError
from tracker.store.reader import Queryable, Row, as_reader

if TYPE_CHECKING:
    from sqlmodel import Session

COLUMNS: tuple[str, ...] = ("title", "abstract", "authors", "listed", "notes")

#: Around the words found, in :func:`passages`: control characters, which no text here holds.
MARK_OPEN, MARK_CLOSE = "\x02", "\x03"

_NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on the row ``paper`` as SQL, with its parameters; see :mod:`tracker.store.filters`."""

    sql: str
    params: Mapping[str, object] = field(default_factory=dict)


def quote(text: str) -> str:
    """``text`` as one FTS5 phrase: no character in it has a meaning of its own.

    The phrase may have no words (``"c++"`` has one, ``"?!"`` none) and then matches nothing.
    """
    clean = text.replace("\x00", " ").replace('"', '""')
    return f'"{clean}"'


def search(
    source: Queryable,
    expression: str,
    weights: Sequence[float] = (),
    limit: int | None = None,
    where: Where | None = None,
) -> list[tuple[int, float]]:
    """The papers that match, best first.

    Args:
        source: where to look.
        expression: an FTS5 expression; quote what a person typed with :func:`quote`.
        weights: BM25 weights of :data:`COLUMNS`, in order; missing ones are 1.
        limit: at most so many.
        where: further conditions on the paper.

    Returns:
        ``(pk, score)``: BM25, larger is better; ties go to the smaller pk.

    Raises:
        QueryError: the expression is not one.
    """
    rank = f"bm25({', '.join(str(float(w)) for w in weights)})"
    sql = "SELECT rowid, -rank FROM paper_fts WHERE paper_fts MATCH :expression AND rank MATCH :rank"
    if where is not None:
        # "+": without it SQLite may ask the index once for every paper that meets the conditions
        sql += " AND +rowid IN (SELECT paper.pk FROM paper WHERE " + where.sql + ")"
    # "rank, rowid" would sort all rows outside the index; by rank alone FTS5 sorts inside, in order of rowid for ties.
    sql += " ORDER BY rank LIMIT :limit"
    params = {"expression": expression, "rank": rank, "limit": _NO_LIMIT if limit is None else limit}
    return [(row[0], row[1]) for row in _match(source, sql, {**params, **(where.params if where else {})})]


def matching(source: Queryable, expression: str) -> list[int]:
    """The papers that match, by number.

    Raises:
        QueryError: the expression is not one.
    """
    sql = "SELECT rowid FROM paper_fts WHERE paper_fts MATCH :expression ORDER BY rowid"
    return [row[0] for row in _match(source, sql, {"expression": expression})]


def passages(source: Queryable, expression: str, pks: Sequence[int], *, words: int = 24) -> dict[int, dict[str, str]]:
    """Where the words were found: for each paper, a short passage of every column that has one.

    Words found stand between :data:`MARK_OPEN` and :data:`MARK_CLOSE`.

    Raises:
        QueryError: the expression is not one.
    """
    parts = ", ".join(f"snippet(paper_fts, {place}, :open, :close, '…', :words)" for place, _ in enumerate(COLUMNS))
    sql = "SELECT rowid, " + parts + " FROM paper_fts WHERE paper_fts MATCH :expression AND rowid IN :pks"
    params = {"expression": expression, "open": MARK_OPEN, "close": MARK_CLOSE, "words": min(words, 64)}
    found: dict[int, dict[str, str]] = {}
    for pk, *texts in _match(source, sql, params, pks):
        found[pk] = {name: text for name, text in zip(COLUMNS, texts, strict=True) if text and MARK_OPEN in text}
    return found


def highlighted(source: Queryable, expression: str, pk: int, column: str) -> str | None:
    """A whole column of one paper with the words found marked; None where the paper does not match.

    Raises:
        QueryError: the expression is not one.
    """
    sql = (
        "SELECT highlight(paper_fts, :column, :open, :close) FROM paper_fts"
        " WHERE paper_fts MATCH :expression AND rowid = :pk"
    )
    params = {
        "column": COLUMNS.index(column),
        "open": MARK_OPEN,
        "close": MARK_CLOSE,
        "expression": expression,
        "pk": pk,
    }
    rows = _match(source, sql, params)
    return str(rows[0][0]) if rows else None


# ---------------------------------------------------------------- looking after it


def check(source: Queryable) -> str | None:
    """What is wrong with the index, or None.  Compares it with the text of every paper; needs a write transaction."""
    import sqlite3

    try:
        # rank 1: compare with the content table too, not only the index with itself
        as_reader(source).rows("INSERT INTO paper_fts (paper_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) != sqlite3.SQLITE_CORRUPT:
            raise
        return str(error)
    return None


def rebuild(session: Session) -> None:
    """Make the index anew from the texts."""
    as_reader(session).rows("INSERT INTO paper_fts (paper_fts) VALUES ('rebuild')")


def optimize(session: Session) -> None:
    """Fold the index's segments into one; worth it after thousands of papers came at once."""
    as_reader(session).rows("INSERT INTO paper_fts (paper_fts) VALUES ('optimize')")


def _match(source: Queryable, sql: str, params: Mapping[str, object], pks: Sequence[int] | None = None) -> list[Row]:
    import sqlite3

    reader = as_reader(source)
    try:
        return reader.rows(sql, params) if pks is None else reader.rows_in(sql, "pks", pks, params)
    except sqlite3.OperationalError as error:
        # FTS5 reports what it cannot parse as a plain error; anything else is the database's trouble.
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            raise
        raise QueryError(f"the full-text index cannot read {params['expression']!r}: {error}") from error
