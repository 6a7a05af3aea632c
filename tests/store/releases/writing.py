"""A library of every released schema, as SQL text: ``python -m tests.store.releases.writing`` writes that of today.

Run once when a revision is released, by the code of that release; never again.
The full-text index is not in the text: it holds no content of its own, and is
rebuilt when a library is made from it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import numpy as np
from sqlmodel import Session

from tests.store.conftest import NOON, add_paper, after, unit
from tracker.records import ConceptLink
from tracker.store import concepts, duplicates, merges, notes, reading, schema, vectors
from tracker.store.database import Database

FOLDER = Path(__file__).parent
MODEL = "small-model@1234"
_FTS = "paper_fts"


def main() -> None:
    """Write the library of this schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.sqlite3"
        with Database.open(f"sqlite:///{path}") as database, database.write() as session:
            fill(session)
        (FOLDER / f"{schema.HEAD}.sql").write_text(written(path), encoding="utf-8")


def fill(session: Session) -> None:
    """One of everything that a library keeps."""
    first, second, third, fourth = (add_paper(session, f"2401.0000{n}") for n in range(1, 5))
    reading.mark(session, [first], after(1), status="reading", rating=4, priority=2)
    reading.mark(session, [second], after(2), status="queued")
    reading.mark_seen(session, after(3), [third])
    notes.add(session, first, "Über Aufmerksamkeit: *the moon*, 'quoted'; --", after(4))
    notes.add_tags(session, first, ["to try", "heads"], after(5))
    numbers = [(first, 1), (second, 2)]
    hashes = {
        row[0]: row[1] for row in session.connection().exec_driver_sql("SELECT paper_pk, text_hash FROM paper_text")
    }
    embedded = [vectors.Embedded(pk, hashes[pk], np.stack([unit(seed, 8)])) for pk, seed in numbers]
    vectors.put_many(session, MODEL, embedded)
    concepts.replace_links(session, {first: [ConceptLink(slug="attention", score=0.7, evidence="by name")]}, NOON)
    concepts.say(session, second, "attention", True, after(6))
    duplicates.put(session, second, third, score=0.6, evidence=["titles alike"], now=after(7))
    notes.add(session, fourth, "on what was merged", after(8))
    merges.merge(session, third, fourth, reason="the same", decided_by="person", now=after(9))


def written(path: Path) -> str:
    """A database as SQL text."""
    with sqlite3.connect(path) as connection:
        ours = f"name NOT LIKE '{_FTS}%' AND name NOT LIKE 'sqlite_%'"
        made = connection.execute(f"SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND {ours}")  # noqa: S608
        objects = made.fetchall()
        (index,) = connection.execute(f"SELECT sql FROM sqlite_master WHERE name = '{_FTS}'").fetchone()  # noqa: S608
        tables = [(name, sql) for kind, name, sql in objects if kind == "table"]
        lines = [f"PRAGMA application_id={schema.APPLICATION_ID};"]
        lines += [f"{sql};" for _, sql in tables]
        for name, _ in [*tables, ("sqlite_sequence", "")]:
            lines += [_insert(connection, name, row) for row in connection.execute(f"SELECT * FROM {name}")]  # noqa: S608
        lines += [f"{sql};" for kind, _, sql in objects if kind == "index"]
        lines += [f"{index};", f"INSERT INTO {_FTS} ({_FTS}) VALUES ('rebuild');"]  # noqa: S608
        lines += [f"{sql};" for kind, _, sql in objects if kind == "trigger"]
    connection.close()
    return "\n".join(lines) + "\n"


def built(sql: Path, path: Path) -> Path:
    """A library made from such a text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA page_size={schema.PAGE_SIZE}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.executescript(sql.read_text(encoding="utf-8"))
    connection.close()
    return path


def _insert(connection: sqlite3.Connection, table: str, row: tuple[object, ...]) -> str:
    quoted = connection.execute("SELECT " + ", ".join("quote(?)" for _ in row), row).fetchone()
    return f"INSERT INTO {table} VALUES ({', '.join(quoted)});"  # noqa: S608


if __name__ == "__main__":
    main()
