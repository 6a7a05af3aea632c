"""How well papers are tied to concepts, and the fit of the linker's weights.

    python -m benchmarks.concepts            figures on the development set
    python -m benchmarks.concepts --fit      fit the weights again and write them
    python -m benchmarks.concepts --errors   also the papers that went wrong
    python -m benchmarks.concepts --verdicts what a person's yes and no teach about other papers (a minute)
    python -m benchmarks.concepts --library DIR   seconds to tie all papers of a library (a copy of it) anew

Needs the folder ``../shared`` (or ``--shared DIR``).  Besides the development
set, the weights are fitted on the papers of ``concepts_labels.jsonl``, which
holds names and labels only; their texts are read from the shared folder.
Nothing is fitted to a single concept: one weight a feature, for all fifty.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking import seconds_to_link, whole_library
from tracker.concepts.linking import Linker, LinkInput
from tracker.concepts.linking.features import FEATURES
from tracker.concepts.linking.model import LinkModel, probability
from tracker.concepts.linking.prototypes import Encode
from tracker.embed.load import load_encoder
from tracker.settings import load_settings

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parent / "tracker" / "concepts" / "linking" / "weights.json"
#: Papers never seen hold fewer of the known phrases than those the lexicon was written beside: on papers labelled
#: before the lexicon knew them F1 was best between 0.30 and 0.40, so no higher bar is tried than the middle.
THRESHOLDS = (0.30, 0.35)
REGULARISATION = 0.03
#: Pairs from this probability on are likely ties: over them features are standardised for learning from verdicts.
LIKELY = 0.2
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """A paper with the concepts it is about, and those on which careful readers may differ."""

    title: str
    text: str
    concepts: frozenset[str]
    unsure: frozenset[str]


@dataclass(frozen=True)
class Figures:
    """Micro-averaged precision, recall and F1; a predicted concept listed as unsure is not counted."""

    precision: float
    recall: float
    f1: float

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}  recall {self.recall:.3f}  F1 {self.f1:.3f}"


@dataclass(frozen=True)
class Table:
    """Features (papers, concepts, features) with labels (papers, concepts)."""

    features: Floats
    labels: Floats
    unsure: Floats

    def rows(self, which: Any) -> Table:
        """The same for some of the papers."""
        return Table(self.features[which], self.labels[which], self.unsure[which])

    def plus(self, other: Table) -> Table:
        """Both together."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("features", "labels", "unsure"))
        return Table(*(np.concatenate(pair) for pair in pairs))


