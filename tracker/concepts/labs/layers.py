"""Lab 7: the layer time machine: a library ranked with the vectors of each layer, and with parts of the model off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import WHOLE, Ablation
from tracker.concepts.labs.layer_index import LayerIndex, ablation_key, layer_vectors
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult, Recall
from tracker.errors import UsageError

NAME = "layer-time-machine"
QUERY_PIECES = 64
#: Recall compares the first so many.
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper with its cosine to the query; ``before`` is its rank in the ranking compared with, None beyond 100."""

    id: str
    title: str
    cosine: float
    before: int | None


@dataclass(frozen=True, slots=True)
class LayerRanking:
    """The library as one layer ranks it; ``recall`` is the share of the last layer's first ten in its first ten."""

    layer: int
    hits: tuple[Ranked, ...]
    recall: float


@dataclass(frozen=True, slots=True)
class TimeMachine(LabResult):
    """A query's ranking after each layer, from the input (words) to the last (meaning).

    In each layer, ``before`` of a hit is its rank in the last layer.
    ``measured`` is how well each layer finds known papers, where that was counted.
    """

    query: str
    papers_ranked: int
    layers: tuple[LayerRanking, ...]
    papers: tuple[LabPaper, ...]
    measured: tuple[Recall, ...] = ()


@dataclass(frozen=True, slots=True)
class Ablated(LabResult):
    """A query's ranking by the whole model and by the model with parts off.

    ``both_sides`` tells whether the papers too were read by the damaged model
    or the query alone.  Both rankings are over the same ``papers_ranked``
    papers: with both sides damaged those that both models have read.
    ``cosine`` is that of the query's two vectors; ``recall`` the share of the
    whole model's first ten that is still there.  ``measured`` is how well the
    whole and the damaged model find known papers, where that was counted.
    """

    query: str
    off: str
    both_sides: bool
    papers_ranked: int
    cosine: float
    recall: float
    whole: tuple[Ranked, ...]
    damaged: tuple[Ranked, ...]
    papers: tuple[LabPaper, ...]
    measured: tuple[Recall, ...] = ()


def time_machine(model: LabModel, index: LayerIndex, query: str, count: int = 10) -> TimeMachine:
    """Ranks a library for a query with the vectors of each layer.

    Raises:
        UsageError: the query is empty or too long, or the index holds no paper.
    """
    check_query(model, query)
    _check_index(index)
    vectors = layer_vectors(model, query)
    scores = [index.scores(vectors, layer) for layer in range(len(vectors))]
    last = scores[-1]
    rankings = tuple(
        LayerRanking(layer, _hits(index, row, last, count), _overlap(row, last)) for layer, row in enumerate(scores)
    )
    return TimeMachine(query.strip(), len(index.ids), rankings, BEHIND[NAME])


def ablate(
    model: LabModel,
    index: LayerIndex,
    query: str,
    ablation: Ablation,
    count: int = 10,
    damaged: LayerIndex | None = None,
) -> Ablated:
    """Ranks a library for a query by the whole model and by one with parts switched off.

    Args:
        model: the model.
        index: the library as the whole model reads it.
        query: what is looked for.
        ablation: what is switched off.
        count: so many hits of each.
        damaged: the library as the damaged model reads it, or some of it; without it only the query is read by the
            damaged one.

    Raises:
        UsageError: nothing is switched off, there is no such part, or the query is empty or too long.
    """
    check_query(model, query)
    check_ablation(model, ablation)
    _check_index(index)
    whole, hurt = layer_vectors(model, query)[-1], layer_vectors(model, query, ablation)[-1]
    papers, both_sides = index.vectors[-1], False
    if damaged is not None and set(damaged.ids) & set(index.ids):
        (index, papers), both_sides = shared(index, damaged), True
    before, after = index.vectors[-1] @ whole, papers @ hurt
    return Ablated(
        query=query.strip(),
        off=ablation_key(ablation),
        both_sides=both_sides,
        papers_ranked=len(index.ids),
        cosine=float(whole @ hurt),
        recall=_overlap(after, before),
        whole=_hits(index, before, before, count),
        damaged=_hits(index, after, before, count),
        papers=BEHIND[NAME],
    )


def check_ablation(model: LabModel, ablation: Ablation) -> None:
    """Raises UsageError where an ablation names nothing, or a part that the model lacks."""
    if ablation == WHOLE:
        raise UsageError(
            "Nothing is switched off", cure="switch off positions, a head, attention or a feed-forward part"
        )
    for layer, head in ablation.heads:
        model.check_layer(layer)
        model.check_head(head)
    for layer in ablation.feed_forward | ablation.attention:
        model.check_layer(layer)


def check_query(model: LabModel, query: str) -> None:
    """Raises UsageError where a query is empty or too long."""
    model.cut(query, most=QUERY_PIECES, what="query")


def _check_index(index: LayerIndex) -> None:
    if not index.ids:
        raise UsageError("No paper is indexed yet", cure="wait for the background work, or run: tracker embed")


def shared(index: LayerIndex, other: LayerIndex) -> tuple[LayerIndex, Array]:
    """The papers of both: ``index`` with its last layer alone, and the vectors of ``other`` after its last."""
    place = {paper: number for number, paper in enumerate(other.ids)}
    mine = [number for number, paper in enumerate(index.ids) if paper in place]
    ids, titles = tuple(index.ids[n] for n in mine), tuple(index.titles[n] for n in mine)
    theirs = other.vectors[-1][[place[paper] for paper in ids]]
    return LayerIndex(ids, titles, index.vectors[-1:, mine], index.centre[:0]), np.asarray(theirs, dtype=np.float32)


def _hits(index: LayerIndex, scores: Array, compared: Array, count: int) -> tuple[Ranked, ...]:
    ranks = {int(at): rank for rank, at in enumerate(np.argsort(-compared, kind="stable")[:100], 1)}
    best = np.argsort(-scores, kind="stable")[: max(count, 1)]
    return tuple(Ranked(index.ids[at], index.titles[at], float(scores[at]), ranks.get(int(at))) for at in best)


def _overlap(scores: Array, reference: Array) -> float:
    depth = min(DEPTH, len(scores))
    first = set(np.argsort(-scores, kind="stable")[:depth].tolist())
    return len(first & set(np.argsort(-reference, kind="stable")[:depth].tolist())) / depth
