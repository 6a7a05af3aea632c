"""Each command: what it asks of the library, what it prints, how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fake_library import NOW, FakeTracker, make_paper
from tracker.cli.main import COMMANDS
from tracker.errors import AlreadyRunning, QueryError, StoreBusy
from tracker.progressfile import read_progress
from tracker.records import CheckFinding, EnrichReport, Problem, SourceReport, UpdateReport


def test_search_json_is_the_promised_shape(tracker: Any) -> None:
    result = tracker("search", "herds", "of", "vectors", "--limit", "1", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "query": "herds of vectors",
        "took_ms": 3.14,
        "model": "minilm",
        "results": [
            {
                "id": "arxiv:2401.00001",
                "title": "Herding Small Vectors",
                "score": 0.912346,
                "lexical": 0.5,
                "semantic": None,
                "year": 2024,
                "identifiers": {"arxiv": "2401.00001"},
                "matched": [
                    {"kind": "words", "field": "title", "text": "vectors", "score": None},
                    {"kind": "sentence", "field": "abstract", "text": "The herd stays together.", "score": 0.71},
                ],
            }
        ],
    }


def test_search_for_a_person(tracker: Any) -> None:
    result = tracker("search", "herds", "--offset", "1")
    assert "2  Counting Sheep in Latent Space" in result.stdout
    assert "Ada Example, Bo Sample, Cy Test +2 · 2024 · arxiv:2401.00002" in result.stdout
    assert "words: vectors" in result.stdout
    assert "The herd stays together." in result.stdout
    assert "\x1b" not in result.stdout
    assert "\t" not in result.stdout


@pytest.mark.parametrize("word", ["-transformer", "-hope", "-list:weekly", '-"a phrase"', "-n", "-5"])
def test_a_minus_word_reaches_the_query(tracker: Any, library: FakeTracker, word: str) -> None:
    assert tracker("search", "attention", word, "--mode", "words").exit_code == 0
    assert ("search", f"attention {word}", 10, 0, "words") in library.calls


def test_a_mistyped_option_is_wrong_use(tracker: Any) -> None:
    result = tracker("search", "attention", "--limmit", "3")
    assert result.exit_code == 2
    assert "--limmit" in result.stderr


def test_search_says_what_it_left_out(tracker: Any, library: FakeTracker) -> None:
    library.notices = ("3 papers are not embedded yet",)
    result = tracker("search", "herds", "--json")
    assert result.stderr == "note: 3 papers are not embedded yet\n"
    json.loads(result.stdout)


def test_batch_gives_a_line_for_a_line(tracker: Any, tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text('{"query": "one", "id": 7}\n\n{"query": "zwei ü"}\n', "utf-8")
    result = tracker("search", "--batch", str(file), "--limit", "2")
    assert [json.loads(line)["query"] for line in result.stdout.splitlines()] == ["one", "zwei ü"]
    piped = tracker("search", "--batch", "-", stdin='{"query": "one"}\n')
    assert json.loads(piped.stdout)["query"] == "one"


@pytest.mark.parametrize("line", ["nonsense", '{"q": 1}', '{"query": " "}', '{"query": 3}', '"text"', "[1]"])
def test_batch_names_the_line_it_cannot_read(tracker: Any, line: str) -> None:
    result = tracker("search", "--batch", "-", stdin=f'{{"query": "one"}}\n{line}\n{{"query": "two"}}\n')
    assert result.exit_code == 3
    assert "line 2" in result.stderr
    first, bad, last = map(json.loads, result.stdout.splitlines())
    assert (first["query"], last["query"]) == ("one", "two")
    assert "line 2" in bad["error"]
    assert "query" in bad


@pytest.mark.parametrize("args", [("search",), ("search", " "), ("search", "x", "--batch", "-"), ("mark",)])
def test_wrong_use(tracker: Any, args: tuple[str, ...]) -> None:
    result = tracker(*args)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")


def test_an_error_is_one_line_with_its_cure_and_exit_code(tracker: Any, library: FakeTracker) -> None:
    library.fails = StoreBusy("the library is\nlocked", cure="try again")
    result = tracker("search", "x")
    assert (result.exit_code, result.stderr, result.stdout) == (1, "error: the library is locked (try again)\n", "")
    library.fails = QueryError("year:x is no year", cure="use year:2023")
    assert tracker("list", "year:x").exit_code == 2


def test_control_c(tracker: Any, library: FakeTracker, tmp_path: Path) -> None:
    library.fails = KeyboardInterrupt()
    result = tracker("--home", str(tmp_path), "update")
    assert (result.exit_code, result.stderr) == (130, "stopped; what was finished is kept\n")
    progress = read_progress(tmp_path)
    assert progress
    assert progress.outcome == "stopped"


def test_update_says_what_came(tracker: Any, library: FakeTracker, tmp_path: Path) -> None:
    library.report = UpdateReport(
        started=NOW,
        seconds=9.0,
        own_seconds=2.5,
        sources=(
            SourceReport(slug="weekly", state="changed", entries=1300, added=12, new_papers=10, gone=1),
            SourceReport(slug="classic", state="unchanged", entries=30),
        ),
        enrich=(EnrichReport(service="arxiv", asked=10, found=9, unknown=1, requests=1),),
        papers=2310,
        new_papers=10,
    )
    result = tracker("--home", str(tmp_path), "update")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "weekly: 10 new papers, 2 listed that the library had, 1 left the list (1,300 entries)",
        "nothing new: classic",
        "arxiv: 9 of 10 papers known",
        "10 new papers; the library holds 2,310 papers (2.5 s of its own work, 9.0 s in all)",
    ]
    assert result.stderr == ""
    progress = read_progress(tmp_path)
    assert progress
    assert (progress.outcome, progress.lines[-1]) == ("done", result.stdout.splitlines()[-1])


def test_update_with_nothing_new(tracker: Any) -> None:
    assert tracker("update").stdout == "nothing new; the library holds 2 papers (0.4 s of its own work, 1.2 s in all)\n"


def test_offline_is_one_line(tracker: Any, library: FakeTracker) -> None:
    sources = tuple(SourceReport(slug=f"list-{n}", state="failed", error="sockets are switched off") for n in range(5))
    library.report = UpdateReport(started=NOW, seconds=1, own_seconds=1, sources=sources, papers=2)
    result = tracker("update", env={"TRACKER_OFFLINE": "1"})
    assert result.exit_code == 3
    assert (
        result.stderr == "offline (TRACKER_OFFLINE is set): 5 lists and 0 services were not asked; what is here works\n"
    )


def test_a_failing_list_is_named_and_the_run_is_partly_done(tracker: Any, library: FakeTracker) -> None:
    failing = SourceReport(
        slug="weekly", state="failed", error="HTTP 503", retry_at=datetime(2999, 1, 1, 12, tzinfo=UTC)
    )
    other = SourceReport(slug="classic", state="unchanged")
    library.report = UpdateReport(started=NOW, seconds=1, own_seconds=1, sources=(failing, other), papers=2)
    result = tracker("update")
    assert result.exit_code == 3
    assert (
        "weekly could not be fetched: HTTP 503; what it brought before is kept; tried again on 2999-01-0"
        in result.stderr
    )
    assert json.loads(tracker("update", "--json").stdout)["sources"][0]["error"] == "HTTP 503"
    assert tracker("fetch", "weekly", "classic").exit_code == 3
    library.report = UpdateReport(started=NOW, seconds=1, own_seconds=1, sources=(failing,), papers=2)
    alone = tracker("fetch", "weekly")
    assert (alone.exit_code, alone.stdout) == (3, ""), "as update says it, and no word of lists that are switched off"


def test_fetch_without_any_list_says_so(tracker: Any) -> None:
    result = tracker("fetch")
    assert (result.exit_code, result.stdout) == (0, "no list is switched on; see tracker sources list\n")


def test_an_update_leaves_the_progress_of_another_alone(tracker: Any, library: FakeTracker, tmp_path: Path) -> None:
    library.fails = AlreadyRunning("another process is updating this library")
    before = tmp_path / "progress.json"
    before.write_text("{}", "utf-8")
    library.update = lambda **_: library._did("update")  # type: ignore[method-assign, assignment, return-value]
    assert tracker("--home", str(tmp_path), "update").exit_code == 1
    assert before.read_text("utf-8") == "{}"


def test_list_and_its_json(tracker: Any, library: FakeTracker) -> None:
    result = tracker("list", "is:new", "--sort", "title", "--limit", "1")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["Title", "Year", "Status", "Lists", "Added", "Id"]
    assert lines[1].startswith("Herding Small Vectors  2024  new")
    assert "1-1 of 2; more with --offset 1" in result.stderr
    assert ("papers", "is:new", "title", 1, 0) in library.calls
    record = json.loads(tracker("list", "--json").stdout)
    assert record["total"] == 2
    assert record["papers"][0]["published"] == "2024-01-02"
    assert record["papers"][0]["identifiers"] == {"arxiv": "2401.00001"}
    assert record["papers"][0]["provenance"]["abstract"]["at"] == "2026-05-04T12:00:00+00:00"


def test_show(tracker: Any) -> None:
    text = tracker("show", "2401.00001").stdout
    for expected in (
        "Herding Small Vectors",
        "2024-01-02 · arxiv:2401.00001",
        f"Abstract (arxiv, {NOW.astimezone():%Y-%m-%d})",
        "weekly · week 2024-01-01 to 2024-01-07 · rank 3",
        "https://github.com/example/herd",
    ):
        assert expected in text
    unknown = tracker("show", "nothing")
    assert (unknown.exit_code, unknown.stderr) == (2, "error: no paper goes by 'nothing' (tracker search finds ids)\n")


@pytest.mark.parametrize(
    ("args", "call"),
    [
        (("mark", "2401.00001", "read", "--rating", "5"), ("mark", ("2401.00001",), "read", 5, None)),
        (("mark", "queued", "2401.00001", "2401.00002"), ("mark", ("2401.00001", "2401.00002"), "queued", None, None)),
        (("mark", "2401.00001", "--status", "reading"), ("mark", ("2401.00001",), "reading", None, None)),
        (("mark", "2401.00001", "--priority", "-3"), ("mark", ("2401.00001",), None, None, -3)),
        (("mark", "--seen"), ("mark_seen", None)),
        (("mark", "--seen", "2401.00001"), ("mark_seen", ["arxiv:2401.00001"])),
        (("queue", "2401.00001"), ("mark", ("2401.00001",), "queued", None, None)),
        (("queue", "--limit", "1"), ("queue", 1)),
        (("tag", "2401.00001", "a", "b", "--remove", "c"), ("tag", ("a", "b"), ("c",))),
        (("note", "2401.00001", "two", "words"), ("note", "2401.00001", "two words")),
        (("note", "n1", "new", "--edit"), ("edit_note", "n1", "new")),
        (("note", "n1", "--delete"), ("delete_note", "n1")),
        (
            ("sources", "add", "https://github.com/a/b", "--name", "mine"),
            ("add_source", "https://github.com/a/b", "mine"),
        ),
        (("sources", "remove", "mine"), ("remove_source", "mine")),
        (("sources", "enable", "mine"), ("enable_source", "mine", True)),
        (("sources", "disable", "mine"), ("enable_source", "mine", False)),
        (("duplicates", "merge", "7"), ("merge", "arxiv:2401.00001", "arxiv:2401.00002")),
        (("duplicates", "merge", "2401.00001", "2401.00002"), ("merge", "2401.00001", "2401.00002")),
        (("duplicates", "apart", "7"), ("keep_apart", "arxiv:2401.00001", "arxiv:2401.00002")),
        (("duplicates", "split", "2401.00001"), ("split", "2401.00001")),
        (("check", "--repair"), ("check", True)),
        (("backup", "b.sqlite3"), ("backup", Path("b.sqlite3"))),
        (("import", "1706.03762", "10.1/x", "--no-embed"), ("import_ids", ("1706.03762", "10.1/x"), False)),
        (("embed",), ("embed",)),
        (("enrich", "arxiv", "--budget", "3"), ("enrich", ["arxiv"], 3)),
        (("similar", "2401.00001"), ("search", "arxiv:2401.00001", 10, 0, "hybrid")),
    ],
)
def test_what_a_command_asks_of_the_library(tracker: Any, library: FakeTracker, args: Any, call: Any) -> None:
    result = tracker(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    assert call in library.calls
    assert ("close",) in library.calls


@pytest.mark.parametrize(
    "args", [("sources", "list"), ("sources", "show", "weekly"), ("duplicates", "list"), ("status",)]
)
def test_reports_have_json(tracker: Any, args: tuple[str, ...]) -> None:
    assert tracker(*args).exit_code == 0
    json.loads(tracker(*args, "--json").stdout)


def test_a_note_from_standard_input(tracker: Any, library: FakeTracker) -> None:
    assert tracker("note", "2401.00001", "-", stdin="line one\nline two\n").exit_code == 0
    assert ("note", "2401.00001", "line one\nline two\n") in library.calls
    assert tracker("note", "2401.00001", "-", stdin="  ").exit_code == 2


def test_import_of_files_and_ids_together(tracker: Any, library: FakeTracker, tmp_path: Path) -> None:
    file = tmp_path / "mine.bib"
    file.write_text("@misc{a}", "utf-8")
    result = tracker("import", str(file), "1706.03762")
    assert result.stdout == "2 papers added, 0 updated, 0 already there\n"
    assert ("import_file", "@misc{a}", None, False) in library.calls
    assert tracker("import", "absent.bib").exit_code == 2
    assert tracker("import", "-", "--format", "ris", stdin="TY  - X").exit_code == 0
    assert ("import_file", "-", "ris", True) in library.calls
    library.problems = (Problem(where="mine.bib:3", message="no title"),)
    partly = tracker("import", str(file))
    assert partly.exit_code == 3
    assert "mine.bib:3: no title" in partly.stdout


def test_export(tracker: Any, library: FakeTracker, tmp_path: Path) -> None:
    assert tracker("export", "status:read", "-tag:old").stdout_bytes.decode("utf-8") == '{"title": "Überblick"}\n'
    assert ("export", None, "jsonl", "status:read -tag:old") in library.calls
    target = tmp_path / "out.bib"
    assert tracker("export", "--format", "bibtex", "--output", str(target)).stderr.startswith("written to")
    assert ("export", target, "bibtex", "") in library.calls


def test_check_ends_with_one_when_something_is_wrong(tracker: Any, library: FakeTracker) -> None:
    assert tracker("check").exit_code == 0
    library.findings = (CheckFinding(area="fulltext", ok=False, message="stale", cure="tracker check --repair"),)
    result = tracker("check")
    assert result.exit_code == 1
    assert "WRONG  fulltext   stale (tracker check --repair)" in result.stdout
    library.findings = (CheckFinding(area="model", ok=False, message="no model (install it)", cure="install it"),)
    assert tracker("check").stdout.count("install it") == 1


def test_a_file_that_cannot_be_read_is_one_line(tracker: Any) -> None:
    result = tracker("search", "--batch", "/nowhere/at/all.jsonl")
    assert (result.exit_code, result.stderr) == (1, "error: /nowhere/at/all.jsonl: No such file or directory\n")


def test_a_mistyped_command_is_answered_with_the_near_ones(tracker: Any) -> None:
    result = tracker("serach", "x")
    assert result.exit_code == 2
    assert "search" in result.stderr


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(tracker: Any, command: str) -> None:
    result = tracker(command, "--help")
    assert result.exit_code == 0
    assert "Example: tracker " in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "title",
    [
        "\x1b[2J\x1b[31mRed\x1b[0m",
        "\x1b]0;new window title\x07Osc",
        "\x9b31mEight bits",
        "[bold]markup[/bold] [/] [link=x]",
        "one\r\nNumber\ttwo\x00\x08",
        "right \u202eot tfel",
        "x" * 10_000,
        "日本語の題名" * 20,
        "lone \ud800 surrogate",
        ":smile: emoji codes stay",
    ],
)
@pytest.mark.parametrize(
    "args", [("list",), ("show", "2401.00001"), ("search", "x"), ("queue",), ("duplicates", "list")]
)
def test_a_hostile_title_does_not_reach_the_terminal(
    tracker: Any, library: FakeTracker, args: tuple[str, ...], title: str
) -> None:
    library.shelf[0] = make_paper(1, title)
    result = tracker(*args)
    assert result.exit_code == 0
    assert not {c for c in result.stdout if c != "\n" and (not c.isprintable())}
    if "[" in title and "\x1b" not in title:
        assert "[bold]markup[/bold] [/] [link=x]" in result.stdout
    if ":smile:" in title:
        assert ":smile:" in result.stdout
    assert tracker(*args, "--json").exit_code == 0


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_table_fits_the_terminal(tracker: Any, library: FakeTracker, width: int) -> None:
    from rich.cells import cell_len

    library.shelf.append(make_paper(3, "Ein sehr langer Titel über 日本語 " * 9))
    result = tracker("list", env={"COLUMNS": str(width), "FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"})
    import re

    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in result.stdout.splitlines()]
    assert len(lines) == 4
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    assert "…" in lines[3]
