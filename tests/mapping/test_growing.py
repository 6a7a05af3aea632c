"""A map that grows: what has a place does not move by the width of a hair, and newcomers lie among their own."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping.test_plane import topics
from tracker.mapping import plane


def test_many_newcomers_are_laid_out_round_what_is_there() -> None:
    vectors, of = topics(6, 40, dims=24)
    old = of < 3
    placed = plane.layout(vectors[old])
    before = placed.copy()
    put = plane.join(vectors[~old], np.arange(1, 1 + (~old).sum()), vectors[old], placed)
    assert np.array_equal(placed, before)
    assert np.isfinite(put).all()
    everyone = np.concatenate([placed, put])
    topic = np.concatenate([of[old], of[~old]])
    apart = np.linalg.norm(everyone[:, None] - everyone[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    neighbours = topic[np.argsort(apart, axis=1)[:, :5]]
    assert (neighbours == topic[:, None]).mean() > 0.9


@settings(max_examples=15, deadline=None)
@given(known=st.integers(1, 25), more=st.integers(1, 25))
def test_growing_is_the_same_every_time(known: int, more: int) -> None:
    vectors, _ = topics(5, 10, dims=12)
    placed = plane.layout(vectors[:known])
    new = vectors[known : known + more]
    keys = np.arange(len(new)) + 100
    first = plane.join(new, keys, vectors[:known], placed)
    assert first.shape == (len(new), 2)
    assert np.array_equal(first, plane.join(new, keys, vectors[:known], placed))
