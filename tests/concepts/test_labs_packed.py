"""Several texts read at once: each as if it had been read alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.concepts.conftest import SENTENCES
from tracker.concepts.labs import WHOLE, Ablation, LabModel, packed
from tracker.concepts.labs.layer_index import layer_vectors, vectors_of
from tracker.concepts.labs.weights import Cut
from tracker.concepts.labs.words import ends, nearest_words

pytestmark = pytest.mark.model

DAMAGES = (
    WHOLE,
    Ablation(positions=True),
    Ablation(heads=frozenset({(0, 3), (5, 11)})),
    Ablation(feed_forward=frozenset({2}), attention=frozenset({4})),
)


@pytest.mark.parametrize("off", DAMAGES, ids=["whole", "positions", "heads", "parts"])
def test_every_row_equals_the_pass_over_its_own_text(lab: LabModel, off: Ablation) -> None:
    cuts = lab.cutter.cut_all(SENTENCES)
    layers = list(packed.layers(lab.weights, cuts, off))
    assert len(layers) == 6
    for cut, rows in zip(cuts, packed.places(cuts), strict=True):
        alone = lab.run(cut, off)
        for layer, block in zip(layers, alone.blocks, strict=True):
            np.testing.assert_allclose(layer.after_attention[rows], block.after_attention, atol=1e-5)
            np.testing.assert_allclose(layer.inner[rows], block.inner, atol=1e-5)
            np.testing.assert_allclose(layer.leaving[rows], block.leaving, atol=1e-5)


@pytest.mark.parametrize(("layer", "number"), [(0, 7), (2, 700), (5, 1535)])
def test_a_single_unit_equals_the_whole_pass(lab: LabModel, layer: int, number: int) -> None:
    cuts = lab.cutter.cut_all(SENTENCES)
    for cut, activations in zip(cuts, packed.unit_activations(lab.weights, cuts, layer, number), strict=True):
        np.testing.assert_allclose(activations, lab.run(cut).blocks[layer].inner[:, number], atol=1e-5)


def test_vectors_of_many_texts_are_those_of_each(lab: LabModel) -> None:
    texts = [*SENTENCES, " ".join(SENTENCES * 8), ""]
    for text, vectors in zip(texts, vectors_of(lab, texts), strict=True):
        np.testing.assert_allclose(vectors, layer_vectors(lab, text), atol=1e-5)
    assert vectors_of(lab, []) == []


@given(st.lists(st.integers(2, 300), max_size=40))
def test_batches_hold_all_texts_in_order_and_few_pieces(sizes: list[int]) -> None:
    cuts = [Cut("", (0,) * size, (), (), ()) for size in sizes]
    found = list(packed.batches(cuts, 256))
    assert [number for batch in found for number in batch] == list(range(len(sizes)))
    assert all(len(batch) == 1 or sum(sizes[n] for n in batch) <= 256 for batch in found)


def test_both_ends_of_a_direction_are_the_nearest_words_to_it_and_to_its_opposite(lab: LabModel) -> None:
    direction = lab.word_vectors[1234]
    along, against = ends(lab, direction, 5)
    assert along == nearest_words(lab, direction, 5)
    assert [word.word for word in against] == [word.word for word in nearest_words(lab, -direction, 5)]
