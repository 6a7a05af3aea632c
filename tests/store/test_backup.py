"""Backups are whole, restoring loses nothing, and one process updates at a time."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.store.conftest import NOON, Library, add_paper, after, dump
from tracker.errors import AlreadyRunning, SchemaTooNew, StoreBusy, StoreCorrupt, StoreError, UsageError
from tracker.store import backup, lock
from tracker.store.check import check, repair
from tracker.store.database import Database

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kept(library: Library, tmp_path: Path) -> Path:
    """A backup of a library with one paper; the library has two by now."""
    with library.database.write() as session:
        add_paper(session, "2401.00001")
    target = backup.backup(library.path, tmp_path / "kept" / "mine.sqlite3")
    with library.database.write() as session:
        add_paper(session, "2401.00002")
    return target


def _ids(path: Path) -> list[str]:
    with Database.open(f"sqlite:///{path}") as database, database.reader() as reader:
        return [row[0] for row in reader.rows("SELECT id FROM paper ORDER BY id")]


# ---------------------------------------------------------------- taking one


def test_a_backup_is_one_whole_file(library: Library, kept: Path) -> None:
    assert [file.name for file in kept.parent.iterdir()] == ["mine.sqlite3"]
    backup.require_library(kept)
    assert _ids(kept) == ["arxiv:2401.00001"]
    folder = kept.parent / "folder"
    folder.mkdir()
    again = backup.backup(library.path, folder)
    assert again == folder / "tracker-backup.sqlite3"
    library.database.close()
    assert dump(again) == dump(library.path)


def test_nothing_is_overwritten(library: Library, kept: Path) -> None:
    before = kept.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        backup.backup(library.path, kept)
    assert kept.read_bytes() == before
    assert [file.name for file in kept.parent.iterdir()] == ["mine.sqlite3"]


def test_a_backup_while_others_write_is_of_one_moment(library: Library, tmp_path: Path) -> None:
    """Each transaction writes two papers: a backup has both or none."""
    stop = threading.Event()

    def write() -> None:
        step = 0
        while not stop.is_set():
            with library.database.write() as session:
                add_paper(session, f"2401.{step:05}")
                add_paper(session, f"2402.{step:05}")
            step += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup.backup(library.path, tmp_path / f"{n}.sqlite3") for n in range(5)]
    finally:
        stop.set()
        writer.join()
    for copy in copies:
        assert len(_ids(copy)) % 2 == 0
        assert all(finding.ok for finding in check(copy))


def test_impossible_targets_and_sources_say_so(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        backup.backup(library.path, tmp_path / "file" / "x.sqlite3")
    with pytest.raises(UsageError, match="does not exist"):
        backup.backup(tmp_path / "none.sqlite3", tmp_path / "x.sqlite3")
    assert not (tmp_path / "none.sqlite3").exists()


# ---------------------------------------------------------------- putting one back


def test_restoring_keeps_what_was_there(library: Library, kept: Path) -> None:
    library.database.close()
    aside = backup.restore(kept, library.path, NOON)
    assert aside == library.path.with_name("tracker-replaced-20260504T120000Z.sqlite3")
    assert _ids(library.path) == ["arxiv:2401.00001"]
    assert _ids(aside) == ["arxiv:2401.00001", "arxiv:2401.00002"]
    again = backup.restore(kept, library.path, NOON)
    assert again is not None
    assert again.name == "tracker-replaced-20260504T120000Z-2.sqlite3"
    leftovers = {file.name for file in library.path.parent.iterdir()}
    assert leftovers == {"tracker.sqlite3", aside.name, again.name, "update.lock"}
    assert all(finding.ok for finding in check(library.path))


def test_restoring_into_an_empty_home(kept: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "tracker.sqlite3"
    assert backup.restore(kept, target, NOON) is None
    assert _ids(target) == ["arxiv:2401.00001"]


def test_a_library_that_is_in_use_is_not_replaced(library: Library, kept: Path) -> None:
    with library.database.reader() as reader:
        reader.rows("SELECT count(*) FROM paper")
        with pytest.raises(StoreBusy, match="open in another process"):
            backup.restore(kept, library.path, NOON)
    with lock.updating(library.path.parent, NOON), pytest.raises(AlreadyRunning):
        backup.restore(kept, library.path, NOON)
    assert _ids(library.path) == ["arxiv:2401.00001", "arxiv:2401.00002"]


def test_a_damaged_library_can_be_replaced_and_is_kept_with_its_log(library: Library, kept: Path) -> None:
    library.database.close()
    library.path.write_bytes(b"not a database " * 1000)
    log = library.path.with_name("tracker.sqlite3-wal")
    log.write_bytes(b"a log")
    aside = backup.restore(kept, library.path, NOON)
    assert aside is not None
    assert aside.read_bytes().startswith(b"not a database")
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"a log"
    assert _ids(library.path) == ["arxiv:2401.00001"]


def test_only_a_whole_library_is_put_in_place(library: Library, kept: Path, tmp_path: Path) -> None:
    library.database.close()
    before = dump(library.path)
    other, empty, torn, later = (tmp_path / name for name in ("other", "empty", "torn", "later"))
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()
    empty.touch()
    torn.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    later.write_bytes(kept.read_bytes())
    with sqlite3.connect(later) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for source, error in (
        (other, UsageError),
        (empty, UsageError),
        (tmp_path, UsageError),
        (tmp_path / "none", UsageError),
        (library.path, UsageError),
        (torn, StoreCorrupt),
        (later, SchemaTooNew),
    ):
        with pytest.raises(error):
            backup.restore(source, library.path, NOON)
    assert dump(library.path) == before
    assert not list(library.path.parent.glob("tracker-replaced-*"))


def test_what_a_cut_off_backup_left_is_found_and_cleared(library: Library) -> None:
    left = library.path.parent / ".tracker.sqlite3-abc"
    left.mkdir()
    (left / "tracker.sqlite3").touch()
    (finding,) = [finding for finding in check(library.path) if not finding.ok]
    assert finding.area == "files"
    assert "cut off" in repair(library.path)[0]
    assert all(finding.ok for finding in check(library.path))


def test_a_missing_library_is_a_finding(tmp_path: Path) -> None:
    (finding,) = check(tmp_path / "none.sqlite3")
    assert not finding.ok
    assert not (tmp_path / "none.sqlite3").exists()


def test_lost_triggers_and_rows_are_found(library: Library) -> None:
    with library.database.write() as session:
        add_paper(session, "2401.00001")
    with sqlite3.connect(library.path) as connection:
        connection.execute("DROP TRIGGER paper_text_updated")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("DELETE FROM paper")
    connection.close()
    messages = [finding.message for finding in check(library.path) if not finding.ok]
    assert any("triggers are missing: paper_text_updated" in message for message in messages)
    assert any("belong to nothing" in message for message in messages)


# ---------------------------------------------------------------- the lock

_HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tracker.store import lock
with lock.updating(Path(sys.argv[1]), datetime(2026, 5, 4, 12, tzinfo=UTC), "update"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["calm", "kill"])
def test_one_process_updates_at_a_time(tmp_path: Path, end: str) -> None:
    home = tmp_path / "home"
    assert lock.is_updating(home) is None
    command = [sys.executable, "-c", _HOLD, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told = rf"process {holder.pid} .*update.* since 2026-05-04 12:00 UTC"
        with pytest.raises(AlreadyRunning, match=told), lock.updating(home, after(1)):
            pass
        assert str(holder.pid) in (lock.is_updating(home) or "")
        if end == "kill" and os.name == "posix":
            holder.send_signal(signal.SIGKILL)
        else:
            holder.communicate("")
    assert lock.is_updating(home) is None
    mine = f"process {os.getpid()} "
    with lock.updating(home, after(2)), pytest.raises(AlreadyRunning, match=mine), lock.updating(home, after(3)):
        pass
    assert not (home / "update.json").exists()


def test_a_home_that_cannot_be_locked_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"), lock.updating(tmp_path / "file", NOON):
        pass
