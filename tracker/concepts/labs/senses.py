"""Lab 3: the same word in several sentences, and how its vectors part layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import unit
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult
from tracker.concepts.labs.weights import Cut
from tracker.concepts.labs.words import plane
from tracker.errors import UsageError

NAME = "many-meanings"
MOST_SENTENCES = 8


@dataclass(frozen=True, slots=True)
class Use:
    """The word in one sentence: the characters it takes up, and the pieces it is read as."""

    sentence: str
    start: int
    end: int
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ManyMeanings(LabResult):
    """One word's vectors compared.

    ``likeness`` is [layers + 1, uses, uses]: cosines of the word's vectors, at
    the input of the first block and after each block.  ``places`` is
    [layers + 1, uses, 2], a picture of each layer.  ``apart`` is the pair of
    uses that ends furthest apart, and ``parting`` its cosine through the
    layers, [layers + 1].
    """

    word: str
    uses: tuple[Use, ...]
    likeness: Array
    places: Array
    apart: tuple[int, int]
    parting: Array
    papers: tuple[LabPaper, ...]


def many_meanings(model: LabModel, word: str, sentences: Sequence[str]) -> ManyMeanings:
    """The vectors of a word in two to eight sentences, through all layers (arXiv:1909.00512).

    A word of several pieces has the mean of their vectors.  Of a sentence
    that holds the word twice, the first one counts.

    Raises:
        UsageError: too few or too many sentences, one too long, or one without the word.
    """
    wanted = word.strip().lower()
    if not wanted or any(mark.isspace() for mark in wanted):
        raise UsageError("Name one word to compare", cure="for example: bank")
    texts = [sentence for sentence in sentences if sentence.strip()]
    if not 2 <= len(texts) <= MOST_SENTENCES:
        raise UsageError(f"Give 2 to {MOST_SENTENCES} sentences with the word {wanted!r}, not {len(texts)}")
    found = [_find(model, wanted, text) for text in texts]
    states = []
    for cut, places in found:
        run = model.run(cut)
        states.append([run.state(layer)[places].mean(axis=0) for layer in range(model.shape.layers + 1)])
    vectors = unit(np.array(states, dtype=np.float32).transpose(1, 0, 2))
    likeness = vectors @ vectors.transpose(0, 2, 1)
    first, second = _furthest(likeness[-1])
    return ManyMeanings(
        word=wanted,
        uses=tuple(_use(cut, places) for cut, places in found),
        likeness=likeness,
        places=np.stack([plane(layer)[0] for layer in vectors]),
        apart=(first, second),
        parting=likeness[:, first, second],
        papers=BEHIND[NAME],
    )


def _find(model: LabModel, word: str, text: str) -> tuple[Cut, list[int]]:
    cut = model.sentence(text)
    for number in dict.fromkeys(number for number in cut.words if number >= 0):
        places = [place for place, other in enumerate(cut.words) if other == number]
        written = cut.text[cut.spans[places[0]][0] : cut.spans[places[-1]][1]]
        if written.lower() == word:
            return cut, places
    raise UsageError(f"The sentence {text.strip()[:60]!r} does not hold the word {word!r}", cure="write it as it is")


def _use(cut: Cut, places: list[int]) -> Use:
    pieces = tuple(cut.pieces[place] for place in places)
    return Use(cut.text, cut.spans[places[0]][0], cut.spans[places[-1]][1], pieces)


def _furthest(likeness: Array) -> tuple[int, int]:
    pairs = [(i, j) for i in range(len(likeness)) for j in range(i + 1, len(likeness))]
    return min(pairs, key=lambda pair: float(likeness[pair]))
