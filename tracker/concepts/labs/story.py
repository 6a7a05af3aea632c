"""Lab 6: a piece's vector through all blocks, and what each part of a block adds to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import BlockTrace, unit
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult
from tracker.concepts.labs.words import Neighbour, nearest_words, plane
from tracker.errors import UsageError

NAME = "storyboard"
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """One step inside a block for one piece.

    ``added`` is the length of what the step adds (0 for a normalisation),
    ``length`` that of the vector afterwards, ``kept`` the cosine between the
    vector before and after: 1 means that the step left its direction alone.
    """

    name: str
    added: float
    length: float
    kept: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The piece after so many blocks (0: the input).

    ``stages`` tell how the block got there; ``looks_at`` the pieces that its
    heads looked at most, on average; ``nearest`` the words whose token vectors
    are nearest: a rough reading aid, since later layers do not live in the
    space of the token vectors.  ``to_start`` is the cosine with the input.
    """

    layer: int
    stages: tuple[Stage, ...]
    looks_at: tuple[tuple[str, float], ...]
    nearest: tuple[Neighbour, ...]
    to_start: float
    to_previous: float


@dataclass(frozen=True, slots=True, eq=False)
class Storyboard(LabResult):
    """A piece's way through the model.

    ``path`` is [layers + 1, T, 2]: all pieces' places in one picture that is
    the same for all layers; ``kept`` the share of variance it keeps.
    """

    text: str
    pieces: tuple[str, ...]
    place: int
    piece: str
    frames: tuple[Frame, ...]
    path: Array
    kept: float
    papers: tuple[LabPaper, ...]


def storyboard(model: LabModel, text: str, place: int = 1) -> Storyboard:
    """The way of one piece of a sentence through all blocks.

    Raises:
        UsageError: a text that is empty or too long, or no such piece.
    """
    cut = model.sentence(text)
    if not 0 <= place < len(cut.pieces):
        raise UsageError(f"There is no piece {place}", cure=f"pieces are 0 to {len(cut.pieces) - 1}")
    run = model.run(cut)
    states = np.stack([run.state(layer) for layer in range(model.shape.layers + 1)])
    flat, kept = plane(unit(states).reshape(-1, model.shape.hidden))
    frames = []
    for layer in range(len(states)):
        now = states[layer, place]
        block = run.blocks[layer - 1] if layer else None
        frames.append(
            Frame(
                layer=layer,
                stages=_stages(block, place) if block else (),
                looks_at=_looks_at(block, place, cut.pieces) if block else (),
                nearest=nearest_words(model, unit(now), NEAREST),
                to_start=_cosine(now, states[0, place]),
                to_previous=_cosine(now, states[max(layer - 1, 0), place]),
            )
        )
    path = flat.reshape(len(states), len(cut.pieces), 2)
    return Storyboard(cut.text, cut.pieces, place, cut.pieces[place], tuple(frames), path, kept, BEHIND[NAME])


def _stages(block: BlockTrace, place: int) -> tuple[Stage, ...]:
    entering, mixed = block.entering[place], block.attention_out[place]
    settled, pushed, leaving = block.after_attention[place], block.outer[place], block.leaving[place]

    def stage(name: str, before: Array, added: Array | None, after: Array) -> Stage:
        size = 0.0 if added is None else float(np.linalg.norm(added))
        return Stage(name, size, float(np.linalg.norm(after)), _cosine(before, after))

    return (
        stage("attention adds", entering, mixed, entering + mixed),
        stage("normalisation", entering + mixed, None, settled),
        stage("feed-forward adds", settled, pushed, settled + pushed),
        stage("normalisation", settled + pushed, None, leaving),
    )


def _looks_at(block: BlockTrace, place: int, pieces: tuple[str, ...], count: int = 3) -> tuple[tuple[str, float], ...]:
    shares = block.attention[:, place].mean(axis=0)
    return tuple((pieces[at], float(shares[at])) for at in np.argsort(-shares)[:count])


def _cosine(a: Array, b: Array) -> float:
    return float(unit(a) @ unit(b))
