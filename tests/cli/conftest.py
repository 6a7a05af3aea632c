"""The command line over a library in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.cli.fake_library import FakeTracker
from tracker.cli.edge import Edge
from tracker.cli.main import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def library() -> FakeTracker:
    return FakeTracker()


@pytest.fixture
def tracker(library: FakeTracker) -> Callable[..., Any]:
    """``tracker("search", "words")`` runs the command in this process and returns the runner's result."""

    def run(*args: str, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Any:
        edge = Edge(open_tracker=lambda settings: library)  # type: ignore[arg-type, return-value]
        return CliRunner().invoke(app, list(args), input=stdin, obj=edge, env=env, prog_name="tracker")

    return run


@pytest.fixture
def shell() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``shell("--help")`` runs the command as a process of its own."""

    def run(*args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tracker.cli", *args],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **env},
            check=False,
        )

    return run
