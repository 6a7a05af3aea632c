"""The forward pass of a BERT-like encoder with every intermediate value kept.

The same arithmetic as the model itself (arXiv:1706.03762, arXiv:1810.04805),
written out in numpy so that each step can be looked at; tests hold it against
the reference implementation.  Rows are pieces; ``T`` is their number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.results import Array
from tracker.concepts.labs.weights import Cut, LayerWeights, ModelShape, Weights


@dataclass(frozen=True, slots=True)
class Ablation:
    """Parts of the model that are switched off.  Layers and heads count from 0.

    A head that is off adds nothing; a feed-forward part that is off leaves
    only the residual and its normalisation.
    """

    positions: bool = False
    heads: frozenset[tuple[int, int]] = frozenset()
    feed_forward: frozenset[int] = frozenset()
    attention: frozenset[int] = frozenset()


WHOLE = Ablation()


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """From pieces to the input of the first block, all [T, hidden]: three parts, their sum, and it normalised."""

    word: Array
    position: Array
    type: Array
    total: Array
    normalised: Array


@dataclass(frozen=True, slots=True, eq=False)
class BlockTrace:
    """One block on one text.

    ``query``, ``key``, ``value`` and ``mixed`` are [heads, T, head size];
    ``scores`` (scaled, before softmax) and ``attention`` are [heads, T, T],
    rows look at columns.  ``inner_raw`` and ``inner`` (before and after the
    activation) are [T, inner]; the rest is [T, hidden].
    """

    entering: Array
    query: Array
    key: Array
    value: Array
    scores: Array
    attention: Array
    mixed: Array
    attention_out: Array
    after_attention: Array
    inner_raw: Array
    inner: Array
    outer: Array
    leaving: Array


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A whole pass over one text."""

    cut: Cut
    embedded: Embedded
    blocks: tuple[BlockTrace, ...]

    def state(self, layer: int) -> Array:
        """The pieces' vectors after ``layer`` blocks, [T, hidden]; 0 is the input of the first."""
        return self.embedded.normalised if layer == 0 else self.blocks[layer - 1].leaving

    @property
    def vector(self) -> Array:
        """The text's vector as search uses it: the mean over all pieces, of length 1; [hidden]."""
        return pooled(self.state(len(self.blocks)))


def pooled(states: Array) -> Array:
    """The mean of the pieces' vectors, of length 1 (arXiv:1908.10084)."""
    mean = states.mean(axis=0)
    result: Array = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return result


def unit(rows: Array) -> Array:
    """Rows scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def softmax(scores: Array) -> Array:
    """Rows to shares that sum to 1."""
    result: Array = scores - scores.max(axis=-1, keepdims=True)
    np.exp(result, out=result)
    result /= result.sum(axis=-1, keepdims=True)
    return result


def gelu(x: Array) -> Array:
    """Multiplies x by the share of a normal distribution below x (arXiv:1606.08415)."""
    from scipy.special import erf

    # In place: the inner states are the largest arrays of a pass.
    result: Array = erf(x * np.float32(math.sqrt(0.5)))
    result += np.float32(1.0)
    result *= x
    result *= np.float32(0.5)
    return result


def embed(weights: Weights, cut: Cut, ablation: Ablation = WHOLE) -> Embedded:
    """Word, position and type vectors of the pieces, their sum, and the sum normalised."""
    word = weights.words[list(cut.ids)]
    position = np.zeros_like(word) if ablation.positions else weights.positions[: len(cut.ids)]
    kind = np.broadcast_to(weights.types[0], word.shape)
    total = word + position + kind
    return Embedded(word, position, kind, total, weights.embedding_norm(total))


def block(shape: ModelShape, layer: LayerWeights, entering: Array, number: int, ablation: Ablation) -> BlockTrace:
    """One transformer block: attention, residual, normalisation, feed-forward, residual, normalisation."""
    size = shape.head_size

    def heads(x: Array) -> Array:
        result: Array = x.reshape(len(x), shape.heads, size).transpose(1, 0, 2)
        return result

    query, key, value = heads(layer.query(entering)), heads(layer.key(entering)), heads(layer.value(entering))
    scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(size))
    attention = softmax(scores)
    mixed = attention @ value
    off = [head for at, head in ablation.heads if at == number]
    if off:
        mixed = mixed.copy()
        mixed[off] = 0.0
    joined = mixed.transpose(1, 0, 2).reshape(len(entering), shape.hidden)
    attention_out = np.zeros_like(entering) if number in ablation.attention else layer.attention_out(joined)
    after_attention = layer.attention_norm(entering + attention_out)
    inner_raw = layer.inner(after_attention)
    inner = gelu(inner_raw)
    outer = np.zeros_like(entering) if number in ablation.feed_forward else layer.outer(inner)
    leaving = layer.outer_norm(after_attention + outer)
    return BlockTrace(
        entering, query, key, value, scores, attention, mixed,
        attention_out, after_attention, inner_raw, inner, outer, leaving,
    )  # fmt: skip


def trace(weights: Weights, cut: Cut, ablation: Ablation = WHOLE, blocks_run: int | None = None) -> Trace:
    """The whole pass over one text, or its first blocks, everything kept."""
    embedded = embed(weights, cut, ablation)
    state, blocks = embedded.normalised, []
    for number, layer in enumerate(weights.layers[:blocks_run]):
        blocks.append(block(weights.shape, layer, state, number, ablation))
        state = blocks[-1].leaving
    return Trace(cut, embedded, tuple(blocks))
