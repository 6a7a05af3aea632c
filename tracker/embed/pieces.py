"""Texts to pieces of words by the model's own tokenizer, without transformers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tracker.embed.encoder import Encoded, Floats
from tracker.errors import ModelError


@dataclass(frozen=True, slots=True)
class Pieces:
    """One text cut into pieces, markers at both ends included."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    words: tuple[int | None, ...]
    special: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def encoded(self, vector: Floats, states: Floats) -> Encoded:
        """Puts vectors to these pieces; ``states`` is ``[len(self) or more, h]``."""
        inner = [place for place, special in enumerate(self.special) if not special]
        return Encoded(
            vector=np.array(vector, dtype=np.float32),
            tokens=np.array(states[inner], dtype=np.float32),
            pieces=tuple(self.names[place] for place in inner),
            spans=tuple(self.spans[place] for place in inner),
            words=tuple(word if (word := self.words[place]) is not None else -1 for place in inner),
        )


class Tokenizer:
    """A tokenizer file with the model's window."""

    def __init__(self, file: Path, *, max_tokens: int) -> None:
        """Reads ``tokenizer.json``.

        Raises:
            ModelError: the file is missing or not a tokenizer.
        """
        import tokenizers

        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_str(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"the tokenizer {file} cannot be read: {error}", cure="delete the folder") from error
        except Exception as error:  # the library raises bare Exception for every fault of the file
            raise ModelError(f"{file} is not a tokenizer: {error}", cure="delete the folder") from error
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()

    def cut(self, texts: Sequence[str]) -> list[Pieces]:
        """The pieces of each text, at most the window."""
        # A lone surrogate is no text for the tokenizer (it is Rust); it counts as an unknown character.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return [
            Pieces(
                ids=tuple(found.ids),
                names=tuple(found.tokens),
                spans=tuple(found.offsets),
                words=tuple(found.word_ids),
                special=tuple(bool(mark) for mark in found.special_tokens_mask),
            )
            for found in self._tokenizer.encode_batch(clean)
        ]
