"""Lab 2: from text to the model's input: pieces, numbers, and three vectors added and normalised."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import embed
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult

NAME = "input-embedding"
SHOWN = 24


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A step as a picture: each vector's first numbers, [T, shown], and the whole vectors' lengths, [T]."""

    values: Array
    lengths: Array


@dataclass(frozen=True, slots=True)
class InputPiece:
    """A piece of the text: its number, where it stands in the text (characters), and its place in the row."""

    piece: str
    id: int
    start: int
    end: int
    place: int
    word: int


@dataclass(frozen=True, slots=True, eq=False)
class InputEmbedding(LabResult):
    """The way from text to input.

    ``total`` = ``words`` + ``positions`` + ``types``; ``normalised`` is each
    row of it brought to mean 0 and variance 1, then scaled and shifted by two
    learned vectors.  ``means`` and ``deviations`` are those of ``total``, [T].
    """

    text: str
    pieces: tuple[InputPiece, ...]
    dimensions: int
    words: Parts
    positions: Parts
    types: Parts
    total: Parts
    normalised: Parts
    means: Array
    deviations: Array
    papers: tuple[LabPaper, ...]


def input_embedding(model: LabModel, text: str, shown: int = SHOWN) -> InputEmbedding:
    """A sentence's pieces and all parts of their input vectors.

    Args:
        model: the model.
        text: one sentence.
        shown: so many numbers of each vector are handed out, at most its size.

    Raises:
        UsageError: the text is empty or too long to show.
    """
    cut = model.sentence(text)
    parts = embed(model.weights, cut)
    width = max(1, min(shown, model.shape.hidden))

    def part(rows: Array) -> Parts:
        return Parts(rows[:, :width].copy(), (rows * rows).sum(axis=1) ** 0.5)

    rows = zip(cut.pieces, cut.ids, cut.spans, cut.words, strict=True)
    return InputEmbedding(
        text=cut.text,
        pieces=tuple(InputPiece(p, i, start, end, place, w) for place, (p, i, (start, end), w) in enumerate(rows)),
        dimensions=model.shape.hidden,
        words=part(parts.word),
        positions=part(parts.position),
        types=part(parts.type),
        total=part(parts.total),
        normalised=part(parts.normalised),
        means=parts.total.mean(axis=1),
        deviations=parts.total.std(axis=1),
        papers=BEHIND[NAME],
    )
