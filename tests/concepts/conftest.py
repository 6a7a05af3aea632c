"""The model of the labs, and the reference implementation that it is held against."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.concepts.labs import LabModel
from tracker.concepts.labs.weights import bundled_folder

SENTENCES = (
    "The bank raised its interest rates.",
    "We sat on the bank of the river and unbelievably nobody spoke.",
    "Attention!",
    "Tokens, positions and types are added: that is all there is to it (1 + 2 = 3).",
)


@pytest.fixture(scope="session")
def lab() -> LabModel:
    return LabModel.load()


@pytest.fixture(scope="session")
def bert() -> Any:
    """The same weights in the transformers library, with attention computed step by step."""
    import torch
    from transformers import BertModel

    torch.set_num_threads(1)
    return BertModel.from_pretrained(bundled_folder(), attn_implementation="eager", add_pooling_layer=False).eval()
