"""The words on the map: a name says no word twice, in whatever form."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.mapping import clusters


@pytest.mark.parametrize(
    "forms",
    [
        ("image", "images"),
        ("embedding", "embeddings", "embedded"),
        ("class", "classes"),
        ("policy", "policies"),
        ("process", "processes", "processing"),
        ("vision", "visions"),
        ("translation", "translations"),
        ("transformer", "transformers"),
        ("map", "maps", "mapping"),
        ("query", "queries"),
        ("box", "boxes"),
        ("Graph", "graphs"),
        ("bias", "biased"),
        ("robot", "robots", "robotic", "robotics"),
    ],
)
def test_the_forms_of_a_word_are_one_word(forms: tuple[str, ...]) -> None:
    assert len({clusters._stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    "pair",
    [
        ("vision", "visual"), ("graph", "gradient"), ("image", "imitation"), ("translation", "transformer"),
        ("reward", "retrieval"), ("speech", "speed"), ("bert", "gpt-3"), ("analysis", "anomaly"),
    ],
)  # fmt: skip
def test_other_words_are_others(pair: tuple[str, str]) -> None:
    assert clusters._stem(pair[0]) != clusters._stem(pair[1])


def test_no_name_says_a_word_twice() -> None:
    texts = [
        "An image of images in imaging",
        "images and an image",
        "embeddings of an embedding",
        "embedding embeddings",
    ]
    texts = texts * 4
    found = clusters.names(texts, np.array([0, 0, 1, 1] * 4), 2)
    for name in found:
        stems = [clusters._stem(word) for part in name.split(", ") for word in part.split()]
        assert len({clusters._stem(part) for part in name.split(", ")}) == len(name.split(", ")), name
        assert stems
    assert [name.split(", ")[0].split()[0][:5] for name in found] == ["image", "embed"]


def test_a_large_group_is_named_by_a_sample_that_stays_the_same_and_a_small_one_by_all() -> None:
    keys = np.arange(1, 5_001, dtype=np.int64)
    groups = np.where(keys <= 30, 1, 0).astype(np.int64)
    heard = clusters.spokesmen(keys, groups, 3, most=200)
    assert len(heard) == 230
    assert np.array_equal(heard, np.sort(heard))
    assert np.array_equal(heard[:30], np.arange(30))  # all of the small one; the third has nobody
    assert 1_500 < np.median(heard[30:]) < 3_500  # from all over the large one
    assert np.array_equal(heard, clusters.spokesmen(keys, groups, 3, most=200))
