"""Is everything as it should be?  Every finding names the command that mends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import StoreBusy, StoreError
from tracker.records import CheckFinding
from tracker.store import fulltext, schema, vectorcheck
from tracker.store.connect import connect, revision_of
from tracker.store.database import Database
from tracker.store.faults import guard, translate
from tracker.store.reader import SqliteReader

_REPAIR = "run: tracker check --repair"
_RESTORE = "run: tracker restore with your last backup"
_UNFINISHED = ".tracker*-*"
_LARGE_LOG = 256 * 1024 * 1024


def check(path: Path) -> tuple[CheckFinding, ...]:
    """Look at the library's file, its full-text index, its vectors and its folder; changes nothing.

    Raises:
        StoreBusy: another process writes for longer than the time-out.
    """
    if not path.exists():
        return (_bad("database", f"{path} does not exist", "run: tracker update"),)
    findings: list[CheckFinding] = []
    for area, look in (("database", _database), ("fulltext", _fulltext), ("vectors", _vectors)):
        found = list(_guarded(area, path, look))
        findings += found
        if area == "database" and any(not finding.ok for finding in found):
            break  # nothing that is read from a damaged file says anything
    return (*findings, *_files(path))


def repair(path: Path) -> tuple[str, ...]:
    """Mend what can be made anew from the rest: the full-text index, missing texts, unusable vectors.

    Returns:
        What was done, in words.

    Raises:
        StoreError: the database itself cannot be read or written.
    """
    done: list[str] = []
    with Database.open(f"sqlite:///{path}") as database:
        with database.write() as session:
            if texts := vectorcheck.add_missing_texts(session):
                done.append(f"made the searchable text of {texts} papers")
        with _connection(path) as connection:
            broken = _fulltext_fault(connection)
        with database.write() as session:
            if broken:
                fulltext.rebuild(session)
                done.append("made the full-text index anew")
            if dropped := vectorcheck.drop_unusable(session):
                done.append(
                    f"dropped the unusable vectors of {dropped} papers; they are embedded again by: tracker embed"
                )
    for left in path.parent.glob(_UNFINISHED):
        import shutil

        shutil.rmtree(left, ignore_errors=True)
        done.append(f"removed {left.name}, left by a backup that was cut off")
    return tuple(done)


# ---------------------------------------------------------------- one area each


def _database(connection: sqlite3.Connection, path: Path) -> Iterator[CheckFinding]:
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    if problems != ["ok"]:
        yield _bad("database", f"{path.name} is damaged: {'; '.join(problems[:3])}", _RESTORE)
        return
    yield _good("database", f"{path.name} is whole ({path.stat().st_size / 1e6:,.1f} MB)")
    lost = connection.execute("PRAGMA foreign_key_check").fetchall()
    if lost:
        yield _bad("database", f"{len(lost)} rows belong to nothing, the first in table {lost[0][0]}", _RESTORE)
    revision = revision_of(path)
    if revision != schema.HEAD:
        yield _bad("database", f"the schema is {revision}, not {schema.HEAD}", "run: tracker status")
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    if missing := sorted(set(schema.TRIGGERS) - there):
        yield _bad("database", f"triggers are missing: {', '.join(missing)}", _RESTORE)


def _fulltext(connection: sqlite3.Connection, path: Path) -> Iterator[CheckFinding]:
    sql = "SELECT count(*), sum(t.paper_pk IS NULL) FROM paper p LEFT JOIN paper_text t ON t.paper_pk = p.pk"
    papers, missing = connection.execute(sql).fetchone()
    if missing:
        yield _bad("fulltext", f"{missing} of {papers} papers have no searchable text", _REPAIR)
    if fault := _fulltext_fault(connection):
        yield _bad("fulltext", f"the full-text index is out of step: {fault}", _REPAIR)
    else:
        yield _good("fulltext", f"the full-text index agrees with the text of {papers - (missing or 0)} papers")


def _vectors(connection: sqlite3.Connection, path: Path) -> Iterator[CheckFinding]:
    reader = SqliteReader(connection)
    for model, found in vectorcheck.examine(reader).items():
        for problem, pks in found.problems.items():
            yield _bad("vectors", f"{model}: the vectors of {len(pks)} papers {problem}", _REPAIR)
        waiting = f"; {found.stale} wait to be embedded" if found.stale else ""
        yield _good("vectors", f"{model}: {found.papers} papers embedded{waiting}")


def _files(path: Path) -> Iterator[CheckFinding]:
    for left in sorted(path.parent.glob(_UNFINISHED)):
        yield _bad("files", f"{left.name} was left by a backup that was cut off", _REPAIR)
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        size = log.stat().st_size / 1e6
        yield _bad(
            "files", f"{log.name} has grown to {size:,.0f} MB", "end all other trackers, then run: tracker status"
        )
    kept = [
        found for part in ("before", "replaced") for found in path.parent.glob(f"{path.stem}-{part}-*{path.suffix}")
    ]
    if kept:
        size = sum(found.stat().st_size for found in kept) / 1e6
        yield _good(
            "files", f"{len(kept)} earlier states of the library are kept ({size:,.1f} MB); delete them at will"
        )
    else:
        yield _good("files", f"{path.parent} holds nothing unfinished")


def _fulltext_fault(connection: sqlite3.Connection) -> str | None:
    connection.execute("BEGIN IMMEDIATE")  # FTS5 takes the question as an INSERT
    try:
        return fulltext.check(SqliteReader(connection))
    finally:
        connection.rollback()


# ---------------------------------------------------------------- shared


@contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    with guard(path):
        connection = connect(path)
        try:
            yield connection
        finally:
            connection.close()


def _guarded(
    area: str, path: Path, look: Callable[[sqlite3.Connection, Path], Iterator[CheckFinding]]
) -> Iterator[CheckFinding]:
    """What ``look`` finds; an error of the database is a finding too, except that somebody else is writing."""
    try:
        with _connection(path) as connection:
            yield from look(connection, path)
    except StoreBusy:
        raise
    except StoreError as error:
        yield _bad(area, str(error), error.cure or _RESTORE)
    except sqlite3.Error as error:
        told = translate(error, path)
        yield _bad(area, str(told), told.cure or _RESTORE)


def _good(area: str, message: str) -> CheckFinding:
    return CheckFinding(area=area, ok=True, message=message)  # type: ignore[arg-type]  # one of the areas


def _bad(area: str, message: str, cure: str) -> CheckFinding:
    return CheckFinding(area=area, ok=False, message=message, cure=cure)  # type: ignore[arg-type]  # one of the areas
