"""The plane: the same for the same papers, neighbours stay neighbours, nothing that has a place moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.mapping import clusters, plane


def topics(count: int, per: int, dims: int = 24, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors round ``count`` directions, and the direction of each."""
    chance = np.random.default_rng(seed)
    centres = np.eye(dims)[:count]
    of = np.repeat(np.arange(count), per)
    vectors = centres[of] + chance.normal(scale=0.12, size=(count * per, dims))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), of


def test_the_same_papers_give_the_same_map_and_topics_stay_together() -> None:
    vectors, of = topics(5, 40)
    placed = plane.layout(vectors)
    assert np.array_equal(placed, plane.layout(vectors.copy()))
    assert np.isfinite(placed).all()
    apart = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (of[np.argsort(apart, axis=1)[:, :5]] == of[:, None]).mean() > 0.95


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 40), same=st.booleans())
def test_any_number_of_papers_has_places(count: int, same: bool) -> None:
    vectors = topics(4, 10)[0][:count]
    if same and count:
        vectors = np.repeat(vectors[:1], count, axis=0)
    placed = plane.layout(vectors)
    assert placed.shape == (count, 2)
    assert np.isfinite(placed).all()


def test_a_new_paper_lies_among_its_own() -> None:
    vectors, of = topics(4, 30)
    placed = plane.layout(vectors)
    new, of_new = topics(4, 3, seed=7)
    put = plane.place(new, np.arange(12), vectors, placed)
    nearest = np.linalg.norm(put[:, None] - placed[None], axis=2).argmin(axis=1)
    assert (of[nearest] == of_new).all()


def test_two_papers_of_one_text_are_seen_as_two() -> None:
    vectors, _ = topics(3, 20)
    twin = np.repeat(vectors[:1], 2, axis=0)
    first, second = plane.place(twin, np.array([901, 902]), vectors, plane.layout(vectors))
    assert np.linalg.norm(first - second) > 0.01


def test_nearest_is_the_exact_order() -> None:
    vectors, _ = topics(3, 20)
    places, near = plane.nearest(vectors, vectors, 7, same=True)
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -np.inf)
    assert np.allclose(near, -np.sort(-scores, axis=1)[:, :7], atol=1e-6)
    assert not (places == np.arange(60)[:, None]).any()


@given(st.floats(0, 6.28), st.booleans())
def test_a_new_map_is_turned_back(angle: float, mirrored: bool) -> None:
    old = np.random.default_rng(1).normal(size=(30, 2)).astype(np.float32)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag(
        [1, -1 if mirrored else 1]
    )
    every = np.arange(30)
    assert np.allclose(plane.turned_like((old @ turn).astype(np.float32), old, (every, every)), old, atol=1e-4)


def test_landmarks_are_few_and_always_the_same() -> None:
    keys = np.arange(1, 1_001)
    chosen = plane.landmarks(keys, 100)
    assert len(chosen) == 100
    assert np.array_equal(chosen, np.unique(chosen))
    grown = plane.landmarks(np.arange(1, 1_101), 100)
    assert len(np.intersect1d(chosen, grown)) > 60, "a library that grows a little keeps most of its landmarks"


def test_groups_are_named_by_what_only_they_say() -> None:
    texts = ["speech audio model", "audio speech results", "speech of audio"] * 5 + ["protein folding model"] * 15
    groups = np.repeat([0, 1], 15)
    first, second = clusters.names(texts, groups, 2)
    assert "speech" in first
    assert "protein" in second
    assert "model" not in first + second


@pytest.mark.parametrize("texts", [[], ["the of and"], ["", ""]])
def test_groups_without_words_have_no_name(texts: list[str]) -> None:
    assert clusters.names(texts, np.zeros(len(texts), np.int64), 1) == ("",)


def test_how_many_groups() -> None:
    assert [clusters.how_many(n) for n in (0, 11, 200, 2_300, 100_000)] == [1, 1, 8, 24, 24]
