"""From the two searches to one order of candidates.  Pure: indexes in, keys and scores out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tracker.search import fusion
from tracker.search.fusion import Weights
from tracker.search.lexical import WordScores
from tracker.search.ports import Floats, Keys, Tokens
from tracker.search.rows import Scope, union
from tracker.search.semantic import VectorIndex

#: For each word of a paper its cosines with those of the query, and the number of its sentence.
PaperMeetings = tuple[Floats, npt.NDArray[np.uint8]]

#: Candidates that each of the two searches brings at least.
CANDIDATES = 150
#: A paper that shares no word with the query and is no nearer than this has nothing to do with it.
_UNRELATED = 0.1
_NOTHING: Floats = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True)
class Meaning:
    """A query's vector, the vectors to compare it with, and its content words for re-ranking."""

    model: str
    vector: Floats
    index: VectorIndex
    tokens: Tokens | None = None
    words: Floats | None = None
    _nearest: list[tuple[Keys, Floats]] = field(default_factory=list, init=False, repr=False, compare=False)

    def best(self, count: int, scope: Scope) -> tuple[Keys, Floats]:
        """Keys and cosines of the nearest papers, nearest first; asked again, it need not read the vectors again."""
        if not scope.complete and self._nearest and scope.allowed is not None:
            # These papers were chosen among the nearest of all: none but those can be the nearest of them.
            keys, cosines = self._nearest[-1]
            left = np.isin(keys, scope.allowed)
            return keys[left][:count], cosines[left][:count]
        found = self.index.best(self.vector, count, scope, self._rough)
        if scope.everything:
            self._nearest.append(found)
        return found

    @cached_property
    def _rough(self) -> Floats:
        return self.index.rough(self.vector)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Papers in their final order, with the parts of their scores (each 0 to 1), and the meetings of words.

    ``bare``: the share of the embedded candidates for re-ranking whose words are not kept.
    """

    pks: Keys
    scores: Floats
    words: Floats | None = None
    cosines: Floats | None = None
    meetings: dict[int, PaperMeetings] = field(default_factory=dict)
    bare: float = 0.0


def candidates(count: int) -> int:
    """How many papers each of the two searches brings when ``count`` are wanted."""
    return max(CANDIDATES, 2 * count)


def best_of(words: WordScores | None, meaning: Meaning | None, count: int) -> tuple[Keys, ...]:
    """The best papers of each search, best first, without conditions."""
    by_words = () if words is None else (words.best(count, Scope()),)
    return by_words if meaning is None else (*by_words, meaning.best(count, Scope())[0])


def rank(words: WordScores | None, meaning: Meaning | None, scope: Scope, count: int, weights: Weights) -> Ranked:
    """The best ``count`` papers.

    Args:
        words: scores by words; None leaves words out.
        meaning: the query's vectors; None leaves meaning out.
        scope: which papers may be found.
        count: how many are wanted.
        weights: of the fusion.
    """
    wanted = candidates(count)
    if meaning is None:
        return _by_words(words, scope, count) if words is not None else Ranked(np.zeros(0, np.int64), _NOTHING)
    nearest, cosines = meaning.best(wanted, scope)
    if words is None:
        near = cosines > 0
        return Ranked(nearest[near][:count], cosines[near][:count], None, cosines[near][:count])
    pks = union(words.best(wanted, scope), nearest)
    by_words, by_meaning = words.of(pks), meaning.index.of(meaning.vector, pks)
    related = (by_words > 0) | (by_meaning > _UNRELATED)
    pks, by_words, by_meaning = pks[related], by_words[related], by_meaning[related]
    first = fusion.first_pass(by_words, words.top, by_meaning, weights)
    order = np.lexsort((pks, -first))
    scores, meetings, bare = _again(pks[order], first[order], meaning, weights)
    # The first ones in their new order, the rest behind them as they were: scored lower than the last of these.
    head = np.lexsort((pks[order][: len(scores)], -scores))
    behind = np.minimum(first[order[len(scores) :]], scores.min(initial=1.0))
    final = np.concatenate([scores[head], behind]).astype(np.float32)[:count]
    order = np.concatenate([order[: len(scores)][head], order[len(scores) :]])[:count]
    share = by_words[order] / words.top if words.top > 0 else by_words[order]
    return Ranked(pks[order], final, share, by_meaning[order].clip(0, 1), meetings, bare)


def _by_words(words: WordScores, scope: Scope, count: int) -> Ranked:
    pks = words.best(count, scope)
    share = words.of(pks) / words.top if words.top > 0 else np.zeros(len(pks), np.float32)
    return Ranked(pks, share, share)


def _again(
    pks: Keys, first: Floats, meaning: Meaning, weights: Weights
) -> tuple[Floats, dict[int, PaperMeetings], float]:
    """New scores of the first ``depth`` candidates, the meetings of words they come from, and the bare share."""
    depth = min(weights.depth, len(pks))
    if meaning.tokens is None or meaning.words is None or not depth:
        return first[:depth], {}, 1.0 if depth else 0.0
    texts = meaning.index.texts(pks[:depth])
    vectors, numbers, counts = meaning.tokens.get(texts)
    cosines = vectors @ meaning.words.T
    late = fusion.best_meetings(cosines, counts)
    ends = np.cumsum(counts).tolist()
    known = {
        pk: (cosines[end - count : end], numbers[end - count : end])
        for pk, end, count in zip(pks[:depth].tolist(), ends, counts.tolist(), strict=True)
        if count
    }
    # A paper that is not embedded has no text there; that is told elsewhere.
    embedded = sum(text != 0 for text in texts)
    bare = sum(text != 0 and not count for text, count in zip(texts, counts.tolist(), strict=True))
    return fusion.second_pass(first[:depth], late, weights), known, bare / embedded if embedded else 0.0
