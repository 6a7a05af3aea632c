"""The reference encoder: sentence-transformers itself, on a GPU where there is one.

Slow to start (torch and transformers are loaded) and the measure of all
others: the exported model must agree with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tracker.embed.encoder import BATCH_TOKENS, GPU_TOKENS, Encoded, Encoder, Floats, OnProgress, Pace, batches
from tracker.embed.pieces import Pieces
from tracker.errors import ModelError

#: A window for models that state none.
_WINDOW = 512


class ReferenceEncoder(Encoder):
    """sentence-transformers behind the encoder's promise."""

    def __init__(self, transformer: Any, model: str) -> None:
        """Wraps a loaded ``SentenceTransformer``; ``model`` is the name under which vectors are kept."""
        self._transformer = transformer
        self._model = model
        self._window = window(transformer)
        self._dims = int(transformer.get_embedding_dimension())

    @property
    def model(self) -> str:
        """Name and hash."""
        return self._model

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return self._dims

    @property
    def max_tokens(self) -> int:
        """Tokens that a text may have before it is cut."""
        return self._window

    def encode(self, texts: Sequence[str], progress: OnProgress | None = None) -> Floats:
        """Documents to ``[n, d]`` float32."""
        found = np.zeros((len(texts), self._dims), dtype=np.float32)
        pace = Pace("embed", len(texts), progress)
        for place, encoded in self.stream(texts):
            found[place] = encoded.vector
            pace.advance(1)
        return found

    def encode_query(self, text: str) -> Floats:
        """A query to ``[d]`` float32."""
        return self.analyse(text).vector

    def analyse(self, text: str) -> Encoded:
        """A query with its token vectors."""
        return self._run([text], prompt(self._transformer, "query"))[0]

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[int, Encoded]]:
        """Documents with their token vectors, in batches by length."""
        lead = prompt(self._transformer, "document")
        # Characters stand for tokens here: only the order matters, and cutting every text twice would cost more.
        lengths = [min(self._window, 2 + len(text) // 4) for text in texts]
        tokens = BATCH_TOKENS if self._transformer.device.type == "cpu" else GPU_TOKENS
        for batch in batches(lengths, tokens=tokens):
            yield from zip(batch, self._run([texts[place] for place in batch], lead), strict=True)

    def _run(self, texts: Sequence[str], lead: str) -> list[Encoded]:
        import torch

        tokenizer = self._transformer.tokenizer
        found = tokenizer(
            [lead + text.encode("utf-8", "replace").decode("utf-8") for text in texts],
            padding=True,
            truncation=True,
            max_length=self._window,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        offsets, special = found.pop("offset_mapping"), found.pop("special_tokens_mask")
        features = {name: tensor.to(self._transformer.device) for name, tensor in found.items()}
        with torch.inference_mode():
            for module in self._transformer:
                features = module(features)
            vectors = torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=-1).cpu().numpy()
            states = torch.nn.functional.normalize(features["token_embeddings"].float(), dim=-1).cpu().numpy()
        return [
            Pieces(
                ids=(ids := tuple(found["input_ids"][row].tolist())),
                names=tuple(tokenizer.convert_ids_to_tokens(ids)),
                spans=tuple((start - len(lead), end - len(lead)) for start, end in offsets[row].tolist()),
                words=tuple(found.word_ids(row)),
                special=tuple(
                    bool(mark) or start < len(lead)
                    for mark, (start, _) in zip(special[row].tolist(), offsets[row].tolist(), strict=True)
                ),
            ).encoded(vectors[row], states[row])
            for row in range(len(texts))
        ]


def load_transformer(folder: Path) -> Any:
    """The model of a folder in sentence-transformers.

    Raises:
        ModelError: the folder is not a model that sentence-transformers can load.
    """
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(folder), local_files_only=True).eval()
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise ModelError(
            f"{folder} cannot be loaded as a model: {_first_line(error)}",
            cure="give a sentence-transformers folder or a name on the hub",
        ) from error


def window(transformer: Any) -> int:
    """Tokens that the model takes at most."""
    stated = transformer.get_max_seq_length()
    return min(int(stated), 8192) if stated else _WINDOW


def prompt(transformer: Any, role: str) -> str:
    """What the model wants before a ``query`` or a ``document``; usually nothing."""
    prompts = transformer.prompts or {}
    names = ("query",) if role == "query" else ("document", "passage", "corpus")
    for name in (*names, transformer.default_prompt_name):
        if name is not None and prompts.get(name):
            return str(prompts[name])
    return ""


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
