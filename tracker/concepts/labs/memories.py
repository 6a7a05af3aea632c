"""Lab 5: a feed-forward unit as a memory: what fires it, and what it pushes towards (arXiv:2012.14913)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import unit
from tracker.concepts.labs.memory_index import MemoryIndex
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.packed import unit_activations
from tracker.concepts.labs.results import Array, LabPaper, LabResult
from tracker.concepts.labs.words import Neighbour, ends
from tracker.errors import UsageError

NAME = "feed-forward-memories"
PUSHED = 10
NOTE = (
    "A unit's value is compared with the token vectors of the input. In the last layers, after further steps and "
    "normalisations, such words are a hint at best."
)


@dataclass(frozen=True, slots=True, eq=False)
class Fired:
    """A sentence of the library that fires the unit: the activation at each piece, [T], and the strongest place."""

    paper: str
    title: str
    sentence: str
    strength: float
    pieces: tuple[str, ...]
    activations: Array
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class UnitMemory(LabResult):
    """One unit of one feed-forward part: its key's sentences, and the words that its value is nearest to.

    ``towards`` and ``away`` are the words with the largest and smallest
    cosine to the unit's value vector; ``papers_read`` is the size of the index.
    """

    layer: int
    unit: int
    fired: tuple[Fired, ...]
    towards: tuple[Neighbour, ...]
    away: tuple[Neighbour, ...]
    value_length: float
    papers_read: int
    note: str
    papers: tuple[LabPaper, ...]


@dataclass(frozen=True, slots=True)
class Firing:
    """A unit that a sentence fires: how strongly and at which piece; ``share`` is its part of all it adds there."""

    layer: int
    unit: int
    strength: float
    place: int
    piece: str
    share: float


@dataclass(frozen=True, slots=True)
class FiredUnits(LabResult):
    """The units that a sentence fires most in each layer, strongest first."""

    text: str
    pieces: tuple[str, ...]
    units: tuple[tuple[Firing, ...], ...]
    papers: tuple[LabPaper, ...]


def unit_memory(model: LabModel, index: MemoryIndex, layer: int, number: int) -> UnitMemory:
    """What fires a unit in my library, and what its value pushes towards.

    Args:
        model: the model.
        index: the sentences of the library.
        layer: counts from 0.
        number: the unit, from 0.

    Raises:
        UsageError: no such layer or unit.
    """
    check_unit(model, layer, number)
    value = model.weights.layers[layer].outer.weight[number]
    direction = unit(value)
    towards, away = ends(model, direction, PUSHED)
    return UnitMemory(
        layer=layer,
        unit=number,
        fired=_fired(model, index, layer, number),
        towards=towards,
        away=away,
        value_length=float(np.linalg.norm(value)),
        papers_read=index.papers,
        note=NOTE,
        papers=BEHIND[NAME],
    )


def check_unit(model: LabModel, layer: int, number: int) -> None:
    """Raises UsageError where the model has no such layer, or the layer no such unit."""
    model.check_layer(layer)
    if not 0 <= number < model.shape.inner:
        raise UsageError(f"There is no unit {number}", cure=f"units are 0 to {model.shape.inner - 1}")


def fired_units(model: LabModel, text: str, count: int = 5) -> FiredUnits:
    """The units that a sentence fires most, layer by layer: where to start looking.

    Raises:
        UsageError: the text is empty or too long.
    """
    cut = model.sentence(text)
    run, places = model.run(cut), list(cut.content)
    layers = []
    for layer, block in enumerate(run.blocks):
        inner = block.inner[places]
        lengths = np.linalg.norm(model.weights.layers[layer].outer.weight, axis=1)
        given = np.abs(inner) * lengths
        best = np.argsort(-inner.max(axis=0))[: max(count, 1)]
        rows = []
        for number in best.tolist():
            at = int(inner[:, number].argmax())
            share = float(given[at, number] / given[at].sum())
            place = places[at]
            rows.append(Firing(layer, number, float(inner[at, number]), place, cut.pieces[place], share))
        layers.append(tuple(rows))
    return FiredUnits(cut.text, cut.pieces, tuple(layers), BEHIND[NAME])


def _fired(model: LabModel, index: MemoryIndex, layer: int, number: int) -> tuple[Fired, ...]:
    """The unit's sentences, read again together to tell how it fires at each of their pieces."""
    pairs = zip(index.sentence[layer, number].tolist(), index.strength[layer, number].tolist(), strict=True)
    held = [index.sentences[at] for at, strength in pairs if at >= 0 and strength > 0]
    if not held:
        return ()
    cuts = model.cutter.cut_all([sentence.text for sentence in held])
    found = []
    for sentence, cut, activations in zip(
        held, cuts, unit_activations(model.weights, cuts, layer, number), strict=True
    ):
        place = max(cut.content, key=lambda at: float(activations[at]))
        strength = float(activations[place])
        found.append(Fired(sentence.paper, sentence.title, sentence.text, strength, cut.pieces, activations, place))
    return tuple(found)
