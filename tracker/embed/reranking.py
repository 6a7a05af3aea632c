"""The token vectors as search wants them: a query's words into the small space, and a paper's words out of the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tracker.embed.bundled import ModelFiles
from tracker.embed.encoder import Encoder, Floats
from tracker.embed.exporting import export_folder
from tracker.embed.sentences import Span
from tracker.embed.texts import paper_sentences, paper_text
from tracker.embed.tokens import BASIS_FILE, content_rows, learn_basis, load_basis, project, unpack
from tracker.embed.tokenstore import TokenStore


class TokenIndex:
    """The compact token vectors of one model; what ``search`` needs for re-ranking and for the nearest sentence."""

    def __init__(self, store: TokenStore, basis: Floats) -> None:
        self.store, self.basis = store, basis

    def query(self, pieces: Sequence[str], tokens: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The content words of a query, ``[t, r]`` of length 1, and which of the ``pieces`` they are."""
        rows = content_rows(tuple(pieces))
        return project(tokens[rows], self.basis), rows

    def get(self, texts: Sequence[int]) -> tuple[Floats, npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """The words of several texts, one text after the other.

        Args:
            texts: hashes.

        Returns:
            Vectors ``[sum of t, r]``, the number of the sentence of each ``[sum of t]``, and the count of words of
            each text: 0 where none are kept.
        """
        found = self.store.get_many(texts)
        kept = [item for item in found if item is not None]
        counts = np.array([0 if item is None else len(item[1]) for item in found], dtype=np.int64)
        if not counts.sum():
            return np.zeros((0, self.basis.shape[1]), np.float32), np.zeros(0, np.uint8), counts
        packed = np.concatenate([item[0] for item in kept if len(item[1])])
        return unpack(packed), np.concatenate([item[1] for item in kept]), counts

    def sentences(self, title: str, abstract: str) -> tuple[str, tuple[Span, ...]]:
        """The embedded text of a paper and its sentences, numbered as in :meth:`get`; the first is the title."""
        return paper_text(title, abstract), paper_sentences(title, abstract)


def token_index(index_dir: Path, models: Path, files: ModelFiles, encoder: Encoder | None = None) -> TokenIndex | None:
    """Opens the token vectors of a model.

    Args:
        index_dir: where disposable indexes lie.
        models: where exported models lie.
        files: the model.
        encoder: learns the basis (a few seconds, once a model) when there is none yet; without it the answer is None.

    Raises:
        OSError: the basis cannot be written.
    """
    path = export_folder(models, files) / BASIS_FILE
    basis = load_basis(path)
    if basis is None:
        if encoder is None:
            return None
        basis = learn_basis(encoder)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{BASIS_FILE}.part")
        with part.open("wb") as file:
            np.save(file, basis)
        part.replace(path)
    return TokenIndex(TokenStore(index_dir / f"tokens-{files.name}-{files.hash[:12]}"), basis)
