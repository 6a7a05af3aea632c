"""Lab 8: the match lens: which words of a query met which words of a text, and how the parts add up to the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import unit
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array, LabPaper, LabResult
from tracker.concepts.labs.weights import Cut
from tracker.errors import UsageError

NAME = "match-lens"
QUERY_PIECES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A text's pieces with vectors of length 1, [T, d], and where they stand in the text; without the markers."""

    text: str
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    vectors: Array


@dataclass(frozen=True, slots=True)
class Meeting:
    """One piece of the query with the piece of the text that it met: ``part`` is what it gives to the score."""

    piece: str
    start: int
    end: int
    met: str
    met_start: int
    met_end: int
    cosine: float
    part: float


@dataclass(frozen=True, slots=True)
class ScoreSum:
    """How the score that a hit shows comes about: three parts, each a share of 1 times a value of 0 to 1.

    ``words`` is the word score as a share of the best paper's, ``meaning`` the
    cosine of the whole texts, ``tokens`` the mean of the meetings.  ``error`` is
    the absolute difference between ``total`` and the score as ``shown``.
    """

    words_share: float
    words: float
    meaning_share: float
    meaning: float
    tokens_share: float
    tokens: float
    total: float
    shown: float
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class MatchLens(LabResult):
    """Token by token, why a text matched.

    ``cosines`` is [query pieces, text pieces].  ``score`` is the sum of the
    meetings' parts, so the mean of the best cosines (arXiv:2004.12832 with the
    mean in place of the sum); ``shown`` is the score as the search showed it and
    ``error`` the absolute difference, which comes from the compact form in
    which the search keeps token vectors.  ``met`` sums the parts at each piece
    of the text, [text pieces].  ``whole`` leads on to the score of the hit, where the
    paper is among those that the search ordered by meetings.
    """

    query: str
    text: str
    query_pieces: tuple[str, ...]
    text_pieces: tuple[str, ...]
    text_spans: tuple[tuple[int, int], ...]
    cosines: Array
    meetings: tuple[Meeting, ...]
    met: Array
    score: float
    shown: float | None
    error: float | None
    truncated: bool
    papers: tuple[LabPaper, ...]
    whole: ScoreSum | None = None


def match_lens(model: LabModel, query: str, text: str, shown: float | None = None) -> MatchLens:
    """Matches a query with a text (a paper's title and abstract) piece by piece.

    Args:
        model: the model.
        query: as it was typed.
        text: beyond the model's window it is cut off, as the search does.
        shown: the token score that the search showed for this hit, to be held against.

    Raises:
        UsageError: the query or the text is empty, or the query is too long.
    """
    left = model.cut(query, most=QUERY_PIECES, what="query")
    right = model.cut(text)
    return match_tokens(_tokens(model, left), _tokens(model, right), shown, truncated=right.truncated)


def match_tokens(query: Tokens, text: Tokens, shown: float | None = None, *, truncated: bool = False) -> MatchLens:
    """The same for token vectors at hand, such as the compact ones that the search keeps.

    Raises:
        UsageError: one side has no pieces.
    """
    if not query.pieces or not text.pieces:
        raise UsageError("There is nothing to match", cure="give a query and a text with words in them")
    cosines = query.vectors @ text.vectors.T
    best = cosines.argmax(axis=1)
    parts = cosines[np.arange(len(best)), best] / len(best)
    met = np.zeros(len(text.pieces), dtype=np.float32)
    np.add.at(met, best, parts)
    score = float(np.sum(parts, dtype=np.float64))
    return MatchLens(
        query=query.text,
        text=text.text,
        query_pieces=query.pieces,
        text_pieces=text.pieces,
        text_spans=text.spans,
        cosines=cosines,
        meetings=_meetings(query, text, best.tolist(), parts.tolist()),
        met=met,
        score=score,
        shown=shown,
        error=None if shown is None else abs(score - shown),
        truncated=truncated,
        papers=BEHIND[NAME],
    )


def _tokens(model: LabModel, cut: Cut) -> Tokens:
    places = list(cut.content)
    states = unit(model.run(cut).state(model.shape.layers)[places])
    pieces = tuple(cut.pieces[place] for place in places)
    return Tokens(cut.text, pieces, tuple(cut.spans[place] for place in places), states)


def _meetings(query: Tokens, text: Tokens, best: Sequence[int], parts: Sequence[float]) -> tuple[Meeting, ...]:
    rows = zip(query.pieces, query.spans, best, parts, strict=True)
    return tuple(
        Meeting(
            piece=piece,
            start=start,
            end=end,
            met=text.pieces[at],
            met_start=text.spans[at][0],
            met_end=text.spans[at][1],
            cosine=part * len(best),
            part=part,
        )
        for piece, (start, end), at, part in rows
    )
