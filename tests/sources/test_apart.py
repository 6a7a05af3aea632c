"""A long list parsed in a process of its own: the same outcome as here, and never worse than here."""

from __future__ import annotations

import dataclasses
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.wire_files import document, spec
from tracker import running
from tracker.errors import ParseError
from tracker.sources import apart, registry

SPEC = dataclasses.replace(spec("markdown"), slug="harbour")
LIST = "# Harbour papers\n\n" + "".join(
    f"- [Tides of the Year {number}](https://arxiv.org/abs/2605.{number:05d}) - Ada Example, 2026\n"
    for number in range(1, 40)
)


def test_the_outcome_is_that_of_parsing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LONG", 100)
    documents = (document(LIST),)
    outcome = apart.parse_apart(SPEC, documents)
    assert outcome is not None
    found = outcome()
    assert found == registry.kind("markdown").parse(SPEC, documents)
    assert found is not None and len(found.entries) == 39  # noqa: PT018


def test_a_short_list_starts_no_process() -> None:
    assert apart.parse_apart(SPEC, (document(LIST),)) is None


def test_what_cannot_be_understood_is_raised_as_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LONG", 1)
    weekly = dataclasses.replace(SPEC, kind="weekly")
    documents = (document(b"\xff\xfe\x00 no list"),)
    with pytest.raises(ParseError) as here:
        registry.kind("weekly").parse(weekly, documents)
    outcome = apart.parse_apart(weekly, documents)
    assert outcome is not None
    with pytest.raises(ParseError) as there:
        outcome()
    assert (str(there.value), there.value.cure) == (str(here.value), here.value.cure)


@pytest.mark.parametrize("way", ["it fails", "it says nothing", "it cannot start"])
def test_a_process_that_fails_leaves_the_work_to_us(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, way: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(apart, "LONG", 1)
    program = {"it fails": "raise SystemExit('no room')", "it says nothing": ""}.get(way)
    line = [sys.executable, "-c", program] if program is not None else [str(tmp_path / "gone")]
    monkeypatch.setattr(running, "command", lambda module: line)
    with caplog.at_level(logging.INFO):
        outcome = apart.parse_apart(SPEC, (document(LIST * 100),))
        assert outcome is None if program is None else outcome is not None and outcome() is None
    assert "harbour is parsed here" in caplog.text


def test_another_tracker_in_the_folder_one_stands_in_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "tracker").mkdir()
    (tmp_path / "tracker" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    done = subprocess.run(
        running.command("tracker.cli", "--version"),
        cwd=tmp_path,
        env=running.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert running.environment()["PYTHONPATH"].split(os.pathsep)[0] == str(Path(running.__file__).parents[1])
