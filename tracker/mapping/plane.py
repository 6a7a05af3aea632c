"""From unit vectors to the plane: a neighbour embedding that always gives the same map for the same papers.

The layout is that of UMAP (McInnes, Healy and Melville 2018, arXiv:1802.03426):
a graph of nearest neighbours whose edges pull and whose absent edges push,
begun from the principal components so that no chance decides how the map
lies.  Only so many papers as make the shape (:data:`LANDMARKS`) are laid out;
every other one, and every one that comes later, is put beside its nearest
neighbours; where many come they are laid out round those that have a place.
Nothing that has a place moves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

#: At most so many papers are laid out against each other; the others are put beside them.
LANDMARKS = 4_000
_NEIGHBOURS = 15
_ROUNDS = 220
_PUSHES = 5
#: The curve 1 / (1 + a d^2b) that UMAP fits for min_dist 0.1 and spread 1.
_A, _B = 1.577, 0.895
_FARTHEST_STEP = 4.0
_BLOCK = 1_024


def nearest(queries: Floats, among: Floats, count: int, *, same: bool = False) -> tuple[Ints, Floats]:
    """The most similar rows, best first, by inner product.

    Args:
        queries: ``[m, d]``, rows of length 1.
        among: ``[n, d]``, rows of length 1.
        count: how many; no more than there are.
        same: ``queries`` are ``among``: a row is not its own neighbour.

    Returns:
        Their places ``[m, k]`` in ``among``, and their similarities ``[m, k]``.
    """
    count = max(0, min(count, len(among) - int(same)))
    places, near = np.empty((len(queries), count), np.int64), np.empty((len(queries), count), np.float32)
    for start in range(0, len(queries) if count else 0, _BLOCK):
        scores = queries[start : start + _BLOCK] @ among.T
        rows = np.arange(len(scores))
        if same:
            scores[rows, rows + start] = -np.inf
        best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(scores, best, axis=1)
        order = np.lexsort((best, -values), axis=1)
        places[start : start + _BLOCK] = np.take_along_axis(best, order, axis=1)
        near[start : start + _BLOCK] = np.take_along_axis(values, order, axis=1)
    return places, near


def landmarks(keys: Ints, most: int = LANDMARKS) -> Ints:
    """Which of ``keys`` [n] shape the map: all of few, else the same even sample every time.  Ascending places [m]."""
    if len(keys) <= most:
        return np.arange(len(keys), dtype=np.int64)
    scattered = (keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)
    return np.sort(np.argsort(scattered, kind="stable")[:most]).astype(np.int64)


def layout(vectors: Floats, *, rounds: int = _ROUNDS) -> Floats:
    """Places in the plane for unit vectors ``[n, d]``: ``[n, 2]``, centred, most of them within -10 to 10."""
    count = len(vectors)
    if count < 3:
        return np.array([[i - (count - 1) / 2, 0.0] for i in range(count)], np.float32).reshape(count, 2)
    start = _principal(vectors)
    places, near = nearest(vectors, vectors, _NEIGHBOURS, same=True)
    heads, tails, weights = _edges(places, near)
    return _centred(_pull_and_push(start, heads, tails, weights, rounds))


def place(vectors: Floats, keys: Ints, known: Floats, positions: Floats) -> Floats:
    """Places ``[m, 2]`` for papers beside the most similar of those that have one.

    Args:
        vectors: ``[m, d]``, rows of length 1, of the papers to place.
        keys: ``[m]``, numbers of these papers: two of one text still lie side by side, not on each other.
        known: ``[n, d]``, rows of length 1; with n 0 all are put in the middle.
        positions: ``[n, 2]`` of ``known``.
    """
    if not len(known):
        return _beside(keys, 1.0)
    places, near = nearest(vectors, known, 5)
    weights = np.exp((near - near[:, :1]) / 0.05)[:, :, None]
    # the mean of far neighbours is a place where nothing of the kind lies: those that lie far from the first count less
    apart = np.linalg.norm(positions[places] - positions[places[:, :1]], axis=2, keepdims=True)
    weights = weights / (1.0 + apart**2)
    middle = (positions[places] * weights).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(middle + _beside(keys, 0.12), np.float32)


def join(vectors: Floats, keys: Ints, known: Floats, positions: Floats, *, rounds: int = _ROUNDS // 2) -> Floats:
    """Places ``[m, 2]`` for papers that come in such numbers that they have a shape of their own.

    Each begins beside its neighbours; then all are laid out against each other
    and against those that have a place, of which none moves.  Arguments as in
    :func:`place`.
    """
    start = np.concatenate([positions, place(vectors, keys, known, positions)])
    everyone = np.concatenate([known, vectors])
    heads, tails, weights = _edges(*nearest(everyone, everyone, _NEIGHBOURS, same=True))
    return _pull_and_push(start, heads, tails, weights, rounds, still=len(known))[len(known) :]


def turned_like(new: Floats, old: Floats, common: tuple[Ints, Ints]) -> Floats:
    """A map ``new`` [n, 2] turned, and mirrored if need be, so that it lies as ``old`` [m, 2] did (Procrustes).

    ``common`` are the places of the papers that both have, in each.
    """
    ours, theirs = common
    if len(ours) < 3:
        return new
    a, b = new[ours] - new[ours].mean(axis=0), old[theirs] - old[theirs].mean(axis=0)
    u, _, vt = np.linalg.svd(a.T @ b)
    return np.asarray(new @ (u @ vt), np.float32)


def _principal(vectors: Floats) -> Floats:
    centred = vectors - vectors.mean(axis=0)
    values, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    axes = axes[:, np.argsort(values)[::-1][:2]]
    axes *= np.sign(
        axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    )  # an eigenvector has no sign of its own
    flat = centred @ axes.astype(np.float32)
    if flat.shape[1] < 2:
        flat = np.column_stack([flat, np.zeros(len(flat), np.float32)])
    return np.asarray(flat * (10.0 / max(float(np.abs(flat).max()), 1e-6)), np.float32)


def _edges(places: Ints, near: Floats) -> tuple[Ints, Ints, Floats]:
    """The graph's edges, both ways, with how strongly each pulls (0 to 1)."""
    from scipy.sparse import coo_matrix

    count, k = places.shape
    distance = np.maximum(1.0 - near, 0.0)
    first = distance[:, :1]
    spread = np.maximum(distance.mean(axis=1, keepdims=True) - first, 1e-3)
    strength = np.exp(-(distance - first) / spread)
    rows = np.repeat(np.arange(count), k)
    one_way = coo_matrix((strength.ravel(), (rows, places.ravel())), shape=(count, count)).tocsr()
    other = one_way.T.tocsr()
    both: Any = (one_way + other - one_way.multiply(other)).tocoo()
    return both.row.astype(np.int64), both.col.astype(np.int64), both.data.astype(np.float32)


