"""How good the search is: one command that imports the evaluation papers, asks every query and prints the table.

    python -m benchmarks.quality               # the table
    python -m benchmarks.quality --write       # ... and into docs/SEARCH.md

The papers go through ``Tracker.import_file`` as a reader's own would, the
queries through the engine that ``tracker search`` uses.  The library is kept
in ``benchmarks/out/quality``, so a second run embeds nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from tracker.library.finding import Finder
from tracker.records import Progress
from tracker.search.engine import Mode
from tracker.search.fusion import Weights
from tracker.service import Tracker
from tracker.store.database import Database

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "SEARCH.md"
_TABLE = re.compile(r"(<!-- table: quality -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the id of its one right answer."""

    query: str
    id: str


@dataclass(frozen=True, slots=True)
class Method:
    """A way to search, as the table names it."""

    name: str
    mode: Mode
    weights: Weights


METHODS = (
    Method("words only (BM25 over fields)", "words", Weights()),
    Method("meaning only (cosine)", "meaning", Weights()),
    Method("fused (convex sum)", "hybrid", Weights(depth=0)),
    Method("fused, first 30 re-ranked by words' meetings", "hybrid", Weights()),
)


@dataclass(frozen=True, slots=True)
class Score:
    """Mean reciprocal rank in the first ten, and the share of right answers in the first 1, 5 and 10."""

    mrr: float
    recall: tuple[float, float, float]


def score(ranks: Sequence[int]) -> Score:
    """The measures for the ranks of the right answers; 0 stands for "not among the first ten"."""
    found = np.array(ranks)
    reciprocal = np.where(found > 0, 1 / np.maximum(found, 1), 0.0)
    recall = [float(((found > 0) & (found <= k)).mean()) for k in (1, 5, 10)]
    return Score(float(reciprocal.mean()), (recall[0], recall[1], recall[2]))


def ranks(ask: Callable[[str], Sequence[str]], questions: Sequence[Question]) -> list[int]:
    """The rank of each right answer among the ids that ``ask`` gives."""
    answers = ((question.id, list(ask(question.query))) for question in questions)
    return [ids.index(right) + 1 if right in ids else 0 for right, ids in answers]


def questions(file: Path) -> list[Question]:
    """The queries of a file."""
    return [Question(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def build(papers: Path, home: Path) -> None:
    """Imports and embeds the papers, unless that was done already."""
    home.mkdir(parents=True, exist_ok=True)
    plain = home / "papers.jsonl"
    plain.write_bytes(gzip.decompress(papers.read_bytes()))
    with Tracker.open(home) as tracker:
        if tracker.status().papers == 0:
            tracker.import_file(plain, embed=False)
        report = tracker.embed(progress=_show)
    _say(f"embedded {report.embedded}, kept {report.kept}")


def table(home: Path, sets: dict[str, list[Question]]) -> str:
    """The scores of all methods as a Markdown table."""
    lines = ["| method | queries | MRR@10 | R@1 | R@5 | R@10 |", "| --- | --- | --- | --- | --- | --- |"]
    with Tracker.open(home) as tracker:
        settings = tracker.settings
    database = Database.open(settings.database_url)
    try:
        for method in METHODS:
            finder = Finder(database, settings, weights=method.weights)
            for name, asked in sets.items():
                found = score(ranks(partial(_ids, finder, method.mode), asked))
                recall = " | ".join(f"{share:.3f}" for share in found.recall)
                lines.append(f"| {method.name} | {name} ({len(asked)}) | {found.mrr:.4f} | {recall} |")
                _say(lines[-1])
            finder.close()
    finally:
        database.close()
    return "\n".join(lines) + "\n"


def _ids(finder: Finder, mode: Mode, query: str) -> list[str]:
    found = finder.search(query, 10, 0, mode)
    if found.notices:
        raise SystemExit(f"the library is not ready: {found.notices[0]}")
    return [hit.id for hit in found.hits]


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _show(progress: Progress) -> None:
    if progress.done % 250 == 0 or progress.done == progress.total:
        _say(f"{progress.stage}: {progress.done} of {progress.total}, {progress.message}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description="How good the search is.")
    parser.add_argument(
        "--eval", type=Path, default=ROOT.parent / "shared" / "eval", help="folder of the evaluation sets"
    )
    parser.add_argument("--home", type=Path, default=ROOT / "benchmarks" / "out" / "quality", help="library to build")
    parser.add_argument("--write", action="store_true", help="put the table into docs/SEARCH.md")
    given = parser.parse_args(arguments)
    if not given.eval.is_dir():
        raise SystemExit(f"there is no folder {given.eval}: the evaluation sets are needed")
    build(given.eval / "retrieval_dev.jsonl.gz", given.home)
    sets = {
        "summaries": questions(given.eval / "retrieval_dev_queries.jsonl"),
        "short": questions(given.eval / "short_queries_dev.jsonl"),
    }
    found = table(given.home, sets)
    sys.stdout.write(found)
    if given.write:
        PAGE.write_text(_TABLE.sub(rf"\g<1>{found}\g<2>", PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
