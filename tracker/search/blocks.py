"""Rows of vectors in memory or in a mapped file, and how they are put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.search.ports import Floats, Keys, VectorChange
from tracker.search.rows import Mask

#: Principal components of a sketch.
SKETCH = 64
#: Changes that are turned into rows at a time.
_CHUNK = 4096
#: Rows that the principal components are learned from, evenly spread.
_SAMPLE = 50_000


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of vectors.

    Attributes:
        pks: ``[n]`` the paper of each row, ascending; one with several windows has several rows.
        texts: ``[n]`` uint64, the hash of the text of each row.
        matrix: ``[n, d]`` float32 of length 1.
        sketch: ``[n, SKETCH]`` the rows in the space of their leading principal components, or ``[0, SKETCH]``.
        basis: ``[d, SKETCH]`` of that space, or ``[0, SKETCH]``.
    """

    pks: Keys
    texts: npt.NDArray[np.uint64]
    matrix: Floats
    sketch: Floats
    basis: Floats

    def __len__(self) -> int:
        return len(self.pks)

    @property
    def dims(self) -> int:
        """Length of a vector; 0 when no vector was ever seen."""
        return int(self.matrix.shape[1])

    def only(self, rows: Mask) -> Block:
        """Some of the rows, without a sketch."""
        return (
            self if rows.all() and not len(self.sketch) else plain(self.pks[rows], self.texts[rows], self.matrix[rows])
        )


def plain(pks: Keys, texts: npt.NDArray[np.uint64], matrix: Floats) -> Block:
    """A block without a sketch."""
    return Block(pks, texts, matrix, np.zeros((0, SKETCH), np.float32), np.zeros((0, SKETCH), np.float32))


def empty(dims: int = 0) -> Block:
    """A block without rows."""
    return plain(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros((0, dims), np.float32))


def gather(changes: Iterable[VectorChange]) -> tuple[Block, Keys]:
    """The rows of changed papers, and the keys of all that changed, those without vectors too."""
    waiting = iter(changes)
    rows = _Growing()
    touched = [np.zeros(0, np.int64)]
    while chunk := list(islice(waiting, _CHUNK)):
        touched.append(np.array([change.pk for change in chunk], dtype=np.int64))
        found = [(change.pk, change.text, change.vectors) for change in chunk if change.vectors is not None]
        if found:
            counts = [len(vectors) for _, _, vectors in found]
            rows.add(
                np.repeat(np.array([pk for pk, _, _ in found], dtype=np.int64), counts),
                np.repeat(np.array([text for _, text, _ in found], dtype=np.uint64), counts),
                np.concatenate([vectors for _, _, vectors in found]),
            )
    return join([rows.block()]), np.concatenate(touched)


class _Growing:
    """Rows that come in chunks, in arrays that grow where they lie: a million rows are in memory once, not twice."""

    def __init__(self) -> None:
        self._count = 0
        self._block: Block | None = None

    def add(self, pks: Keys, texts: npt.NDArray[np.uint64], matrix: Floats) -> None:
        """Puts a chunk behind what is there.

        Raises:
            ValueError: its vectors have another length.
        """
        if self._block is None:
            self._block = plain(pks, texts, matrix)
        else:
            end = self._count + len(pks)
            if end > len(self._block):
                self._resize(max(end, len(self._block) * 3 // 2))
            for array, more in zip(_arrays(self._block), (pks, texts, matrix), strict=True):
                array[self._count : end] = more
        self._count += len(pks)

    def block(self) -> Block:
        """All rows; nothing can be added any more."""
        if self._block is None:
            return empty()
        self._resize(self._count)
        return self._block

    def _resize(self, count: int) -> None:
        assert self._block is not None  # noqa: S101  # asked by the caller
        for array in _arrays(self._block):
            # The system moves large arrays by their pages, without a copy; nobody else has seen them yet.
            array.resize((count, *array.shape[1:]), refcheck=False)


def _arrays(block: Block) -> tuple[npt.NDArray[Any], ...]:
    return block.pks, block.texts, block.matrix


def join(blocks: Sequence[Block]) -> Block:
    """All rows of several blocks, ascending by paper, without a sketch; copies only what must be."""
    blocks = [block for block in blocks if len(block)]
    if not blocks:
        return empty()
    if len(blocks) == 1:
        whole = blocks[0]
    else:
        whole = plain(
            np.concatenate([block.pks for block in blocks]),
            np.concatenate([block.texts for block in blocks]),
            np.concatenate([block.matrix for block in blocks]),
        )
    if bool((np.diff(whole.pks) >= 0).all()):
        return whole
    order = np.argsort(whole.pks, kind="stable")
    return plain(whole.pks[order], whole.texts[order], whole.matrix[order])


def sketched(block: Block) -> Block:
    """The block with a sketch: the leading principal components, uncentred, keep most of every dot product."""
    sample = block.matrix[:: max(1, len(block) // _SAMPLE)]
    _, axes = np.linalg.eigh(sample.T @ sample)
    basis = np.ascontiguousarray(axes[:, ::-1][:, :SKETCH], dtype=np.float32)
    return Block(block.pks, block.texts, block.matrix, block.matrix @ basis, basis)
