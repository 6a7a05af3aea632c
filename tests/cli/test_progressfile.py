"""The file by which an update tells others how far it has come."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker.errors import AlreadyRunning, StoreBusy
from tracker.progressfile import ProgressFile, read_progress
from tracker.records import Progress

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "home", clock=lambda: NOW)
    file(Progress(stage="fetch", done=1, total=4, message="weekly"))
    file(Progress(stage="embed", done=0, total=None))
    read = read_progress(tmp_path / "home")
    assert read
    assert read.stages == (
        Progress(stage="fetch", done=1, total=4, message="weekly"),
        Progress(stage="embed", done=0, total=None),
    )
    assert (read.pid, read.started, read.outcome) == (os.getpid(), NOW, "running")
    assert read.running(NOW + timedelta(minutes=1))
    assert not read.running(NOW + timedelta(hours=1))
    file.finish("done", ("nothing new",))
    ended = read_progress(tmp_path / "home")
    assert ended
    assert (ended.outcome, ended.lines, ended.running(NOW)) == ("done", ("nothing new",), False)
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["progress.json"]


def test_a_dead_process_is_not_running(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom tracker.progressfile import ProgressFile\n"
        "from tracker.records import Progress\n"
        "ProgressFile(Path(sys.argv[1]))(Progress(stage='fetch', done=0, total=1))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=Path(__file__).parents[2])
    read = read_progress(tmp_path)
    assert read
    assert read.outcome == "running"
    assert not read.running()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"outcome": "odd"}', "\ufffd"])
def test_a_file_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "progress.json").write_text(text, "utf-8")
    assert read_progress(tmp_path) is None


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(StoreBusy("locked"), "failed"), (KeyboardInterrupt(), "stopped"), (RuntimeError(), "failed")],
)
def test_an_exception_is_told(tmp_path: Path, error: BaseException, outcome: str) -> None:
    with pytest.raises(type(error)), ProgressFile(tmp_path).during():
        raise error
    read = read_progress(tmp_path)
    assert read
    assert read.outcome == outcome


def test_an_update_already_running_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(AlreadyRunning), ProgressFile(tmp_path).during():
        raise AlreadyRunning("busy")
    assert read_progress(tmp_path) is None


def test_a_disk_that_takes_nothing_does_not_stop_the_update(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    ProgressFile(tmp_path / "file")(Progress(stage="fetch", done=0, total=1))
