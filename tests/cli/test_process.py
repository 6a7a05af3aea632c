"""The command as a process: what it loads, how it writes into pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT
from tracker.cli.main import COMMANDS

HEAVY = ("sqlmodel", "sqlalchemy", "numpy", "torch", "transformers", "streamlit", "pandas", "sklearn", "httpx", "onnx")


def _loaded_by(code: str) -> set[str]:
    """The heavy modules that a Python process has loaded after ``code``."""
    script = f"{code}\nimport sys, json\nsys.stderr.write(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def _run_code(*args: str) -> str:
    call = f"app({list(args)!r}, prog_name='tracker')"
    return f"from tracker.cli.main import app\ntry:\n    {call}\nexcept SystemExit:\n    pass"


@pytest.mark.parametrize("args", [("--help",), *((name, "--help") for name in COMMANDS), ("--version",)])
def test_help_loads_nothing_heavy(args: tuple[str, ...]) -> None:
    assert _loaded_by(_run_code(*args)) == set()


def test_every_command_module_is_light() -> None:
    modules = ", ".join(f"tracker.cli.{name}" for name in COMMANDS.values())
    assert _loaded_by(f"import {modules}") == set()


def test_version(shell: Any) -> None:
    done = shell("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("tracker ")


def test_nothing_to_do_shows_help_and_is_wrong_use(shell: Any) -> None:
    done = shell()
    assert done.returncode == 2
    assert "Usage: tracker" in done.stdout + done.stderr


def test_a_closed_pipe_is_quiet() -> None:
    code = (
        "import sys\n"
        "from tracker.cli.main import app\nfrom tracker.cli.edge import Edge\n"
        "from tests.cli.fake_library import FakeTracker, make_paper\n"
        "fake = FakeTracker(shelf=[make_paper(n, 'Long title ' * 50) for n in range(3000)])\n"
        "app(['list', '--limit', '3000'], prog_name='tracker', obj=Edge(open_tracker=lambda settings: fake))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=dict(os.environ)
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(240), complaint) == (141, b"")


def test_a_wrong_setting_is_one_line(shell: Any, tmp_path: Path) -> None:
    done = shell("--home", str(tmp_path), "status", TRACKER_MIRROR="nonsense")
    assert done.returncode == 2
    assert done.stderr.startswith("error: TRACKER_MIRROR is 'nonsense'")
    assert len(done.stderr.splitlines()) == 1


def test_the_states_that_mark_offers_are_all_there_are() -> None:
    from tracker.cli.mark import Status
    from tracker.records import READING_STATUSES

    assert tuple(Status.__members__) == READING_STATUSES  # written out there: its help need not load the records
    assert [state.value for state in Status] == list(READING_STATUSES)
