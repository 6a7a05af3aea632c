"""Promises about the whole: public names, what imports what, what loads when, what the notes say."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import tracker
from tracker import errors

ROOT = Path(__file__).resolve().parents[1]


def test_public_names_are_those_of_all() -> None:
    assert dir(tracker) == sorted(tracker.__all__)
    for name in tracker.__all__:
        assert getattr(tracker, name) is not None
    with pytest.raises(AttributeError):
        _ = tracker.nonsense


def test_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert tracker.__version__ == project["version"]


def test_error_tree_is_printed_whole() -> None:
    def below(kind: type[BaseException]) -> set[str]:
        return {kind.__name__}.union(
            *(below(child) for child in kind.__subclasses__() if child.__module__ == errors.__name__)
        )

    printed = set(re.findall(r"[├└]── (\w+)|^ {4}(TrackerError)$", errors.__doc__ or "", re.M))
    assert {first or second for first, second in printed} == below(errors.TrackerError)


def test_every_error_names_a_cure_when_given_one() -> None:
    assert str(errors.StoreBusy("the library is busy", cure="try again")) == "the library is busy (try again)"
    assert str(errors.StoreBusy("the library is busy")) == "the library is busy"


@pytest.mark.parametrize("name", ["tracker", "tracker.records", "tracker.settings", "tracker.cli.main"])
def test_light_modules_load_nothing_heavy(name: str) -> None:
    heavy = "torch transformers streamlit sentence_transformers sqlmodel sqlalchemy numpy sklearn httpx"
    code = f"import sys, {name}; print(sorted(set({heavy!r}.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_constraints_pin_versions_only() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line) for line in lines), lines
    pinned = {re.split("==", line)[0].lower().replace("_", "-") for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in wanted}
    assert not names - pinned, "a dependency without a pin"


def test_no_file_names_this_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    odd = re.compile(r"/(?:root|home/\w+|Users/\w+)/[\w.]")
    found = [
        name
        for name in listed
        if (path := ROOT / name).is_file()
        and path.suffix in {".py", ".md", ".toml", ".txt", ".yml", ""}
        and odd.search(path.read_text(errors="ignore"))
    ]
    assert found == []
