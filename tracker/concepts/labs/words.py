"""Lab 1: arithmetic on the model's own token vectors, neighbours, a picture in two dimensions, and bias along an axis.

The vectors are the rows of the embedding table: what the model knows of a
word before it has seen any sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import unit
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult
from tracker.errors import UsageError

NAME = "word-arithmetic"
MOST_TERMS = 8
MOST_WORDS = 60
CAUTION = (
    "These numbers come from texts that people wrote, with their habits and prejudices in them. "
    "They say how words were used, not how people are, and must not be used to judge anyone."
)
OCCUPATIONS: tuple[str, ...] = (
    "nurse", "librarian", "teacher", "secretary", "dancer", "nanny", "receptionist", "designer", "writer", "artist",
    "doctor", "lawyer", "scientist", "professor", "chef", "farmer", "pilot", "engineer", "programmer", "mechanic",
    "soldier", "carpenter", "captain", "philosopher", "boss",
)  # fmt: skip
_TERM = re.compile(r"\s*([+\-−–])?\s*([^\s+\-−–]+)")


@dataclass(frozen=True, slots=True)
class Term:
    """A word with its sign, +1 or -1."""

    word: str
    sign: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word with its cosine to what was asked for."""

    word: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A word's place in the picture; ``role`` is ``term``, ``answer`` or ``neighbour``."""

    word: str
    x: float
    y: float
    role: str


@dataclass(frozen=True, slots=True)
class Arithmetic(LabResult):
    """The words nearest to a sum of words; the words of the sum are left out, as is the custom of this test.

    ``kept`` is the share of variance that the picture keeps of the dots' true places.
    """

    expression: str
    terms: tuple[Term, ...]
    neighbours: tuple[Neighbour, ...]
    dots: tuple[Dot, ...]
    kept: float
    papers: tuple[LabPaper, ...]


@dataclass(frozen=True, slots=True)
class Leaning:
    """A word's place between two poles: below 0 nearer the first, above 0 nearer the second."""

    word: str
    value: float


@dataclass(frozen=True, slots=True)
class BiasAxis(LabResult):
    """Words along an axis between two poles, from the first pole to the second."""

    first: str
    second: str
    pairs: tuple[tuple[str, str], ...]
    leanings: tuple[Leaning, ...]
    unknown: tuple[str, ...]
    caution: str
    papers: tuple[LabPaper, ...]


def word_vector(model: LabModel, word: str) -> Array:
    """A word's row of the embedding table, of length 1, [hidden].

    Raises:
        UsageError: the model has no piece for the whole word.
    """
    number = _number(model, word)
    if number is None:
        pieces = " ".join(model.cutter.cut(word).pieces[1:-1])
        raise UsageError(
            f"The model has no vector for {word!r} as a whole; it reads it as {pieces or 'nothing'}",
            cure="take a more common word",
        )
    return unit(model.weights.words[number])


def arithmetic(model: LabModel, expression: str, count: int = 10) -> Arithmetic:
    """Adds and subtracts words: ``king - man + woman``; one word alone gives its neighbours.

    The vectors are of length 1 before they are added (arXiv:1301.3781).

    Raises:
        UsageError: the expression is empty, too long, or has a word that the model lacks.
    """
    terms = _parse(expression)
    target = unit(np.sum([term.sign * word_vector(model, term.word) for term in terms], axis=0))
    if not target.any():
        raise UsageError(f"{expression.strip()!r} adds up to nothing", cure="use different words")
    neighbours = nearest_words(model, target, count, {term.word for term in terms})
    named = [(term.word, "term") for term in terms]
    named += [(n.word, "answer" if place == 0 else "neighbour") for place, n in enumerate(neighbours)]
    dots, kept = _picture(model, list(dict(reversed(named)).items())[::-1])
    return Arithmetic(expression.strip(), terms, neighbours, dots, kept, BEHIND[NAME])


def nearest_words(model: LabModel, target: Array, count: int, without: set[str] | None = None) -> tuple[Neighbour, ...]:
    """The whole words whose token vectors are nearest to a vector of length 1 ([hidden]), by cosine."""
    cosines = model.word_vectors @ target
    left_out = without or set()
    found: list[Neighbour] = []
    for place in np.argsort(-cosines)[: count + len(left_out)]:
        word = model.vocabulary[model.word_ids[place]]
        if word not in left_out and len(found) < count:
            found.append(Neighbour(word, float(cosines[place])))
    return tuple(found)