def _pull_and_push(start: Floats, heads: Ints, tails: Ints, weights: Floats, rounds: int, *, still: int = 0) -> Floats:
    """UMAP's descent with all edges at once a round, so that the order of edges decides nothing.

    The first ``still`` places stay where they are.
    """
    chance = np.random.default_rng(0)
    # papers of one text begin at one place, where nothing tells them which way to part
    now = start.astype(np.float64) + chance.normal(scale=1e-3, size=start.shape)
    count = len(now)
    degree = np.bincount(heads, weights=weights, minlength=count)[:, None] + 1e-9
    for turn in range(rounds):
        step = 1.0 - turn / rounds
        apart = now[heads] - now[tails]
        squared = (apart**2).sum(axis=1)
        pull = -2.0 * _A * _B * np.maximum(squared, 1e-8) ** (_B - 1) / (1.0 + _A * squared**_B)
        moved = _summed(heads, (pull * weights)[:, None] * apart, count)
        others = chance.integers(0, count, size=(count, _PUSHES * 3))
        away = now[:, None, :] - now[others]
        far = (away**2).sum(axis=2)
        push = 2.0 * _B / ((0.001 + far) * (1.0 + _A * far**_B))
        push[others == np.arange(count)[:, None]] = 0.0
        moved += np.clip(push[:, :, None] * away, -4.0, 4.0).sum(axis=1) * (_PUSHES / others.shape[1]) * degree
        stride = np.clip(moved * (step / degree), -_FARTHEST_STEP, _FARTHEST_STEP)
        now[still:] += stride[still:]
    return now.astype(np.float32)


def _summed(at: Ints, values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    return np.column_stack([np.bincount(at, weights=values[:, axis], minlength=count) for axis in (0, 1)])


def _centred(positions: Floats) -> Floats:
    centred = positions - np.median(positions, axis=0)
    reach = float(np.quantile(np.abs(centred), 0.98)) or 1.0
    return np.asarray(centred * (10.0 / reach), np.float32)


def _beside(keys: Ints, radius: float) -> Floats:
    """A small step for each number, the same every time, evenly over a disc."""
    turns = np.modf(keys * 0.6180339887498949)[0] * 2 * np.pi
    out = radius * np.sqrt(np.modf(keys * 0.7548776662466927)[0])
    return np.column_stack([out * np.cos(turns), out * np.sin(turns)]).astype(np.float32)
