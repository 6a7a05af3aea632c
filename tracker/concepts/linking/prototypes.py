"""Prototype texts of the concepts and their vectors."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Prototype:
    """Texts that stand for a concept: what a paper on it would say."""

    slug: str
    texts: tuple[str, ...]


def default_prototypes() -> tuple[Prototype, ...]:
    """The prototypes that ship with the tracker, one for each concept of the lexicon."""
    text = files("tracker.concepts.linking").joinpath("prototypes.toml").read_text(encoding="utf-8")
    return tuple(Prototype(slug, tuple(texts)) for slug, texts in tomllib.loads(text).items())


class PrototypeVectors:
    """The vectors of the prototypes, and how near a paper's vector is to each concept.

    Args:
        prototypes: one for each concept.
        encode: texts to unit vectors, shape (texts, dimensions).
        slugs: the concepts in the order in which columns are wanted.
        extra: further unit vectors by concept (papers that a person confirmed), shape (n, dimensions).
    """

    def __init__(
        self,
        prototypes: Sequence[Prototype],
        encode: Encode,
        slugs: Sequence[str],
        extra: Mapping[str, Vectors] | None = None,
    ) -> None:
        column = {slug: number for number, slug in enumerate(slugs)}
        texts = [(column[p.slug], text) for p in prototypes if p.slug in column for text in p.texts]
        self._columns = np.array([c for c, _ in texts], dtype=np.intp)
        self._vectors = np.asarray(encode([text for _, text in texts]), dtype=np.float32)
        self._size = len(slugs)
        for slug, vectors in (extra or {}).items():
            self._vectors = np.vstack([self._vectors, vectors])
            self._columns = np.concatenate([self._columns, np.full(len(vectors), column[slug], dtype=np.intp)])

    def nearness(self, vectors: Vectors) -> NDArray[np.float64]:
        """The cosine to the nearest prototype of each concept, shape (papers, concepts)."""
        best = np.full((len(vectors), self._size), -1.0)
        sims = vectors @ self._vectors.T
        for column in range(self._size):
            mine = self._columns == column
            if mine.any():
                best[:, column] = sims[:, mine].max(axis=1)
        return best