def development(shared: Path) -> list[Labelled]:
    """The 80 papers of the development set."""
    lines = (shared / "eval" / "concepts_dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [_labelled(row["title"], row["abstract"], row) for row in map(json.loads, lines)]


def own_labels(shared: Path) -> list[Labelled]:
    """The papers labelled for this project, with their texts from the shared folder."""
    texts: dict[str, tuple[str, str]] = {}
    for name, path in (("id", "eval/retrieval_dev.jsonl.gz"), ("arxiv", "world/abstracts.jsonl.gz")):
        with gzip.open(shared / path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                key = row[name] if name == "id" else f"arxiv:{row[name]}"
                texts[key] = (row["title"], row["abstract"] or "")
    rows = map(json.loads, (HERE / "concepts_labels.jsonl").read_text(encoding="utf-8").splitlines())
    return [_labelled(*texts[row["id"]], row) for row in rows]


def _labelled(title: str, text: str | None, row: dict[str, Any]) -> Labelled:
    return Labelled(title, text or "", frozenset(row["concepts"]), frozenset(row["unsure"]))


def inputs(papers: Sequence[Labelled]) -> list[LinkInput]:
    """What the linker gets to see of them."""
    return [LinkInput(number, paper.title, paper.text) for number, paper in enumerate(papers)]


def table(linker: Linker, papers: Sequence[Labelled]) -> Table:
    """Features and labels of some papers."""
    labels = np.array([[slug in paper.concepts for slug in linker.slugs] for paper in papers], dtype=float)
    unsure = np.array([[slug in paper.unsure for slug in linker.slugs] for paper in papers], dtype=float)
    return Table(linker.features(inputs(papers)), labels, unsure)


def fit(data: Table) -> LinkModel:
    """The regularised logistic regression over all pairs that are not unsure, as plain weights."""
    from sklearn.linear_model import LogisticRegression

    flat = data.features.reshape(-1, len(FEATURES))
    known = data.unsure.reshape(-1) == 0
    mean, spread = flat.mean(axis=0), flat.std(axis=0) + 1e-9
    model = LogisticRegression(C=REGULARISATION, max_iter=2000)
    model.fit((flat[known] - mean) / spread, data.labels.reshape(-1)[known])
    weights = model.coef_[0] / spread
    intercept = float(model.intercept_[0] - weights @ mean)
    found = LinkModel(tuple(float(weight) for weight in weights), intercept, 0.5)
    likely = flat[probability(found.log_odds(flat)) >= LIKELY]
    # A feature that hardly varies over likely ties is no lever for a reader's verdicts: hence the floor.
    centre, spread = likely.mean(axis=0), likely.std(axis=0) + 0.05
    return replace(found, centre=tuple(map(float, centre)), spread=tuple(map(float, spread)))


def measure(model: LinkModel, data: Table, threshold: float | None = None) -> Figures:
    """The figures of a model on some papers, at most four concepts a paper."""
    chances = probability(model.log_odds(data.features))
    place = np.argsort(np.argsort(-chances, axis=1), axis=1)
    said = (chances >= (model.threshold if threshold is None else threshold)) & (place < 4)
    return _figures(said, data)


def _figures(said: NDArray[np.bool_], data: Table) -> Figures:
    right = float((said & (data.labels == 1)).sum())
    wrong = float((said & (data.labels == 0) & (data.unsure == 0)).sum())
    missed = float((~said & (data.labels == 1)).sum())
    return Figures(
        right / max(right + wrong, 1), right / max(right + missed, 1), 2 * right / max(2 * right + wrong + missed, 1)
    )


def best_threshold(data: Table, folds: int = 5) -> float:
    """The threshold with the best F1 by cross-validation inside ``data``."""
    order = np.random.default_rng(0).permutation(len(data.features))
    chances = np.zeros(data.labels.shape)
    for part in np.array_split(order, folds):
        rest = np.setdiff1d(order, part)
        chances[part] = probability(fit(data.rows(rest)).log_odds(data.features[part]))
    place = np.argsort(np.argsort(-chances, axis=1), axis=1)
    scores = {t: _figures((chances >= t) & (place < 4), data).f1 for t in THRESHOLDS}
    return max(scores, key=lambda t: (round(scores[t], 3), -abs(t - 0.35)))


def nested(dev: Table, own: Table, folds: int = 5, seed: int = 1) -> Figures:
    """Cross-validation over the development set: weights and threshold are chosen without the papers measured."""
    order = np.random.default_rng(seed).permutation(len(dev.features))
    said = np.zeros(dev.labels.shape, dtype=bool)
    for part in np.array_split(order, folds):
        train = dev.rows(np.setdiff1d(order, part)).plus(own)
        chances = probability(fit(train).log_odds(dev.features[part]))
        place = np.argsort(np.argsort(-chances, axis=1), axis=1)
        said[part] = (chances >= best_threshold(train)) & (place < 4)
    return _figures(said, dev)


def verdicts(encode: Encode, sets: Mapping[str, tuple[Sequence[Labelled], LinkModel]]) -> None:
    """Prints what a person's yes and no teach about other papers, for each set with weights fitted on the other."""
    from benchmarks.verdicts import READERS, gain, subjects, with_vectors

    for name, (papers, model) in sets.items():
        known = with_vectors(encode, inputs(papers))
        labelled = [(one, paper.concepts, paper.unsure) for one, paper in zip(known, papers, strict=True)]
        for reader in READERS:
            held = subjects(labelled, reader)
            for parts, adds in ((2, False), (5, False), (2, True)):
                repeats = max(1, (3200 if parts == 2 else 1600) // (len(held) * parts))
                found = gain(encode, model, held, parts=parts, repeats=repeats, adds=adds)
                told = f"{'half' if parts == 2 else 'four fifths'}{', and adds what is missing' if adds else ''}"
                _say(f"{name}, {reader:12} answers on {told:34} {found}")


def report(linker: Linker, dev: Table, own: Table) -> None:
    """Prints the figures."""
    without = fit(own)
    without = replace(without, threshold=best_threshold(own))
    only = fit(dev)
    _say(f"shipped weights on the development set      {shipped(linker, dev)}")
    _say(f"fitted without the development set          {measure(without, dev)}")
    _say(f"nested 5-fold cross-validation on it        {nested(dev, own)}")
    _say(f"fitted on the development set, own labels   {measure(replace(only, threshold=0.35), own)}")


def shipped(linker: Linker, data: Table) -> Figures:
    """The figures of the weights that ship."""
    from tracker.concepts.linking.model import default_model

    return measure(default_model(), data)


def errors(linker: Linker, papers: Sequence[Labelled]) -> None:
    """Prints the papers that went wrong, with what the linker said."""
    for number, links in linker.link(inputs(papers)).items():
        paper, said = papers[number], {link.slug: link.score for link in links}
        wrong = {s: v for s, v in said.items() if s not in paper.concepts | paper.unsure}
        missed = sorted(paper.concepts - set(said))
        if wrong or missed:
            _say(f"{paper.title[:70]}\n    said too much {wrong}  missed {missed}")


def write(model: LinkModel, path: Path = WEIGHTS) -> None:
    """Writes the weights as they ship."""
    body = {
        "made_by": "python -m benchmarks.concepts --fit",
        "threshold": model.threshold,
        "intercept": round(model.intercept, 5),
        "weights": {name: round(weight, 5) for name, weight in zip(FEATURES, model.weights, strict=True)},
        "usual": {
            name: [round(centre, 5), round(spread, 5)]
            for name, centre, spread in zip(FEATURES, model.centre, model.spread, strict=True)
        },
    }
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--home", type=Path, default=Path(gettempdir()) / "tracker-benchmarks", help="for the model")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--verdicts", action="store_true")
    parser.add_argument("--library", type=Path, help="a library with vectors; it is copied")
    options = parser.parse_args(argv)
    encoder = load_encoder(load_settings(options.home))
    first = LinkModel((0.0,) * len(FEATURES), 0.0, 0.5) if options.fit else None
    linker = Linker(encoder.encode, model=first)
    papers, labelled = development(options.shared), own_labels(options.shared)
    dev, own = table(linker, papers), table(linker, labelled)
    if options.fit:
        everything = dev.plus(own)
        write(replace(fit(everything), threshold=best_threshold(everything)))
        linker = Linker(encoder.encode)
    report(linker, dev, own)
    clock, processor = seconds_to_link(linker, inputs(labelled))
    _say(f"2,000 papers with known vectors             {clock:.2f} s ({processor:.2f} s of a processor)")
    if options.library is not None:
        papers_tied, clock, processor = whole_library(options.library, encoder.encode)
        _say(
            f"{papers_tied:,} papers of the library, read and stored  {clock:.2f} s ({processor:.2f} s of a processor)"
        )
    if options.verdicts:
        verdicts(
            encoder.encode,
            {
                "development set": (papers, replace(fit(own), threshold=0.35)),
                "own labels     ": (labelled, replace(fit(dev), threshold=0.35)),
            },
        )
    if options.errors:
        errors(linker, [*papers, *labelled])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
