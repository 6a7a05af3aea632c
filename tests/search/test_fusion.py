"""Laws of the fusion."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tracker.search import fusion
from tracker.search.fusion import Weights

shares = st.floats(0, 1, width=32)
vectors = arrays.arrays(np.float32, st.integers(1, 20), elements=shares)


@settings(deadline=None)
@given(vectors, st.floats(0, 1))
def test_the_sum_lies_between_its_parts(words: np.ndarray, weight: float) -> None:
    cosines = words[::-1].copy()
    found = fusion.first_pass(words * 7, 7.0, cosines, Weights(words=weight))
    assert np.all(found <= np.maximum(words, cosines) + 1e-5)
    assert np.all(found >= np.minimum(words, cosines) - 1e-5)


@settings(deadline=None)
@given(vectors, st.integers(0, 19), st.floats(0.01, 0.5))
def test_more_of_a_part_never_lowers_a_paper(words: np.ndarray, place: int, more: float) -> None:
    place %= len(words)
    before = fusion.first_pass(words, 1.0, words, Weights())
    words = words.copy()
    words[place] += np.float32(more)
    assert fusion.first_pass(words, 1.0, words, Weights())[place] >= before[place] - 1e-6


def test_without_words_only_meaning_counts() -> None:
    cosines = np.array([0.2, 0.9, -0.3], dtype=np.float32)
    found = fusion.first_pass(np.zeros(3, np.float32), 0.0, cosines, Weights())
    assert np.argsort(-found).tolist() == [1, 0, 2]
    assert found.min() >= 0


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=8), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_meetings_are_the_best_cosines(counts: list[int], width: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    words = chance.normal(size=(sum(counts), 4)).astype(np.float32)
    query = chance.normal(size=(width, 4)).astype(np.float32)
    found = fusion.meetings(query, words, np.array(counts))
    at = 0
    for row, count in enumerate(counts):
        mine = words[at : at + count] @ query.T
        at += count
        assert np.allclose(found[row], mine.max(axis=0) if count else -1.0, atol=1e-6)


def test_late_interaction_weighs_more_in_short_queries() -> None:
    weights = Weights()
    shares = [weights.late(count) for count in range(1, 30)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == weights.short
    assert shares[-1] == weights.long


def test_without_token_vectors_the_first_order_stays() -> None:
    first = np.array([0.9, 0.5, 0.7], dtype=np.float32)
    late = np.full((3, 4), -1.0, dtype=np.float32)
    assert np.argsort(-fusion.second_pass(first, late, Weights())).tolist() == [0, 2, 1]
    assert fusion.second_pass(first, np.zeros((3, 0), np.float32), Weights()).tolist() == first.tolist()
