"""The labs as a person finds them: by name, with what each shows, what it takes, and something to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabInput:
    """What a lab takes: ``example`` is a value to begin with."""

    name: str
    what: str
    example: str | int | tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabInfo:
    """A lab.

    ``part`` is the name that concepts give to the lab it belongs to;
    ``library`` tells that it looks through the reader's papers, for which an
    index is built once.
    """

    name: str
    part: str
    title: str
    shows: str
    inputs: tuple[LabInput, ...]
    library: bool = False


#: In layer 3, head 1, "it" (place 9) looks at "animal".
_ANIMAL = "The animal did not cross the street because it was tired."
_SENTENCE = LabInput(name="text", what="a sentence", example="The bank of the river was muddy after the rain.")
_QUERY = LabInput(name="query", what="what you look for", example="where do transformers store facts")
_RANKED = LabInput(name="query", what="what you look for", example="pruning of neural networks")
_LAYER = LabInput(name="layer", what="the layer, from 0", example=0, optional=True)
_OFF = (
    LabInput(name="positions", what="True: without positions", example=0, optional=True),
    LabInput(name="heads", what="heads that are off, as layer.head", example=("0.3",), optional=True),
    LabInput(name="feed_forward", what="layers whose feed-forward part is off", example=("5",), optional=True),
    LabInput(name="attention", what="layers whose attention is off", example=("5",), optional=True),
)
_MEASURE = LabInput(name="measure", what="1: count recall now, which takes seconds", example=0, optional=True)

INFOS: tuple[LabInfo, ...] = (
    LabInfo(
        name="word-arithmetic",
        part="word-arithmetic",
        title="Word arithmetic",
        shows="Words are vectors, so they can be added: king - man + woman lands nearest to queen.",
        inputs=(LabInput(name="expression", what="words with + and -", example="king - man + woman"),),
    ),
    LabInfo(
        name="bias",
        part="word-arithmetic",
        title="Bias along an axis",
        shows="Occupations placed along the line from one word to another: what the texts it learned from took along.",
        inputs=(
            LabInput(name="words", what="words to place; none means occupations", example=(), optional=True),
            LabInput(name="pairs", what="the two ends, such as he:she", example=("he:she",), optional=True),
        ),
    ),
    LabInfo(
        name="input",
        part="input-embedding",
        title="From text to input",
        shows="Text is cut into pieces; the vectors of token, position and type are added up and normalised.",
        inputs=(_SENTENCE,),
    ),
    LabInfo(
        name="meanings",
        part="many-meanings",
        title="Many meanings of a word",
        shows="The same word in several sentences: its vectors begin alike and part from layer to layer.",
        inputs=(
            LabInput(name="word", what="a word", example="bank"),
            LabInput(
                name="sentences",
                what="two to eight sentences with it",
                example=(
                    "We sat down on the bank of the river.",
                    "They rested on the bank of the stream.",
                    "He deposited cash in the bank.",
                    "She opened an account at the bank.",
                ),
            ),
        ),
    ),
    LabInfo(
        name="attention",
        part="attention",
        title="Who looks at whom",
        shows="Each token asks (Q), all tokens answer (K), and what they hand over (V) is mixed: softmax(QKᵀ/√d)V.",
        inputs=(
            LabInput(name="text", what="a sentence", example=_ANIMAL),
            LabInput(name="layer", what="the layer, from 0", example=3, optional=True),
            LabInput(name="head", what="the head, from 0", example=1, optional=True),
            LabInput(name="place", what="the piece whose sum is worked out, from 0", example=9, optional=True),
        ),
    ),
    LabInfo(
        name="memories",
        part="feed-forward-memories",
        title="Feed-forward memories",
        shows="A unit is a memory: the sentences of your library that fire its key, and the words its value pushes to.",
        inputs=(
            LabInput(name="text", what="a sentence that fires units", example="Paris is in France.", optional=True),
            _LAYER,
            LabInput(name="unit", what="a unit, from 0: what it remembers", example=0, optional=True),
        ),
        library=True,
    ),
    LabInfo(
        name="story",
        part="storyboard",
        title="Layer by layer",
        shows="One token on its way through all blocks: what attention, feed-forward and normalisation each do to it.",
        inputs=(_SENTENCE, LabInput(name="place", what="the piece, from 0", example=2, optional=True)),
    ),
    LabInfo(
        name="layers",
        part="layer-time-machine",
        title="Layer time machine",
        shows="Your library ranked with the vectors of each layer: words first, meaning last.",
        inputs=(_RANKED,),
        library=True,
    ),
    LabInfo(
        name="ablate",
        part="layer-time-machine",
        title="Switch a part off",
        shows="The ranking without positions, a head, attention or a feed-forward part, and how much of it is left.",
        inputs=(_RANKED, *_OFF, _MEASURE),
        library=True,
    ),
    LabInfo(
        name="lens",
        part="match-lens",
        title="Match lens",
        shows="For a search hit: which word of the query met which word of the paper; the parts add up to the score.",
        inputs=(_QUERY, LabInput(name="paper", what="a paper of the library", example="arxiv:2012.14913")),
    ),
)  # fmt: skip

#: Former and longer names.
_ALSO: Mapping[str, str] = {
    "arithmetic": "word-arithmetic",
    "input-embedding": "input",
    "many-meanings": "meanings",
    "feed-forward-memories": "memories",
    "storyboard": "story",
    "layer-time-machine": "layers",
    "match-lens": "lens",
}


def info(name: str) -> LabInfo:
    """The lab of that name, or of the name that concepts give it.

    Raises:
        UsageError: there is none; names the nearest.
    """
    wanted = _ALSO.get(name, name)
    for found in INFOS:
        if found.name == wanted:
            return found
    from difflib import get_close_matches

    near = get_close_matches(name, [one.name for one in INFOS], n=2)
    cure = f"did you mean {' or '.join(near)}?" if near else f"labs are {', '.join(one.name for one in INFOS)}"
    raise UsageError(f"there is no lab {name!r}", cure=cure)


def parts(name: str) -> tuple[LabInfo, ...]:
    """The labs that a concept's lab stands for, such as word arithmetic and bias for ``word-arithmetic``."""
    return tuple(found for found in INFOS if found.part == name)
