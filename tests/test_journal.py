"""The journal of runs: what a reader sees after good runs, killed runs and torn lines."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tracker.journal import KEEP, Journal

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_newest_first_with_report(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "runs.jsonl")
    for hour in range(3):
        run = journal.start("update", NOON + timedelta(hours=hour))
        journal.end(run, "done", {"n": hour}, NOON + timedelta(hours=hour, minutes=1))
    runs = journal.runs(2)
    assert [(r.report["n"], r.outcome, r.kind) for r in runs] == [(2, "done", "update"), (1, "done", "update")]


def test_a_run_without_end_is_running_or_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    Journal(path).start("update", NOON)
    assert Journal(path).runs()[0].outcome == "running"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path.write_text(path.read_text().replace(f'"pid": {os.getpid()}', f'"pid": {gone.pid}'))
    assert Journal(path).runs()[0].outcome == "interrupted"


def test_a_torn_line_spoils_nothing(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    journal = Journal(path)
    journal.end(journal.start("update", NOON), "done", {}, NOON)
    with path.open("a") as file:
        file.write('{"id": "torn", "star')
    journal.end(journal.start("fetch", NOON + timedelta(hours=1)), "partly", {}, NOON + timedelta(hours=1))
    assert [r.outcome for r in journal.runs()] == ["partly", "done"]


def test_the_file_stays_bounded(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    line = '{"id": "%d", "kind": "update", "started": "2026-05-04T12:00:00+00:00", "pid": 0}\n'
    path.write_text("".join(line % n for n in range(5 * KEEP)))
    Journal(path).start("update", NOON)
    assert len(path.read_text().splitlines()) == 2 * KEEP
