"""How well single layers, and models with parts off, find known papers: counted over many questions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import WHOLE, Ablation
from tracker.concepts.labs.layer_index import LayerIndex, ablation_key, vectors_of
from tracker.concepts.labs.layers import NAME, check_ablation, shared
from tracker.concepts.labs.library import LibraryText
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult, Recall
from tracker.errors import UsageError

#: Recall compares the first so many.
DEPTH = 10
#: Questions drawn from a library: with 200, a recall near 0.9 is known to within 0.02 (one standard error).
QUESTIONS = 200
#: A sentence that asks has so many words: less says too little, more is no question.
_WORDS = (8, 40)


@dataclass(frozen=True, slots=True)
class RecallTable(LabResult):
    """Recall for each layer, or for the model whole and damaged."""

    rows: tuple[Recall, ...]
    papers: tuple[LabPaper, ...]


def ablations(layers: int) -> tuple[Ablation, ...]:
    """What is measured without being asked: positions, each layer's parts, and all of a kind."""
    every = range(layers)
    return (
        Ablation(positions=True),
        *(Ablation(feed_forward=frozenset({layer})) for layer in every),
        Ablation(feed_forward=frozenset(every)),
        *(Ablation(attention=frozenset({layer})) for layer in every),
        Ablation(attention=frozenset(every)),
    )


def questions_from(
    texts: Iterable[LibraryText], split: Callable[[str], Sequence[str]], count: int = QUESTIONS
) -> tuple[tuple[str, str], ...]:
    """Questions whose answer is known: the last fitting sentence of an abstract, and the paper that it stands in.

    The last sentence tells what came of it, mostly in other words than the
    title.  Papers are drawn by a hash of their id: the same ones each time,
    from all parts of a library, and new papers change few of them.

    Returns:
        (question, id) pairs; fewer than ``count`` where few papers have an abstract.
    """
    found: list[tuple[str, str]] = []
    for text in sorted(texts, key=lambda one: hashlib.sha256(one.id.encode("utf-8", "replace")).digest()):
        fitting = [part for part in split(text.text)[1:] if _WORDS[0] <= len(part.split()) <= _WORDS[1]]
        if fitting:
            found.append((fitting[-1], text.id))
        if len(found) == count:
            break
    return tuple(found)


def recall_by_layer(model: LabModel, index: LayerIndex, questions: Sequence[tuple[str, str]]) -> RecallTable:
    """How well each layer finds known answers; ``kept`` compares with the last layer.

    Args:
        model: the model.
        index: the library.
        questions: (query, id of the right paper); those whose paper the index lacks are left out.

    Raises:
        UsageError: no question is left.
    """
    known = _known(index, questions)
    vectors = vectors_of(model, [query for query, _ in known])
    answers = [at for _, at in known]
    scores = [np.stack([index.scores(v, layer) for v in vectors]) for layer in range(model.shape.layers + 1)]
    rows = [_recall(f"layer {layer}", row, scores[-1], answers) for layer, row in enumerate(scores)]
    return RecallTable(tuple(rows), BEHIND[NAME])


def recall_ablated(
    model: LabModel,
    index: LayerIndex,
    questions: Sequence[tuple[str, str]],
    damages: Sequence[tuple[Ablation, LayerIndex | None]],
) -> RecallTable:
    """How well the model finds known answers whole, and with parts switched off (arXiv:1905.10650).

    ``damages`` come with the library as that damaged model reads it, or None
    to let only the questions be read by it; ``kept`` compares with the whole.

    Raises:
        UsageError: no question is left, or an ablation names a part that the model lacks.
    """
    return RecallTable(tuple(each_recall(model, index, questions, damages)), BEHIND[NAME])


def each_recall(
    model: LabModel,
    index: LayerIndex,
    questions: Sequence[tuple[str, str]],
    damages: Iterable[tuple[Ablation, LayerIndex | None]],
) -> Iterator[Recall]:
    """The rows of :func:`recall_ablated` one after the other, the whole model's first; each costs seconds.

    Raises:
        UsageError: as there.
    """
    known = _known(index, questions)
    asked, answers = [query for query, _ in known], [at for _, at in known]
    whole = _ask(model, asked, WHOLE) @ index.vectors[-1].T
    yield _recall(ablation_key(WHOLE), whole, whole, answers)
    for ablation, damaged in damages:
        check_ablation(model, ablation)
        name = ablation_key(ablation) + ("" if damaged is not None else " (queries only)")
        held, papers = (index, index.vectors[-1]) if damaged is None else shared(index, damaged)
        if len(held.ids) != len(index.ids):
            raise UsageError(f"{name} has read {len(held.ids)} of {len(index.ids)} papers", cure="let it read them all")
        yield _recall(name, _ask(model, asked, ablation) @ papers.T, whole, answers)


def _ask(model: LabModel, queries: Sequence[str], ablation: Ablation) -> Array:
    return np.stack([vectors[-1] for vectors in vectors_of(model, queries, ablation)])


def _known(index: LayerIndex, questions: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    place = {paper: number for number, paper in enumerate(index.ids)}
    known = [(query, place[answer]) for query, answer in questions if answer in place and query.strip()]
    if not known:
        raise UsageError("There is no question whose answer is in the index", cure="give queries with papers it holds")
    return known


def _recall(name: str, scores: Array, reference: Array, answers: Sequence[int]) -> Recall:
    """One row; ``scores`` and ``reference`` are [questions, papers]."""
    right = scores[np.arange(len(answers)), answers]
    ranks = 1 + (scores > right[:, None]).sum(axis=1)
    reciprocal = np.where(ranks <= DEPTH, 1.0 / ranks, 0.0)
    return Recall(
        name=name,
        questions=len(answers),
        papers=scores.shape[1],
        at_1=float((ranks == 1).mean()),
        at_10=float((ranks <= DEPTH).mean()),
        mrr_10=float(reciprocal.mean()),
        kept=_kept(scores, reference),
    )


def _kept(scores: Array, reference: Array) -> float:
    depth = min(DEPTH, scores.shape[1])
    first, wanted = (np.argsort(-row, axis=1, kind="stable")[:, :depth] for row in (scores, reference))
    return float(np.mean([len(set(a) & set(b)) for a, b in zip(first.tolist(), wanted.tolist(), strict=True)]) / depth)
