"""The model that ranks the search, opened up: loaded once, asked by all labs."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from tracker.concepts.labs.forward import WHOLE, Ablation, Trace, trace, unit
from tracker.concepts.labs.results import Array
from tracker.concepts.labs.weights import Cut, Cutter, ModelShape, Weights, bundled_folder, read_weights
from tracker.errors import UsageError

#: Sentences that labs draw piece by piece may have so many pieces, markers included.
SENTENCE_PIECES = 64


class LabModel:
    """Weights and tokenizer of a BERT-like sentence model.

    Args:
        weights: all weights, float32.
        cutter: the tokenizer.
    """

    def __init__(self, weights: Weights, cutter: Cutter) -> None:
        self.weights = weights
        self.cutter = cutter

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Reads the model of a folder, the bundled one by default (0.2 s, 90 MB).

        Raises:
            ModelError: the folder lacks a file, or holds another kind of model.
        """
        where = bundled_folder() if folder is None else folder
        weights = read_weights(where)
        return cls(weights, Cutter(where, weights.shape.window))

    @property
    def shape(self) -> ModelShape:
        """The sizes of the model."""
        return self.weights.shape

    @cached_property
    def vocabulary(self) -> list[str]:
        """All pieces by number."""
        return self.cutter.vocabulary()

    @cached_property
    def word_ids(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """Numbers of the pieces that are whole words of letters (no ``##``, no marker, at least two letters)."""
        names = enumerate(self.vocabulary)
        return np.array([number for number, name in names if len(name) > 1 and name.isalpha()], dtype=np.intp)

    @cached_property
    def word_vectors(self) -> Array:
        """Vectors of length 1 of those words, [words, hidden], from the table of token vectors."""
        return unit(self.weights.words[self.word_ids])

    def cut(self, text: str, *, most: int | None = None, what: str = "text") -> Cut:
        """A text in pieces.

        Args:
            text: what to cut.
            most: at most so many pieces with markers; None for the model's window, beyond which text is cut off.
            what: how to call it in an error.

        Raises:
            UsageError: there is no text, or more than ``most`` pieces of it.
        """
        if not text.strip():
            raise UsageError(f"The {what} is empty", cure="write a few words")
        found = self.cutter.cut(text)
        if not found.content:
            raise UsageError(f"The {what} {text.strip()[:40]!r} holds no word that the model knows", cure="write words")
        if most is not None and (found.truncated or len(found.ids) > most):
            size = f"more than {len(found.ids)}" if found.truncated else str(len(found.ids))
            raise UsageError(
                f"The {what} is too long to show: {size} pieces, and {most} is the most",
                cure="take one sentence of it",
            )
        return found

    def sentence(self, text: str, what: str = "sentence") -> Cut:
        """A sentence short enough to be shown piece by piece; raises UsageError as :meth:`cut` does."""
        return self.cut(text, most=SENTENCE_PIECES, what=what)

    def run(self, text: str | Cut, ablation: Ablation = WHOLE) -> Trace:
        """The whole pass over a text, everything kept."""
        return trace(self.weights, self.cut(text) if isinstance(text, str) else text, ablation)

    def check_layer(self, layer: int, *, lowest: int = 0) -> int:
        """The layer number as given.

        Raises:
            UsageError: the model has no such layer.
        """
        if not lowest <= layer < self.shape.layers + lowest:
            last = self.shape.layers + lowest - 1
            raise UsageError(f"There is no layer {layer}", cure=f"layers are {lowest} to {last}")
        return layer

    def check_head(self, head: int) -> int:
        """The head number as given.

        Raises:
            UsageError: a layer has no such head.
        """
        if not 0 <= head < self.shape.heads:
            raise UsageError(f"There is no head {head}", cure=f"heads are 0 to {self.shape.heads - 1}")
        return head
