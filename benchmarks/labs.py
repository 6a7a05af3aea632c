"""How fast each lab answers, and how well damaged models and single layers find known papers.

    python -m benchmarks.labs --home DIR               warm answers of every lab over that library, as a table
    python -m benchmarks.labs --recall                 recall of each layer and of damaged models on the development set
    python -m benchmarks.labs --recall --papers 1000   over more papers (0.1 s of a processor each, and for each model)

The library is read by ``tracker lab --build`` first; it is only looked at.
``--recall`` needs the folder ``../shared`` (or ``--shared DIR``): questions are
the summaries that authors wrote, papers are the right ones and distractors.
Both questions and papers are read by the damaged model.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tracker.concepts.labs import (
    WHOLE,
    Ablation,
    LabModel,
    LibraryText,
    RecallTable,
    build_layer_index,
    open_layer_index,
    recall_ablated,
    recall_by_layer,
)
from tracker.service import Tracker

HERE = Path(__file__).resolve().parent
ROUNDS = 11
SENTENCE = "The bank of the river was muddy after the rain, so nobody wanted to sit there."
#: About as long as a sentence in a lab may be: 61 of 64 pieces.
LONG = (
    "When the bank of the river was muddy after the long rain of the spring, nobody who had come down from the village "
    "wanted to sit there and read, and so the children of the miller took the old boat, went over to the other side, "
    "and looked at the town and the church."
)
QUERY = "where do transformers store facts"
#: Name in the table, lab, inputs.
CASES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("word arithmetic", "word-arithmetic", {"expression": "king - man + woman"}),
    ("bias", "bias", {}),
    ("from text to input", "input", {"text": LONG}),
    ("many meanings, four sentences", "meanings", {"word": "bank", "sentences": (
        "We sat on the bank of the river.", "The bank of the stream was muddy.",
        "The bank lent us the money.", "She opened an account at the bank.")}),
    ("attention", "attention", {"text": SENTENCE, "layer": 2, "head": 3, "place": 2}),
    ("attention, longest sentence", "attention", {"text": LONG, "layer": 5, "head": 3, "place": 2}),
    ("memories, units of a sentence", "memories", {"text": LONG}),
    ("memories, a unit of layer 0", "memories", {"layer": 0, "unit": 7}),
    ("memories, a unit of layer 5", "memories", {"layer": 5, "unit": 7}),
    ("storyboard", "story", {"text": SENTENCE, "place": 2}),
    ("storyboard, longest sentence", "story", {"text": LONG, "place": 2}),
    ("layer time machine", "layers", {"query": QUERY}),
    ("ablation", "ablate", {"query": QUERY, "feed_forward": (5,)}),
    ("match lens", "lens", {"query": QUERY, "paper": "arxiv:2012.14913"}),
)  # fmt: skip
#: What is switched off, one table row each.
DAMAGES: tuple[Ablation, ...] = (
    Ablation(positions=True),
    Ablation(heads=frozenset({(0, 3)})),
    Ablation(heads=frozenset((5, head) for head in range(12))),
    Ablation(feed_forward=frozenset({5})),
    Ablation(feed_forward=frozenset(range(6))),
    Ablation(attention=frozenset(range(6))),
)


def timed(tracker: Tracker, lab: str, inputs: Mapping[str, Any], rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Milliseconds of a warm answer: median and worst on the clock, median of the processor."""
    tracker.lab(lab, **inputs)
    clock, processor = [], []
    for _ in range(rounds):
        began, spent = time.perf_counter(), time.process_time()
        tracker.lab(lab, **inputs)
        processor.append(1000 * (time.process_time() - spent))
        clock.append(1000 * (time.perf_counter() - began))
    return statistics.median(clock), max(clock), statistics.median(processor)


def speed(home: Path) -> None:
    """Prints how fast every lab answers over a library."""
    with Tracker.open(home) as tracker:
        _say(f"{tracker.count():,} papers; {ROUNDS} warm answers each, in milliseconds\n")
        _say("| lab | median | worst | processor |\n| --- | ---: | ---: | ---: |")
        for name, lab, inputs in CASES:
            median, worst, processor = timed(tracker, lab, inputs)
            _say(f"| {name} | {median:.0f} | {worst:.0f} | {processor:.0f} |")


def recall(shared: Path, papers: int, letters: int | None) -> None:
    """Prints how well layers and damaged models find known papers."""
    texts, questions = _sample(shared / "eval", papers)
    texts = [replace(text, text=text.text[:letters]) for text in texts]
    model = LabModel.load()
    with tempfile.TemporaryDirectory(prefix="tracker-labs-") as folder:
        where = Path(folder)
        for off in (WHOLE, *DAMAGES):
            build_layer_index(model, "m", where, texts, ablation=off)
        whole = open_layer_index(model, "m", where)
        damaged = [(off, open_layer_index(model, "m", where, off)) for off in DAMAGES]
        _say(f"{len(texts):,} papers, {len(questions):,} questions\n")
        _print(recall_by_layer(model, whole, questions))
        _print(recall_ablated(model, whole, questions, damaged))


def _sample(folder: Path, papers: int) -> tuple[list[LibraryText], list[tuple[str, str]]]:
    """Half of the papers are answers, each with its question; the other half are distractors."""
    lines = (folder / "retrieval_dev_queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [(row["query"], row["id"]) for row in map(json.loads, lines[: papers // 2])]
    wanted = {answer for _, answer in questions}
    texts: list[LibraryText] = []
    others = papers - len(wanted)
    with gzip.open(folder / "retrieval_dev.jsonl.gz", "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if row["id"] in wanted or others > 0:
                others -= row["id"] not in wanted
                texts.append(LibraryText(row["id"], row["title"], row["abstract"] or ""))
    return texts, questions


def _print(table: RecallTable) -> None:
    _say("| model | first | in first ten | MRR@10 |\n| --- | ---: | ---: | ---: |")
    for row in table.rows:
        _say(f"| {row.name} | {row.at_1:.3f} | {row.at_10:.3f} | {row.mrr_10:.3f} |")
    _say("")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, help="a library that the labs have read")
    parser.add_argument("--recall", action="store_true")
    parser.add_argument("--papers", type=int, default=300, help="for --recall")
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--letters", type=int, help="for --recall: so much of each abstract; else all")
    options = parser.parse_args(argv)
    if options.home is None and not options.recall:
        parser.error("name a library with --home, or ask for --recall")
    if options.home is not None:
        speed(options.home)
    if options.recall:
        recall(options.shared, options.papers, options.letters)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
