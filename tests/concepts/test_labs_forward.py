"""The forward pass of the labs against the transformers library: outputs, attentions, and hooks inside the blocks.

Greatest differences seen on the sentences below (float32): states 3e-6, attention 2e-6, feed-forward units 1.4e-5.
The limits leave room for other processors.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.concepts.conftest import SENTENCES
from tracker.concepts.labs import Ablation, LabModel
from tracker.concepts.labs.forward import gelu, pooled, softmax
from tracker.concepts.labs.weights import read_weights
from tracker.errors import ModelError, UsageError

pytestmark = pytest.mark.model


def _reference(bert: Any, ids: tuple[int, ...], **wanted: bool) -> Any:
    import torch

    with torch.inference_mode():
        return bert(input_ids=torch.tensor([list(ids)]), **wanted)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_layer_equals_the_library(lab: LabModel, bert: Any, sentence: str) -> None:
    run = lab.run(sentence)
    states = _reference(bert, run.cut.ids, output_hidden_states=True).hidden_states
    assert len(states) == lab.shape.layers + 1
    worst = max(np.abs(run.state(layer) - states[layer][0].numpy()).max() for layer in range(len(states)))
    assert worst < 2e-5


@pytest.mark.parametrize("sentence", SENTENCES)
def test_attention_equals_the_library(lab: LabModel, bert: Any, sentence: str) -> None:
    run = lab.run(sentence)
    attentions = _reference(bert, run.cut.ids, output_attentions=True).attentions
    worst = max(np.abs(block.attention - attentions[n][0].numpy()).max() for n, block in enumerate(run.blocks))
    assert worst < 2e-5
    for block in run.blocks:
        np.testing.assert_allclose(block.attention.sum(axis=-1), 1.0, atol=1e-5)


def test_parts_of_the_blocks_equal_the_librarys_hooks(lab: LabModel, bert: Any) -> None:
    seen: dict[str, np.ndarray] = {}

    def keep(name: str) -> Any:
        return lambda _module, _inputs, output: seen.__setitem__(name, output[0].detach().numpy())

    hooks = [bert.embeddings.register_forward_hook(keep("embeddings"))]
    for number, layer in enumerate(bert.encoder.layer):
        for part, module in {
            "query": layer.attention.self.query,
            "value": layer.attention.self.value,
            "attention_out": layer.attention.output.dense,
            "after_attention": layer.attention.output.LayerNorm,
            "inner_raw": layer.intermediate.dense,
            "inner": layer.intermediate,
            "outer": layer.output.dense,
        }.items():
            hooks.append(module.register_forward_hook(keep(f"{part}{number}")))
    run = lab.run(SENTENCES[1])
    _reference(bert, run.cut.ids)
    for hook in hooks:
        hook.remove()
    np.testing.assert_allclose(run.embedded.normalised, seen["embeddings"], atol=2e-5)
    for number, block in enumerate(run.blocks):
        for part in ("attention_out", "after_attention", "inner_raw", "inner", "outer"):
            np.testing.assert_allclose(getattr(block, part), seen[f"{part}{number}"], atol=1e-4, err_msg=part)
        for part in ("query", "value"):
            flat = getattr(block, part).transpose(1, 0, 2).reshape(len(run.cut.ids), -1)
            np.testing.assert_allclose(flat, seen[f"{part}{number}"], atol=5e-5, err_msg=part)


def test_a_block_by_hand_from_the_raw_weights(lab: LabModel) -> None:
    """One head and the rest of the first block again, from the file, one number at a time where it matters."""
    from safetensors.numpy import load_file

    from tracker.concepts.labs.weights import bundled_folder

    raw = load_file(bundled_folder() / "model.safetensors")
    base = "encoder.layer.0.attention.self."
    run = lab.run(SENTENCES[0])
    entering, head = run.embedded.normalised.astype(np.float64), 4
    rows = slice(head * 32, head * 32 + 32)
    parts = {
        n: entering @ raw[f"{base}{n}.weight"][rows].T + raw[f"{base}{n}.bias"][rows] for n in ("query", "key", "value")
    }
    for looking in range(len(entering)):
        scores = [math.fsum(parts["query"][looking] * parts["key"][at]) / math.sqrt(32) for at in range(len(entering))]
        total = math.fsum(math.exp(score) for score in scores)
        shares = [math.exp(score) / total for score in scores]
        np.testing.assert_allclose(run.blocks[0].attention[head, looking], shares, atol=1e-6)
        mixed = sum(share * parts["value"][at] for at, share in enumerate(shares))
        np.testing.assert_allclose(run.blocks[0].mixed[head, looking], mixed, atol=2e-5)


def test_the_vector_is_the_one_that_search_uses(lab: LabModel, bert: Any) -> None:
    run = lab.run(SENTENCES[3])
    mean = _reference(bert, run.cut.ids).last_hidden_state[0].numpy().mean(axis=0)
    np.testing.assert_allclose(run.vector, mean / np.linalg.norm(mean), atol=1e-5)
    assert np.linalg.norm(run.vector) == pytest.approx(1.0, abs=1e-6)


def test_switching_a_head_off_equals_zeroing_its_output_weights(lab: LabModel, bert: Any) -> None:
    import torch

    dense = bert.encoder.layer[2].attention.output.dense
    kept = dense.weight.detach().clone()
    try:
        with torch.no_grad():
            dense.weight[:, 5 * 32 : 6 * 32] = 0
        run = lab.run(SENTENCES[1], Ablation(heads=frozenset({(2, 5)})))
        states = _reference(bert, run.cut.ids).last_hidden_state[0].numpy()
    finally:
        with torch.no_grad():
            dense.weight.copy_(kept)
    np.testing.assert_allclose(run.state(6), states, atol=2e-5)


def test_without_positions_the_order_of_the_words_does_not_matter(lab: LabModel) -> None:
    blind = Ablation(positions=True)
    one, other = "dog bites man", "man bites dog"
    np.testing.assert_allclose(lab.run(one, blind).vector, lab.run(other, blind).vector, atol=1e-5)
    assert float(lab.run(one).vector @ lab.run(other).vector) < 0.9999


def test_switching_feed_forward_and_attention_off_leaves_the_residual(lab: LabModel) -> None:
    everything = frozenset(range(6))
    run = lab.run(SENTENCES[0], Ablation(feed_forward=everything, attention=everything))
    block = run.blocks[0]
    assert not block.outer.any()
    assert not block.attention_out.any()
    np.testing.assert_allclose(block.after_attention, lab.weights.layers[0].attention_norm(block.entering), atol=1e-6)


def test_softmax_and_gelu_by_their_definitions() -> None:
    x = np.array([[-3.0, 0.0, 0.5, 80.0]], dtype=np.float32)
    assert softmax(x).sum() == pytest.approx(1.0)
    by_hand = [value * 0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x[0].tolist()]
    np.testing.assert_allclose(gelu(x)[0], by_hand, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(pooled(x.T @ x)), 1.0, rtol=1e-6)


def test_empty_long_and_unknown_inputs_get_a_clear_word(lab: LabModel) -> None:
    with pytest.raises(UsageError, match="empty"):
        lab.sentence("  \n")
    with pytest.raises(UsageError, match="too long to show: 102 pieces, and 64 is the most"):
        lab.sentence("word " * 100)
    with pytest.raises(UsageError, match="more than 256"):
        lab.sentence("word " * 1000)
    with pytest.raises(UsageError, match="no layer 6"):
        lab.check_layer(6)
    with pytest.raises(UsageError, match="no head -1"):
        lab.check_head(-1)
    assert lab.cut("\ud800 lone surrogate").pieces


def test_a_folder_that_holds_no_model_is_a_model_error(tmp_path: Any) -> None:
    with pytest.raises(ModelError, match="cannot be read for the labs"):
        read_weights(tmp_path)


def test_torch_is_not_needed() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from tracker.concepts.labs import LabModel, attention, arithmetic; m = LabModel.load();"
        "attention(m, 'a sentence'); arithmetic(m, 'king');"
        "assert not {'torch', 'transformers', 'sklearn'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
