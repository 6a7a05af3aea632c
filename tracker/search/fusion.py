"""One order out of several: words, meaning, and the meeting of single words.

First a convex sum of the word score, as a share of the best, and the cosine
(Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval",
2023: it beats reciprocal ranks where a little can be learned).  Then the first
``DEPTH`` are ordered anew with late interaction (Khattab and Zaharia,
"ColBERT", 2020): the mean, over the query's words, of the best match with any
word of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.search.ports import Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """How the parts are summed; chosen on the evaluation sets (see ``docs/SEARCH.md``).

    Attributes:
        words: share of the word score in the first pass; the cosine has the rest.
        short: share of late interaction in the second pass for queries of up to ``few`` content words.
        long: the same for queries of ``many`` content words and more; between the two it changes evenly.
        depth: how many candidates are ordered anew; 0 leaves the first order.
    """

    words: float = 0.36
    short: float = 0.8
    long: float = 0.57
    few: int = 5
    many: int = 12
    depth: int = 30

    def late(self, count: int) -> float:
        """The share of late interaction for a query of ``count`` content words."""
        way = min(max((self.many - count) / (self.many - self.few), 0.0), 1.0)
        return self.long + (self.short - self.long) * way


def first_pass(words: Floats, top: float, cosines: Floats, weights: Weights) -> Floats:
    """The fused score of candidates, 0 to 1.

    Args:
        words: BM25 scores of the candidates.
        top: the best BM25 score of any paper; 0 when no word was found.
        cosines: of the candidates.
        weights: of the sum.
    """
    share = words / top if top > 0 else np.zeros_like(words)
    return np.asarray(weights.words * share + (1 - weights.words) * cosines.clip(0, 1), dtype=np.float32)


def meetings(query: Floats, words: Floats, counts: npt.NDArray[np.int64]) -> Floats:
    """For each paper and each word of the query the best cosine with any word of the paper.

    Args:
        query: ``[t, r]`` of length 1.
        words: of all papers, one paper after the other, ``[sum of counts, r]``.
        counts: words of each paper.

    Returns:
        ``[n, t]``; -1 for papers without words.
    """
    return best_meetings(words @ query.T, counts)


def best_meetings(cosines: Floats, counts: npt.NDArray[np.int64]) -> Floats:
    """:func:`meetings` of cosines that are known: of each word of the papers with each of the query, ``[sum, t]``."""
    found = np.full((len(counts), cosines.shape[1]), -1.0, dtype=np.float32)
    known = np.flatnonzero(counts)
    if len(known) and cosines.shape[1]:
        starts = np.concatenate([[0], np.cumsum(counts[known])[:-1]])
        found[known] = np.maximum.reduceat(cosines, starts, axis=0)
    return found


def second_pass(first: Floats, late: Floats, weights: Weights) -> Floats:
    """The final score of the first ``depth`` candidates, 0 to 1.

    Args:
        first: their fused scores.
        late: ``[n, t]`` of :func:`meetings`; a paper without token vectors keeps its place among the others by its
            first score alone.
        weights: of the sum.
    """
    known = late.min(axis=1, initial=1.0) > -1.0 if late.shape[1] else np.zeros(len(first), dtype=bool)
    if not known.any():
        return first
    mean = np.zeros(len(first), dtype=np.float32)
    mean[known] = late[known].mean(axis=1).clip(0, 1)
    # What the others would have had: their first score plus what meetings add on average.
    mean[~known] = first[~known] + float((mean[known] - first[known]).mean())
    share = weights.late(late.shape[1])
    return np.asarray((1 - share) * first + share * mean, dtype=np.float32)
