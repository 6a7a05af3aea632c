"""How fast each lab answers, and how well damaged models and single layers find known papers.

    python -m benchmarks.labs --home DIR               warm answers of every lab over that library, as a table
    python -m benchmarks.labs --recall                 recall of each layer and of damaged models on the development set
    python -m benchmarks.labs --recall --papers 400    over fewer papers (0.05 s of a processor each, for each model)
    python -m benchmarks.labs --build DIR              what reading that library (a copy) for the labs costs

The library is read by ``tracker lab --build`` first; it is only looked at.
``--recall`` needs the folder ``../shared`` (or ``--shared DIR``): questions are
the summaries that authors wrote, papers are the right ones and distractors.
Both questions and papers are read by the damaged model.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

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
from tracker.settings import load_settings
from tracker.store import backup

HERE = Path(__file__).resolve().parent
ROUNDS = 21
#: Milliseconds within which a lab answers for a sentence.
LIMIT = 300
SENTENCE = "The bank of the river was muddy after the rain, so nobody wanted to sit there."
#: About as long as a sentence in a lab may be: 61 of 64 pieces.
LONG = (
    "When the bank of the river was muddy after the long rain of the spring, nobody who had come down from the village "
    "wanted to sit there and read, and so the children of the miller took the old boat, went over to the other side, "
    "and looked at the town and the church."
)
QUERY = "where do transformers store facts"
USES = ("We sat on the bank of the river.", "The bank of the stream was muddy.", "The bank lent us the money.",
        "She opened an account at the bank.")  # fmt: skip
#: Name in the table, lab, inputs: the reader's own words.
CASES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("word arithmetic", "word-arithmetic", {"expression": "king - man + woman"}),
    ("bias, occupations", "bias", {}),
    ("bias, own words and two pairs", "bias", {"words": ("nurse", "pilot"), "pairs": ("he:she", "man:woman")}),
    ("from text to input", "input", {"text": SENTENCE}),
    ("from text to input, longest", "input", {"text": LONG}),
    ("many meanings, four sentences", "meanings", {"word": "bank", "sentences": USES}),
    ("many meanings, eight sentences", "meanings", {"word": "bank", "sentences": USES + tuple(
        f"They said: {use[0].lower()}{use[1:]}" for use in USES)}),
    ("attention", "attention", {"text": SENTENCE, "layer": 2, "head": 3, "place": 2}),
    ("attention, longest", "attention", {"text": LONG, "layer": 5, "head": 3, "place": 2}),
    ("memories, units of a sentence", "memories", {"text": SENTENCE}),
    ("memories, units, longest", "memories", {"text": LONG}),
    ("storyboard", "story", {"text": SENTENCE, "place": 2}),
    ("storyboard, longest", "story", {"text": LONG, "place": 2}),
    ("layer time machine", "layers", {"query": QUERY}),
    ("ablation, positions", "ablate", {"query": QUERY, "positions": True}),
    ("ablation, a head", "ablate", {"query": QUERY, "heads": ("0.3",)}),
    ("ablation, all feed-forward parts", "ablate", {"query": QUERY, "feed_forward": tuple(range(6))}),
    ("ablation, an attention part", "ablate", {"query": QUERY, "attention": (5,)}),
)  # fmt: skip
#: The paper that the match lens explains and that is taken as input, where the library has it.
PAPER = "arxiv:2012.14913"
#: What is switched off, one table row each.
DAMAGES: tuple[Ablation, ...] = (
    Ablation(positions=True),
    Ablation(heads=frozenset({(0, 3)})),
    Ablation(heads=frozenset((5, head) for head in range(12))),
    Ablation(feed_forward=frozenset({5})),
    Ablation(feed_forward=frozenset(range(6))),
    Ablation(attention=frozenset(range(6))),
)


def from_library(tracker: Tracker) -> tuple[tuple[str, str, list[Mapping[str, Any]]], ...]:
    """Papers of the library as input, and everything that looks through it: another unit or hit each time."""
    hits = tracker.search(QUERY, ROUNDS).hits
    paper = PAPER if any(hit.id == PAPER for hit in hits) else hits[0].id
    sentences = tracker.lab_sentences(paper)
    longest, title = max(sentences, key=len), sentences[0]
    units = np.random.default_rng(0).choice(1536, size=ROUNDS, replace=False).tolist()
    last = tracker.lab("memories", text=longest).to_json()["pieces"]
    place = min(2, len(last) - 2)
    cases: list[tuple[str, str, list[Mapping[str, Any]]]] = [
        (f"memories, {ROUNDS} units of layer {layer}", "memories", [{"layer": layer, "unit": n} for n in units])
        for layer in (0, 3, 5)
    ]
    cases += [
        (f"a paper's sentence: {lab}", lab, [{"text": longest, **more}])
        for lab, more in (("input", {}), ("attention", {"layer": 3, "head": 1, "place": place}), ("memories", {}),
                          ("story", {"place": place}))
    ]  # fmt: skip
    uses = tracker.lab_uses("language")
    if len(uses) > 1:
        cases.append(("sentences of papers: meanings", "meanings", [{"word": "language", "sentences": uses[:4]}]))
    cases += [
        ("a paper's title: layers", "layers", [{"query": title}]),
        ("a paper's title: ablate", "ablate", [{"query": title, "feed_forward": (5,)}]),
        (f"match lens, {len(hits)} hits", "lens", [{"query": QUERY, "paper": hit.id} for hit in hits]),
    ]
    return tuple(cases)


@dataclass(frozen=True)
class Times:
    """Milliseconds of warm answers: half of them and 95 of 100 stay below, on the clock and of the processor."""

    clock: tuple[float, float]
    processor: tuple[float, float]


def timed(tracker: Tracker, lab: str, inputs: Sequence[Mapping[str, Any]], rounds: int = ROUNDS) -> Times:
    """Times of ``rounds`` answers, the inputs taken in turn; one answer before them is not counted."""
    tracker.lab(lab, **inputs[0])
    clock, processor = [], []
    for number in range(rounds):
        given = inputs[number % len(inputs)]
        began, spent = time.perf_counter(), time.process_time()
        tracker.lab(lab, **given)
        processor.append(1000 * (time.process_time() - spent))
        clock.append(1000 * (time.perf_counter() - began))
    low, high = ((float(np.percentile(some, 50)), float(np.percentile(some, 95))) for some in (clock, processor))
    return Times(low, high)


def speed(home: Path) -> None:
    """Prints how fast every lab answers over a library."""
    with Tracker.open(home) as tracker:
        _say(f"{tracker.count():,} papers; {ROUNDS} warm answers each, in milliseconds; {LIMIT} are allowed\n")
        _say("| lab | p50 | p95 | processor p50 | p95 |\n| --- | ---: | ---: | ---: | ---: |")
        worst = 0.0
        for name, lab, inputs in (*((name, lab, [given]) for name, lab, given in CASES), *from_library(tracker)):
            times = timed(tracker, lab, inputs)
            worst = max(worst, times.clock[1])
            row = " | ".join(f"{value:.0f}" for value in (*times.clock, *times.processor))
            _say(f"| {name} | {row} |")
        _say(f"\nthe slowest lab's p95 is {worst:.0f} ms on the clock")


def building(home: Path) -> None:
    """Prints what the first reading of a library for the labs costs, and the next after it."""
    with tempfile.TemporaryDirectory(prefix="tracker-labs-") as folder:
        backup.backup(home / "tracker.sqlite3", Path(folder) / "tracker.sqlite3")
        with Tracker.open(settings=load_settings(Path(folder), {"TRACKER_OFFLINE": "1"})) as tracker:
            for name in ("first reading", "second, nothing new"):
                spent = time.process_time()
                layers, memories = tracker.build_lab_indexes()
                for part, one in (("layers", layers), ("memories", memories)):
                    pace = f", {one.done / one.seconds:.1f} papers a second" if one.done else ""
                    _say(f"{name}: {part}: {one.done:,} papers in {one.seconds:.1f} s{pace}")
                _say(f"{name}: {time.process_time() - spent:.1f} s of a processor with counting recall")
            for part in ("layers", "memories", "recall"):
                files = (Path(folder) / "index" / "labs" / part).rglob("*")
                size = sum(file.stat().st_size for file in files if file.is_file())
                _say(f"{part}: {size / 1e6:.1f} MB on disk")
            _say(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


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
    _say("| model | first | in first ten | MRR@10 | kept |\n| --- | ---: | ---: | ---: | ---: |")
    for row in table.rows:
        _say(f"| {row.name} | {row.at_1:.3f} | {row.at_10:.3f} | {row.mrr_10:.3f} | {row.kept:.2f} |")
    _say("")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, help="a library that the labs have read")
    parser.add_argument("--recall", action="store_true")
    parser.add_argument("--papers", type=int, default=800, help="for --recall; half of them are asked for")
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--letters", type=int, default=400, help="for --recall: so much of each abstract")
    parser.add_argument("--build", type=Path, metavar="DIR", help="a library, which is copied")
    options = parser.parse_args(argv)
    if options.home is None and options.build is None and not options.recall:
        parser.error("name a library with --home or --build, or ask for --recall")
    if options.build is not None:
        building(options.build)
    if options.home is not None:
        speed(options.home)
    if options.recall:
        recall(options.shared, options.papers, options.letters)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
