"""Token vectors made small enough to keep: content words only, 64 numbers of 4 bits each.

Late interaction (Khattab and Zaharia, "ColBERT", 2020) compares every word of
a query with every word of a paper.  Raw, a paper's token vectors take 300 KB;
here 33 bytes a content word, about 4 KB a paper, for a loss of 0.002 in mean
reciprocal rank.  The steps are those of its successors (Santhanam et al.,
"ColBERTv2", 2022): project, normalise, quantise; a fixed grid suffices because
all vectors have length 1.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tracker.embed import probes
from tracker.embed.encoder import Encoded, Encoder, Floats
from tracker.embed.sentences import Span

BASIS_FILE = "token-basis.npy"
#: Numbers kept of a token vector; two share a byte.
KEPT = 64
#: Width of a quantisation step: the grid of 16 values spans 2.5 standard deviations of a coordinate to both sides.
_STEP = 2.5 / 7.5 / np.sqrt(KEPT)
_GRID = ((np.arange(16) - 7.5) * _STEP).astype(np.float32)
#: Both values of each byte, side by side in one 8-byte number, so that one look-up brings both.
_PAIRS: npt.NDArray[np.complex64] = (
    np.stack([_GRID[np.arange(256) >> 4], _GRID[np.arange(256) & 15]], axis=1)
    .astype(np.float32)
    .view(np.complex64)[:, 0]
)

#: Words that say nothing about what a text is about; what they meet in a paper tells nothing.
STOPWORDS: frozenset[str] = frozenset(
    """
    a an the of to in for on with and or is are be by as at from that this we it its can our their which using use used
    via into than has have been not how what why does do when where
    """.split()  # noqa: SIM905 - fifty quoted words would be no easier to read
)


def is_content(piece: str) -> bool:
    """Whether a piece of a word is worth comparing: no stop word, and it holds a letter or a digit."""
    bare = piece.removeprefix("##").strip("▁Ġ").lower()
    return bare not in STOPWORDS and any(character.isalnum() for character in bare)


def content_rows(pieces: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """The rows of content pieces; all rows when there is none."""
    rows = [row for row, piece in enumerate(pieces) if is_content(piece)]
    return np.array(rows or range(len(pieces)), dtype=np.int64)


def learn_basis(encoder: Encoder) -> Floats:
    """The ``KEPT`` leading principal axes of the model's content tokens, ``[h, KEPT]``, uncentred."""
    square: npt.NDArray[np.float64] | None = None
    for _, encoded in encoder.stream(list(probes.texts())):
        rows = encoded.tokens[content_rows(encoded.pieces)].astype(np.float64)
        square = rows.T @ rows if square is None else square + rows.T @ rows
    assert square is not None  # noqa: S101  # the probes are never empty
    _, axes = np.linalg.eigh(square)
    return np.ascontiguousarray(axes[:, ::-1][:, :KEPT], dtype=np.float32)


def load_basis(path: Path) -> Floats | None:
    """The basis of a file; None when it is not there or unusable."""
    try:
        basis = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logging.getLogger(__name__).warning("%s is unusable and will be made again: %s", path, error)
        return None
    fits = basis.ndim == 2 and basis.shape[1] == min(KEPT, basis.shape[0]) and basis.dtype == np.float32
    return basis if fits else None


def project(tokens: Floats, basis: Floats) -> Floats:
    """Token vectors ``[t, h]`` in the small space ``[t, KEPT]``, of length 1."""
    small = tokens @ basis
    length = np.linalg.norm(small, axis=1, keepdims=True)
    return np.asarray(small / np.maximum(length, 1e-9), dtype=np.float32)


def pack(small: Floats) -> npt.NDArray[np.uint8]:
    """``[t, KEPT]`` of length 1 to ``[t, KEPT / 2]`` bytes."""
    codes = np.clip(np.floor(small / _STEP) + 8, 0, 15).astype(np.uint8)
    return np.asarray((codes[:, 0::2] << 4) | codes[:, 1::2], dtype=np.uint8)


def unpack(packed: npt.NDArray[np.uint8]) -> Floats:
    """``[t, KEPT / 2]`` bytes to ``[t, KEPT]`` float32."""
    values: Floats = _PAIRS[packed].view(np.float32)
    return values


def compact(
    encoded: Encoded, basis: Floats, sentences: tuple[Span, ...]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """What is kept of a text: for each content piece its bytes, and the number of the sentence that it stands in.

    Returns:
        ``[t, KEPT / 2]`` and ``[t]``, both uint8; sentences beyond the 255th count as the 255th.
    """
    rows = content_rows(encoded.pieces)
    starts = np.array([encoded.spans[row][0] for row in rows], dtype=np.int64)
    begins = np.array([start for start, _ in sentences] or [0], dtype=np.int64)
    number = np.searchsorted(begins, starts, side="right") - 1
    return pack(project(encoded.tokens[rows], basis)), number.clip(0, 255).astype(np.uint8)
