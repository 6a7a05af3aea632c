"""The same forward pass over several texts at once, keeping only what an index needs.

The pieces of all texts stand one after the other in one matrix, so that the
large products run over many rows; attention stays inside each text.  Nothing
is padded.  Tests hold every row against :func:`tracker.concepts.labs.forward.trace`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from tracker.concepts.labs.forward import WHOLE, Ablation, embed, gelu, softmax
from tracker.concepts.labs.results import Array
from tracker.concepts.labs.weights import Cut, LayerWeights, ModelShape, Weights

#: Pieces that are worked on at once: enough for the processor's full pace, few enough for its caches.
ROWS = 512


@dataclass(frozen=True, slots=True)
class PackedLayer:
    """One block's work on all texts.

    ``after_attention`` and ``leaving`` are [N, hidden], ``inner`` (the
    feed-forward units) is [N, inner]; N counts the pieces of all texts.
    """

    after_attention: Array
    inner: Array
    leaving: Array


def batches(cuts: Sequence[Cut], rows: int = ROWS) -> Iterator[tuple[int, ...]]:
    """Numbers of texts that are worked on together: about ``rows`` pieces, texts in their order."""
    held: list[int] = []
    size = 0
    for number, cut in enumerate(cuts):
        if held and size + len(cut.ids) > rows:
            yield tuple(held)
            held, size = [], 0
        held.append(number)
        size += len(cut.ids)
    if held:
        yield tuple(held)


def places(cuts: Iterable[Cut]) -> tuple[slice, ...]:
    """Which rows of a packed matrix are each text's."""
    found, first = [], 0
    for cut in cuts:
        found.append(slice(first, first + len(cut.ids)))
        first += len(cut.ids)
    return tuple(found)


def entering(weights: Weights, cuts: Sequence[Cut], ablation: Ablation = WHOLE) -> Array:
    """The input of the first block for all texts, [N, hidden]."""
    return np.concatenate([embed(weights, cut, ablation).normalised for cut in cuts])


def layers(weights: Weights, cuts: Sequence[Cut], ablation: Ablation = WHOLE) -> Iterator[PackedLayer]:
    """The blocks one after the other; whoever needs the first few only stops asking."""
    state, where = entering(weights, cuts, ablation), places(cuts)
    for number, layer in enumerate(weights.layers):
        after = attended(weights.shape, layer, state, where, number, ablation)
        inner = gelu(layer.inner(after))
        leaving = layer.outer_norm(after if number in ablation.feed_forward else after + layer.outer(inner))
        yield PackedLayer(after, inner, leaving)
        state = leaving


def unit_activations(weights: Weights, cuts: Sequence[Cut], layer: int, number: int) -> list[Array]:
    """One feed-forward unit at every piece of each text, [T] each; nothing behind it is computed."""
    state = entering(weights, cuts)
    for block in islice(layers(weights, cuts), layer):
        state = block.leaving
    where, half = places(cuts), weights.layers[layer]
    after = attended(weights.shape, half, state, where, layer, WHOLE)
    found = gelu(after @ half.inner.weight[:, number] + half.inner.bias[number])
    return [found[rows] for rows in where]


def attended(
    shape: ModelShape, layer: LayerWeights, state: Array, where: Sequence[slice], number: int, ablation: Ablation
) -> Array:
    """The first half of a block: attention within each text, residual and normalisation, [N, hidden]."""
    if number in ablation.attention:
        return layer.attention_norm(state)
    rows, size = len(state), shape.head_size
    query, key, value = (
        part(state).reshape(rows, shape.heads, size).transpose(1, 0, 2)
        for part in (layer.query, layer.key, layer.value)
    )
    mixed = np.empty((rows, shape.heads, size), dtype=np.float32)
    for text in where:
        scores = query[:, text] @ key[:, text].transpose(0, 2, 1) / np.float32(math.sqrt(size))
        mixed[text] = (softmax(scores) @ value[:, text]).transpose(1, 0, 2)
    off = [head for at, head in ablation.heads if at == number]
    if off:
        mixed[:, off] = 0.0
    return layer.attention_norm(state + layer.attention_out(mixed.reshape(rows, shape.hidden)))
