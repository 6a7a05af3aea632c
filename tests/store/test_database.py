"""Opening, transactions, and what the disk and other processes can do to a library."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.store.conftest import NOON, Library, add_paper, derived
from tracker.errors import DiskFull, SchemaTooNew, StoreBusy, StoreCorrupt, StoreError
from tracker.store import papers, schema, settings
from tracker.store.backup import require_library
from tracker.store.check import check
from tracker.store.connect import connect
from tracker.store.database import Database, path_of
from tracker.store.faults import translate
from tracker.store.tables import SettingRow

ROOT = Path(__file__).resolve().parents[2]


def _count(library: Library) -> int:
    with library.database.reader() as reader:
        return int(reader.rows("SELECT count(*) FROM paper")[0][0])


# ---------------------------------------------------------------- opening


def test_a_new_library_has_the_settings_we_rely_on(library: Library) -> None:
    with library.database.reader() as reader:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("foreign_keys", 1),
            ("query_only", 1),
            ("busy_timeout", schema.BUSY_SECONDS * 1000),
            ("page_size", schema.PAGE_SIZE),
            ("application_id", schema.APPLICATION_ID),
        ):
            assert reader.rows(f"PRAGMA {pragma}") == [(value,)], pragma
    with library.database.write() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    with library.database.write(durable=True) as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_opening_again_finds_what_was_written(library: Library) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")
    with Database.open(library.url) as again, again.reader() as reader:
        assert papers.pk_of(reader, "arxiv:2401.00001") == 1


def test_an_empty_file_becomes_a_library(tmp_path: Path) -> None:
    path = tmp_path / "tracker.sqlite3"
    path.touch()
    Database.open(f"sqlite:///{path}").close()
    require_library(path)


@pytest.mark.parametrize("url", ["postgresql://u:secret@h/db", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
def test_other_urls_are_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        path_of(url)
    assert "secret" not in str(caught.value)


def test_a_missing_library_is_refused_where_nothing_may_be_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing or has an older schema"):
        Database.open(f"sqlite:///{tmp_path / 'none.sqlite3'}", migrate=False)
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_later_schema_is_left_alone(library: Library) -> None:
    with sqlite3.connect(library.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(SchemaTooNew, match=r"9999.*install the latest"):
        Database.open(library.url)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        Database.open(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be made"):
        Database.open(f"sqlite:///{tmp_path / 'file' / 'tracker.sqlite3'}")


def _open_and_add(path: Path, number: int) -> None:
    with Database.open(f"sqlite:///{path}") as database:
        for step in range(10):
            with database.write() as session:
                add_paper(session, f"24{number:02}.{step:05}")


def test_processes_that_start_at_once_make_one_library_and_write_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "tracker.sqlite3"
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_open_and_add, args=(path, number)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    with Database.open(f"sqlite:///{path}") as database:
        assert _count(Library(database, path)) == 20


# ---------------------------------------------------------------- transactions


def _add_and_fail(library: Library) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")
        raise ZeroDivisionError


def test_an_error_leaves_nothing_behind(library: Library) -> None:
    with pytest.raises(ZeroDivisionError):
        _add_and_fail(library)
    assert _count(library) == 0


def test_readers_cannot_write(library: Library) -> None:
    with pytest.raises(StoreError, match="readonly"), library.database.read() as session:
        settings.put(session, "a", "b")
    with pytest.raises(StoreError, match="readonly"), library.database.reader() as reader:
        reader.rows("DELETE FROM paper")
    with library.database.write() as session:  # the same pooled connection writes again
        settings.put(session, "a", "b")


def test_a_reader_sees_one_moment(library: Library) -> None:
    with library.database.reader() as reader:
        assert reader.rows("SELECT count(*) FROM paper") == [(0,)]
        with library.database.write() as session:
            add_paper(session, "2401.00001")
        assert reader.rows("SELECT count(*) FROM paper") == [(0,)]
    assert _count(library) == 1


def test_a_write_inside_a_write_is_a_mistake_that_shows_at_once(library: Library) -> None:
    with library.database.write(), pytest.raises(RuntimeError, match="already open"), library.database.write():
        pass


def test_threads_write_in_turn_and_read_meanwhile(library: Library) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(10):
                with library.database.write() as session:
                    add_paper(session, f"24{number:02}.{step:05}")
                _count(library)
        except BaseException as error:  # noqa: BLE001  # told by the thread that asserts
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert _count(library) == 40


def test_a_lock_held_elsewhere_is_busy(library: Library) -> None:
    other = connect(library.path)
    other.execute("BEGIN IMMEDIATE")
    # The time-out belongs to the connection: shorten that of the pooled one, which is the next to be used.
    connection = library.database._engine.raw_connection()
    connection.driver_connection.execute("PRAGMA busy_timeout=50")
    connection.close()
    with pytest.raises(StoreBusy, match="another process"), library.database.write() as session:
        settings.put(session, "a", "b")
    other.rollback()
    other.close()
    with library.database.write() as session:
        settings.put(session, "a", "b")


def test_broken_references_are_refused(library: Library) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"), library.database.write() as session:
        papers.add_aliases(session, 999, ["nobody"])


# ---------------------------------------------------------------- disasters

_WRITER = """
import sys
from datetime import UTC, datetime
from tests.store.conftest import add_paper
from tracker.store.database import Database
with Database.open(sys.argv[1]) as database:
    for step in range(100000):
        with database.write() as session:
            add_paper(session, f"2401.{step:05}")
            print(step, flush=True)       # inside: this one may be lost
        print("done", step, flush=True)   # outside: this one may not
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("lines", [1, 2, 7, 24, 41])
def test_killing_a_writer_loses_nothing_finished(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "tracker.sqlite3"
    command = [sys.executable, "-c", _WRITER, f"sqlite:///{path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    finished = sum(line.startswith("done") and line.endswith("\n") for line in said)
    assert all(finding.ok for finding in check(path)), check(path)
    with Database.open(f"sqlite:///{path}") as database:
        count = _count(Library(database, path))
        assert finished <= count <= finished + 1
        with database.write() as session:
            add_paper(session, "2402.00001")


def test_killing_the_first_opening_leaves_nothing_or_a_library(tmp_path: Path) -> None:
    program = "import sys; from tracker.store.database import Database; Database.open(sys.argv[1]); print('open')"
    for number, wait in enumerate((0.3, 0.5, 0.7, 0.9)):
        path = tmp_path / str(number) / "tracker.sqlite3"
        with subprocess.Popen([sys.executable, "-c", program, f"sqlite:///{path}"], cwd=ROOT) as opener:
            time.sleep(wait)
            opener.kill()
        with Database.open(f"sqlite:///{path}") as database, database.write() as session:
            add_paper(session, "2401.00001")
        assert all(finding.ok for finding in check(path)), check(path)


def test_a_full_disk_keeps_what_was_there(library: Library) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")

    def fill(session: Session) -> None:
        connection = session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        for step in range(1000):
            papers.insert(session, derived(f"2402.{step:05}", title=f"A Long Title {step} " * 50), NOON)

    with pytest.raises(DiskFull, match="free some space"), library.database.write() as session:
        fill(session)
    assert _count(library) == 1
    assert all(finding.ok for finding in check(library.path))


def _read_and_write(url: str) -> str:
    with Database.open(url) as database:
        with database.reader() as reader:
            read = reader.rows("SELECT count(*) FROM paper")
        try:
            with database.write() as session:
                settings.put(session, "a", "b")
        except StoreError as error:
            return f"{read} {type(error).__name__} {error}"
    return f"{read} and wrote"


def _as_nobody(url: str) -> str:
    """What :func:`_read_and_write` says in a process without rights, since root may write anything."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:  # with all modules loaded: nobody may not reach the interpreter's folder
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            said = _read_and_write(url)
        except BaseException as error:  # noqa: BLE001  # told through the pipe
            said = repr(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX permissions")
@pytest.mark.parametrize("mode", [0o755, 0o555])
def test_a_read_only_library_can_be_read(mode: int) -> None:
    with tempfile.TemporaryDirectory() as home:  # not under tmp_path, whose parents are closed to others
        path = Path(home) / "tracker.sqlite3"
        with Database.open(f"sqlite:///{path}") as database, database.write() as session:
            add_paper(session, "2401.00001")
        path.chmod(0o444)
        Path(home).chmod(mode)
        said = _as_nobody(f"sqlite:///{path}")
        Path(home).chmod(0o755)
    assert said.startswith("[(1,)] StoreError"), said
    assert "permissions" in said


def _read_everything(url: str) -> None:
    with Database.open(url) as database, database.reader() as reader:
        for table in ("paper", "mention", "paper_text", "identifier", "metadata"):
            reader.rows(f"SELECT * FROM {table}")  # noqa: S608  # the names are ours


@pytest.mark.parametrize("spoil", ["header", "middle", "short", "text"])
def test_damage_is_named_with_its_cure(library: Library, spoil: str) -> None:
    with library.database.write() as session:
        for number in range(300):
            add_paper(session, f"2401.{number:05}")
    library.database.close()
    blob, chance = bytearray(library.path.read_bytes()), random.Random(5)  # noqa: S311 - damage, not a secret
    if spoil == "header":
        blob[:16] = chance.randbytes(16)
    elif spoil == "middle":
        blob[schema.PAGE_SIZE * 3 :] = chance.randbytes(len(blob) - schema.PAGE_SIZE * 3)
    elif spoil == "short":
        del blob[schema.PAGE_SIZE * 5 :]
    else:
        blob[:] = b"This is a text, not a database. " * 100
    library.path.write_bytes(blob)
    findings = [finding for finding in check(library.path) if not finding.ok]
    assert findings
    assert "restore" in findings[0].cure
    with pytest.raises(StoreCorrupt, match="restore"):
        _read_everything(library.url)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_BUSY_SNAPSHOT", StoreBusy),
        ("SQLITE_LOCKED", StoreBusy),
        ("SQLITE_NOTADB", StoreCorrupt),
        ("SQLITE_CORRUPT_VTAB", StoreCorrupt),
        ("SQLITE_FULL", DiskFull),
        ("SQLITE_READONLY", StoreError),
        ("SQLITE_IOERR_READ", StoreError),
        ("SQLITE_MISUSE", StoreError),
    ],
)
def test_every_error_of_sqlite_has_its_own(name: str, kind: type[StoreError]) -> None:
    error = sqlite3.OperationalError("said by SQLite")
    error.sqlite_errorcode = getattr(sqlite3, name)
    told = translate(error, Path("/library"))
    assert type(told) is kind
    assert "said by SQLite" in str(told)


def test_the_version_tells_of_every_commit_and_of_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'library.sqlite3'}"
    with Database.open(url) as one, Database.open(url) as other:
        before = one.version()
        with one.reader() as reader:
            reader.rows("SELECT count(*) FROM paper")
        assert one.version() == before
        seen = [before]
        for db in (one, other, one):
            with db.write() as session:
                session.add(SettingRow(name=f"seen {len(seen)}", value="1"))
            seen.append(one.version())
            assert one.version() == seen[-1]
        assert len(set(seen)) == len(seen)
        with suppress(ZeroDivisionError), one.write() as session:
            session.add(SettingRow(name="never", value="1"))
            raise ZeroDivisionError
        assert one.version() == seen[-1], "what was rolled back changed nothing"
