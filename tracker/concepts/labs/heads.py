"""Lab 4: attention, per layer and head: who looks at whom, and softmax(QKᵀ/√d)V step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import Trace, softmax
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult
from tracker.errors import UsageError

NAME = "attention"


@dataclass(frozen=True, slots=True)
class HeadHabit:
    """What a head does on this text, as shares of its attention averaged over the pieces.

    ``entropy`` is in bits: 0 looks at one piece, log2(T) at all alike.
    """

    layer: int
    head: int
    entropy: float
    to_itself: float
    to_previous: float
    to_next: float
    to_markers: float


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The arithmetic of one piece in one head.

    ``query`` [d]; ``keys`` and ``values`` [T, d]; ``products`` = keys · query
    [T]; ``scores`` = products / √d; ``shares`` = softmax(scores); ``result`` =
    Σ shares · values [d].  ``difference`` is the largest absolute difference
    between ``result`` and what the model's own pass holds at that place.
    """

    place: int
    piece: str
    root: float
    query: Array
    keys: Array
    values: Array
    products: Array
    scores: Array
    shares: Array
    result: Array
    difference: float


@dataclass(frozen=True, slots=True, eq=False)
class AttentionView(LabResult):
    """One head on one sentence: ``weights`` [T, T], row looks at column; all heads' habits beside it."""

    text: str
    pieces: tuple[str, ...]
    layer: int
    head: int
    weights: Array
    step: Step
    habits: tuple[HeadHabit, ...]
    papers: tuple[LabPaper, ...]


def attention(model: LabModel, text: str, layer: int = 0, head: int = 0, place: int = 1) -> AttentionView:
    """Who looks at whom in one head, and how one piece's share is worked out (arXiv:1706.03762).

    Args:
        model: the model.
        text: one sentence.
        layer: counts from 0.
        head: counts from 0.
        place: the piece whose arithmetic is shown; 0 is the marker [CLS].

    Raises:
        UsageError: no such layer, head or piece, or a text that is empty or too long.
    """
    model.check_layer(layer)
    model.check_head(head)
    cut = model.sentence(text)
    if not 0 <= place < len(cut.pieces):
        raise UsageError(f"There is no piece {place}", cure=f"pieces are 0 to {len(cut.pieces) - 1}")
    run = model.run(cut)
    return AttentionView(
        text=cut.text,
        pieces=cut.pieces,
        layer=layer,
        head=head,
        weights=run.blocks[layer].attention[head],
        step=_step(run, layer, head, place),
        habits=tuple(
            _habit(run.blocks[at].attention[number], at, number)
            for at in range(model.shape.layers)
            for number in range(model.shape.heads)
        ),
        papers=BEHIND[NAME],
    )


def _step(run: Trace, layer: int, head: int, place: int) -> Step:
    block = run.blocks[layer]
    query, keys, values = block.query[head, place], block.key[head], block.value[head]
    root = math.sqrt(len(query))
    products = keys @ query
    scores = products / np.float32(root)
    shares = softmax(scores)
    result = shares @ values
    difference = float(np.abs(result - block.mixed[head, place]).max())
    return Step(place, run.cut.pieces[place], root, query, keys, values, products, scores, shares, result, difference)


def _habit(weights: Array, layer: int, head: int) -> HeadHabit:
    size = len(weights)
    safe = np.where(weights > 0, weights, 1.0)
    entropy = float(-(weights * np.log2(safe)).sum(axis=1).mean())
    return HeadHabit(
        layer=layer,
        head=head,
        entropy=entropy,
        to_itself=float(np.diagonal(weights).mean()),
        to_previous=float(np.diagonal(weights, offset=-1).sum() / max(size - 1, 1)),
        to_next=float(np.diagonal(weights, offset=1).sum() / max(size - 1, 1)),
        to_markers=float((weights[:, 0] + weights[:, -1]).mean()),
    )