def ends(model: LabModel, direction: Array, count: int) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
    """The whole words that lie furthest along a direction of length 1, and those furthest against it."""
    cosines = model.word_vectors @ direction
    order = np.argsort(cosines)
    along, against = (
        tuple(Neighbour(model.vocabulary[model.word_ids[at]], float(cosines[at])) for at in places)
        for places in (order[::-1][:count], order[:count])
    )
    return along, against


def bias_axis(
    model: LabModel,
    words: Sequence[str] = OCCUPATIONS,
    pairs: Sequence[tuple[str, str]] = (("he", "she"),),
) -> BiasAxis:
    """Where words stand along the axis between pairs of words (arXiv:1607.06520).

    The axis is the mean of the pairs' differences; a word's value is the
    cosine of its vector with it.  Words that the model lacks are named in
    ``unknown``.

    Raises:
        UsageError: no pair, no known word, or too many words.
    """
    if not pairs:
        raise UsageError("There is no pair to span the axis", cure="give two words such as he and she")
    if not words or len(words) > MOST_WORDS:
        raise UsageError(f"Give 1 to {MOST_WORDS} words to place on the axis, not {len(words)}")
    steps = [word_vector(model, second) - word_vector(model, first) for first, second in pairs]
    axis = unit(np.mean(steps, axis=0))
    if not axis.any():
        raise UsageError("The two ends of the axis are the same word", cure="give two different words")
    clean = list(dict.fromkeys(word.strip().lower() for word in words if word.strip()))
    known = [word for word in clean if _number(model, word) is not None]
    if not known:
        raise UsageError("The model knows none of these words as a whole", cure="take more common words")
    leanings = sorted((Leaning(w, float(word_vector(model, w) @ axis)) for w in known), key=lambda item: item.value)
    first, second = pairs[0]
    unknown = tuple(word for word in clean if word not in known)
    return BiasAxis(first, second, tuple(pairs), tuple(leanings), unknown, CAUTION, BEHIND[NAME])


def plane(points: Array) -> tuple[Array, float]:
    """The two directions along which points differ most (principal components): [n, 2], and the share they keep."""
    centred = points - points.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    flat = np.zeros((len(points), 2), dtype=np.float32)
    width = min(2, len(sizes))
    flat[:, :width] = left[:, :width] * sizes[:width]
    for column in range(2):
        # The sign of a component is arbitrary; fixed here so that the picture does not flip from run to run.
        if flat[:, column].sum() != 0 and flat[np.abs(flat[:, column]).argmax(), column] < 0:
            flat[:, column] *= -1
    whole = float((sizes**2).sum())
    return flat, float((sizes[:2] ** 2).sum()) / whole if whole > 0 else 1.0


def _number(model: LabModel, word: str) -> int | None:
    lowered = word.strip().lower()
    return model.cutter.id_of(lowered) if lowered.isalpha() else None


def _parse(expression: str) -> tuple[Term, ...]:
    text = expression.strip()
    if not text:
        raise UsageError("There are no words to add", cure="write for example: king - man + woman")
    terms: list[Term] = []
    place = 0
    while place < len(text):
        match = _TERM.match(text, place)
        if match is None or (terms and match[1] is None):
            raise UsageError(
                f"{text!r} cannot be read at {text[place:].strip()!r}", cure="write for example: king - man + woman"
            )
        terms.append(Term(match[2].lower(), 1 if match[1] in (None, "+") else -1))
        place = match.end()
    if len(terms) > MOST_TERMS:
        raise UsageError(f"{len(terms)} words are too many to add", cure=f"use at most {MOST_TERMS}")
    return tuple(terms)


def _picture(model: LabModel, named: list[tuple[str, str]]) -> tuple[tuple[Dot, ...], float]:
    points = np.stack([word_vector(model, word) for word, _ in named])
    flat, kept = plane(points)
    dots = zip(named, flat, strict=True)
    return tuple(Dot(word, float(x), float(y), role) for (word, role), (x, y) in dots), kept
