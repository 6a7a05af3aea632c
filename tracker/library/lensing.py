"""The match lens on a search hit, computed on the very token vectors that ranked it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tracker.records import Hit
from tracker.settings import Settings

if TYPE_CHECKING:
    from tracker.concepts.labs import LabModel, MatchLens, ScoreSum, Tokens
    from tracker.concepts.labs.results import Array
    from tracker.embed.encoder import Encoder

_QUERY_PIECES = 64


def lens(
    model: LabModel,
    settings: Settings,
    encoder: Callable[[], Encoder | None],
    query: str,
    title: str,
    abstract: str,
    text_hash: str,
    hit: Callable[[], Hit | None] | None = None,
) -> MatchLens:
    """A query and a paper matched token by token, on the tokens that the search compares.

    Where the search keeps token vectors of the paper, these are used, and the
    score of the search's second pass stands beside the sum of the parts;
    else the lens shows the model's own vectors and no score of the search.
    ``hit`` gives the paper as the search finds it, if it does.

    Raises:
        UsageError: the query is empty or too long, or the paper has no words.
    """
    from tracker.concepts.labs import match_tokens
    from tracker.embed.texts import paper_text
    from tracker.search.query import parse

    asked = parse(query).meaning or query
    left, _ = _tokens(model, asked, "query", most=_QUERY_PIECES)
    right, truncated = _tokens(model, paper_text(title, abstract), "paper")
    kept = _kept(settings, encoder, asked, text_hash)
    if kept is None or len(kept[0]) != len(left.pieces) or len(kept[1]) < len(right.pieces):
        return match_tokens(left, right, truncated=truncated)
    words, vectors, shown = kept
    # Of a paper longer than the model's window, the lens shows the part that the model reads at once.
    truncated = truncated or len(vectors) > len(right.pieces)
    left, right = replace(left, vectors=words), replace(right, vectors=vectors[: len(right.pieces)])
    found = match_tokens(left, right, shown, truncated=truncated)
    return replace(found, whole=_whole(hit(), shown, len(left.pieces)) if hit is not None else None)


def _whole(hit: Hit | None, tokens: float, count: int) -> ScoreSum | None:
    """The sum behind a hit's score, for a query of ``count`` content pieces; None where it has not all three parts."""
    from tracker.concepts.labs import ScoreSum
    from tracker.search.fusion import Weights

    if hit is None or hit.lexical is None or hit.semantic is None:
        return None
    weights = Weights()
    late = weights.late(count)
    words, meaning = (1 - late) * weights.words, (1 - late) * (1 - weights.words)
    value = max(tokens, 0.0)
    total = words * hit.lexical + meaning * hit.semantic + late * value
    error = abs(total - hit.score)
    return ScoreSum(words, hit.lexical, meaning, hit.semantic, late, value, total, hit.score, error)


def _tokens(model: LabModel, text: str, what: str, most: int | None = None) -> tuple[Tokens, bool]:
    """A text's content pieces with the model's own vectors, and whether it went on beyond the window."""
    from tracker.concepts.labs import Tokens
    from tracker.concepts.labs.forward import unit
    from tracker.embed.tokens import content_rows

    cut = model.cut(text, most=most, what=what)
    places = np.array(cut.content)
    kept = places[content_rows(tuple(cut.pieces[place] for place in places))].tolist()
    states = unit(model.run(cut).state(model.shape.layers)[kept])
    pieces, spans = tuple(cut.pieces[at] for at in kept), tuple(cut.spans[at] for at in kept)
    return Tokens(cut.text, pieces, spans, states), cut.truncated


def _kept(
    settings: Settings, encoder: Callable[[], Encoder | None], query: str, text_hash: str
) -> tuple[Array, Array, float] | None:
    """The query's and the paper's vectors as the search compares them, and its score; None where it keeps none."""
    from tracker.embed.load import model_files
    from tracker.embed.reranking import token_index
    from tracker.embed.texts import text_key
    from tracker.search.fusion import meetings

    searching = encoder()
    if searching is None or not text_hash:
        return None
    index = token_index(settings.index_dir, settings.models_dir, model_files(settings, fetch=False))
    if index is None:
        return None
    try:
        encoded = searching.analyse(query)
        words = index.query(encoded.pieces, encoded.tokens)[0]
        vectors, _, counts = index.get([text_key(text_hash)])
        if not counts.sum():
            return None
        return words, vectors.copy(), float(meetings(words, vectors, counts)[0].mean())
    finally:
        index.store.close()
