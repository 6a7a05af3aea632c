"""The command over a real library, from import to restore, each step a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_process import _loaded_by, _run_code

BIB = """@inproceedings{herd, title={Herding Small Vectors}, author={Example, Ada and Sample, Bo}, year={2021},
  eprint={2101.00001}, archivePrefix={arXiv}}
"""


@pytest.fixture
def at(shell: Any, tmp_path: Path) -> Callable[..., Any]:
    """Runs the command over a library of this test's own, without a network."""

    def run(*args: str, stdin: str = "", ok: int = 0) -> Any:
        done = shell("--home", str(tmp_path / "lib"), *args, stdin=stdin, TRACKER_OFFLINE="1")
        assert done.returncode == ok, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def test_a_papers_life(at: Any, tmp_path: Path) -> None:
    bib = tmp_path / "mine.bib"
    bib.write_text(BIB, "utf-8")
    assert at("import", str(bib), "--no-embed").stdout == "1 paper added, 0 updated, 0 already there\n"
    assert at("import", str(bib), "--no-embed").stdout == "0 papers added, 0 updated, 1 already there\n"
    row = json.dumps({"title": "Counting Sheep in Latent Space", "abstract": "Sheep are counted at night. " * 9})
    at("import", "-", "--format", "jsonl", "--no-embed", stdin=row + "\n")

    found = json.loads(at("search", "herding", "-sheep", "--mode", "words", "--json").stdout)
    assert [hit["id"] for hit in found["results"]] == ["arxiv:2101.00001"]
    batch = at("search", "--batch", "-", "--mode", "words", stdin='{"query": "sheep"}\n{"query": "herding"}\n')
    assert [json.loads(line)["results"][0]["title"] for line in batch.stdout.splitlines()] == [
        "Counting Sheep in Latent Space",
        "Herding Small Vectors",
    ]

    at("mark", "2101.00001", "reading", "--rating", "4")
    at("note", "2101.00001", "Dogs", "help.")
    at("tag", "2101.00001", "dogs")
    queue = json.loads(at("queue", "--json").stdout)
    assert [(paper["id"], paper["status"], paper["tags"]) for paper in queue] == [
        ("arxiv:2101.00001", "reading", ["dogs"])
    ]
    shown = at("show", "arxiv:2101.00001").stdout
    assert "★★★★☆" in shown
    assert "Dogs help." in shown

    backup = tmp_path / "copy.sqlite3"
    at("backup", str(backup))
    at("backup", str(backup), ok=2)
    exported = at("export").stdout
    at("mark", "2101.00001", "read")
    at("restore", str(backup))
    assert at("export").stdout == exported
    assert json.loads(at("list", "tag:dogs", "--json").stdout)["total"] == 1
    at("check")
    assert at("show", "nobody:knows", ok=2).stderr.startswith("error: ")
    assert at("list", "year:soon", ok=2).stderr.startswith("error: ")
    at("restore", str(bib), ok=1)


def test_a_search_by_words_loads_no_model_and_no_page(at: Any, tmp_path: Path) -> None:
    at("import", "-", "--format", "jsonl", "--no-embed", stdin='{"title": "Herding Small Vectors"}\n')
    heavy = {"torch", "transformers", "streamlit", "pandas", "sklearn"}
    assert not heavy & _loaded_by(_run_code("--home", str(tmp_path / "lib"), "search", "herding", "--json"))


def test_an_imported_list_is_none_that_waits_to_be_read(at: Any, tmp_path: Path) -> None:
    file = tmp_path / "one.md"
    file.write_text("# Tides\n\n- [Tides from Drifting Buoys](https://arxiv.org/abs/2401.00001), Ada Example, 2024\n")
    at("import", str(file), "--no-embed")
    (told,) = [line for line in at("sources", "list").stdout.splitlines() if "file-one" in line]
    assert "imported" in told
    assert "never" not in told
    assert "fetch" not in at("sources", "show", "file-one").stdout
    assert "not fetched from anywhere" in at("fetch", "file-one", ok=2).stderr
    assert "file-one" not in at("fetch", ok=3).stderr


def test_sources_on_and_off(at: Any) -> None:
    states = json.loads(at("sources", "list", "--json").stdout)
    off = next(state["spec"]["slug"] for state in states if not state["spec"]["enabled"])
    assert at("sources", "enable", off).stdout == f"{off} is on\n"
    at("sources", "disable", off)
    added = json.loads(at("sources", "add", "https://github.com/example/reading-list", "--json").stdout)
    assert added["spec"]["url"].startswith("https://github.com/example/reading-list")
    at("sources", "remove", added["spec"]["slug"])
    at("sources", "show", "absent", ok=2)
    at("sources", "add", "not an address", ok=2)
    assert "is not on the public internet" in at("sources", "add", "http://127.0.0.1/x.md", ok=2).stderr
    assert "shut down" in at("sources", "show", "paperswithcode").stdout
