"""The word index: for each stem the papers that hold it, with how much it counts there, ready to be added up.

Scores are BM25 with fields (Robertson, Zaragoza and Taylor, "Simple BM25
Extension to Multiple Weighted Fields", 2004).  What a stem adds to a paper's
score depends on the paper alone except for the stem's rarity, so that part is
computed when the paper is indexed and kept in 8 bits (an "impact", as in Anh
and Moffat, 2006); a query multiplies impacts by rarity and adds.  Field
lengths are compared to fixed typical lengths rather than to this library's
averages: segments built at different times then fit together as they are.

The database's own full-text index answers a long query over 10,000 papers in
27 ms and slows down in proportion; adding up impacts takes under a millisecond.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.search.arrays import Array
from tracker.search.ports import Floats, Keys, PaperText
from tracker.search.words import Stemmer, Tokenizer

FORMAT = 1
K1 = 1.0
#: Largest value of an impact, reached by a stem that fills a paper: ``K1 + 1``.
_TOP = K1 + 1.0
#: Papers tokenised at a time, and segments that are merged at a time.
_CHUNK, _GATHERED = 2000, 1000


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """How much a word in a field counts, how much long fields are held against it, and what length is typical."""

    weight: float
    b: float
    length: float


#: ``title``, ``abstract``, ``authors``, ``listed``, ``notes``; title and abstract chosen on the evaluation sets.
FIELDS: tuple[FieldWeight, ...] = (
    FieldWeight(2.0, 0.75, 9.0),
    FieldWeight(1.0, 0.75, 165.0),
    FieldWeight(1.0, 0.3, 10.0),
    FieldWeight(1.0, 0.75, 10.0),
    FieldWeight(1.0, 0.75, 60.0),
)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some papers' postings.

    Attributes:
        pks: ``[n]`` keys, ascending; a paper's place here is its document number.
        letters: all stems in UTF-8, one after the other, sorted by bytes.
        term_at: ``[v + 1]`` where each stem starts in ``letters``.
        post_at: ``[v + 1]`` where each stem's postings start.
        docs: ``[p]`` document numbers, ascending within a stem.
        impacts: ``[p]`` uint8, 255 standing for ``K1 + 1``.
    """

    pks: Keys
    letters: npt.NDArray[np.uint8]
    term_at: npt.NDArray[np.int64]
    post_at: npt.NDArray[np.int64]
    docs: npt.NDArray[np.uint32]
    impacts: npt.NDArray[np.uint8]

    def arrays(self) -> dict[str, Array]:
        """For ``arrays.write``."""
        return {name: getattr(self, name) for name in self.__slots__}

    def postings(self, stem: bytes) -> slice:
        """Where a stem's postings stand; empty when no paper holds it."""
        # Plain views: a number out of an array costs ten times as much, and sixteen steps take two each.
        at, letters = self.term_at.data, self.letters.data
        last = len(at) - 1
        low, high = 0, last
        while low < high:
            middle = (low + high) // 2
            if bytes(letters[at[middle] : at[middle + 1]]) < stem:
                low = middle + 1
            else:
                high = middle
        if low < last and letters[at[low] : at[low + 1]] == stem:
            return slice(int(self.post_at[low]), int(self.post_at[low + 1]))
        return slice(0, 0)

    def terms(self) -> list[bytes]:
        """All stems, sorted."""
        whole, at = self.letters.tobytes(), self.term_at.tolist()
        return [whole[start:end] for start, end in pairwise(at)]


def segment_of(found: dict[str, Array]) -> Segment:
    """The segment of a file's arrays.

    Raises:
        ValueError: they do not fit together.
    """
    segment = Segment(**{name: found[name] for name in Segment.__slots__})
    counts = (len(segment.letters), len(segment.docs), len(segment.impacts), len(segment.term_at))
    ends = (int(segment.term_at[-1]), int(segment.post_at[-1]), int(segment.post_at[-1]), len(segment.post_at))
    if counts != ends:
        raise ValueError("its parts do not fit together")
    return segment


def build(papers: Iterable[PaperText], tokenizer: Tokenizer) -> Segment:
    """The postings of papers, in any order; memory holds the result and one chunk of texts."""
    waiting, stemmer = iter(papers), Stemmer(tokenizer)
    segments: list[Segment] = []
    while chunk := sorted(islice(waiting, _CHUNK), key=lambda paper: paper.pk):
        segments.append(_build_chunk(chunk, stemmer))
        if len(segments) == _GATHERED:
            segments = [_all_of(segments)]
    return _all_of(segments)


def _all_of(segments: Sequence[Segment]) -> Segment:
    return merge([(segment, np.ones(len(segment.pks), dtype=bool)) for segment in segments])


def _build_chunk(papers: Sequence[PaperText], stemmer: Stemmer) -> Segment:
    texts = [text for p in papers for text in (p.title, p.abstract, p.authors, p.listed, p.notes)]
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    found: list[int] = []
    counts: list[int] = []
    for stems in stemmer.stems(texts):
        found += map(numbers.__getitem__, stems)
        counts.append(len(stems))
    place = np.repeat(np.arange(len(texts)), counts)
    term, doc, impact = _impacts(np.array(found, np.int64), place // len(FIELDS), place % len(FIELDS), len(papers))
    names = [name.encode() for name in numbers]
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return _assemble([names[i] for i in order], [paper.pk for paper in papers], rank[term], doc, impact)


def _impacts(term: Array, doc: Array, field: Array, papers: int) -> tuple[Array, Array, Array]:
    """From words to postings: term, document and impact of each pair, ordered by term, then document."""
    weight = np.array([f.weight for f in FIELDS])
    b, typical = np.array([f.b for f in FIELDS]), np.array([f.length for f in FIELDS])
    lengths = np.bincount(doc * len(FIELDS) + field, minlength=papers * len(FIELDS)).reshape(papers, len(FIELDS))
    share = weight / (1 - b + b * lengths / typical)
    pair, inverse = np.unique(term * papers + doc, return_inverse=True)
    mass = np.bincount(inverse, weights=share[doc, field], minlength=len(pair))
    impact = np.rint(mass / (mass + K1) * 255).clip(1, 255).astype(np.uint8)
    return pair // max(papers, 1), pair % max(papers, 1), impact


def _assemble(names: list[bytes], pks: list[int], term: Array, doc: Array, impact: Array) -> Segment:
    order = np.lexsort((doc, term))
    counts = np.bincount(term, minlength=len(names))
    return Segment(
        pks=np.array(pks, dtype=np.int64),
        letters=np.frombuffer(b"".join(names), dtype=np.uint8),
        term_at=_starts([len(name) for name in names]),
        post_at=_starts(counts),
        docs=doc[order].astype(np.uint32),
        impacts=impact[order],
    )


def _starts(lengths: Any) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64))]).astype(np.int64)


def merge(parts: Sequence[tuple[Segment, npt.NDArray[np.bool_]]]) -> Segment:
    """One segment of the papers of several that are still alive; no paper may be alive in two.

    Goes part by part, so that memory holds the parts, the result and little more.
    """
    keys = np.concatenate([np.zeros(0, np.int64), *(segment.pks[alive] for segment, alive in parts)])
    order = np.argsort(keys, kind="stable")
    number = np.empty(len(keys), dtype=np.uint32)
    number[order] = np.arange(len(keys), dtype=np.uint32)
    stems = sorted({name for segment, _ in parts for name in segment.terms()})
    place_of = {name: place for place, name in enumerate(stems)}
    places = [np.array([place_of[name] for name in segment.terms()], dtype=np.int64) for segment, _ in parts]
    runs = [_living_postings(segment, alive) for segment, alive in parts]
    counts = np.zeros(len(stems), dtype=np.int64)
    for place, run in zip(places, runs, strict=True):
        counts[place] += run
    starts = _starts(counts)
    docs, impacts = np.empty(int(starts[-1]), np.uint32), np.empty(int(starts[-1]), np.uint8)
    filled, first = starts[:-1].copy(), 0
    for (segment, alive), place, run in zip(parts, places, runs, strict=True):
        renumber = np.zeros(len(segment.pks), dtype=np.uint32)
        renumber[alive] = number[first : first + int(alive.sum())]
        first += int(alive.sum())
        holds = slice(None) if alive.all() else alive[segment.docs]
        at = np.repeat(filled[place] - _starts(run)[:-1], run) + np.arange(int(run.sum()))
        docs[at], impacts[at] = renumber[segment.docs[holds]], segment.impacts[holds]
        filled[place] += run
    if not bool((np.diff(keys) > 0).all()):
        _order_within_stems(docs, impacts, starts)
    return _without_empty(keys[order], stems, starts, docs, impacts)


def _living_postings(segment: Segment, alive: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """For each stem how many of its papers are alive."""
    if alive.all():
        return np.diff(segment.post_at)
    return np.diff(np.concatenate([[0], np.cumsum(alive[segment.docs])])[segment.post_at])


def _order_within_stems(docs: Array, impacts: Array, starts: npt.NDArray[np.int64]) -> None:
    """Sorts each stem's postings by document, in place: papers of different parts stand mixed in the order of keys."""
    key = np.repeat(np.arange(len(starts) - 1, dtype=np.int64) << 32, np.diff(starts))
    key |= docs
    order = np.argsort(key, kind="stable")  # quick here: the keys are a few rising runs for each stem
    docs[:], impacts[:] = docs[order], impacts[order]


def _without_empty(
    pks: Keys, stems: list[bytes], starts: npt.NDArray[np.int64], docs: Array, impacts: Array
) -> Segment:
    used = np.diff(starts) > 0
    kept = [stem for stem, use in zip(stems, used.tolist(), strict=True) if use]
    return Segment(
        pks=pks,
        letters=np.frombuffer(b"".join(kept), dtype=np.uint8),
        term_at=_starts([len(stem) for stem in kept]),
        post_at=np.concatenate([starts[:1], starts[1:][used]]),
        docs=docs,
        impacts=impacts,
    )


def rarity(papers: int, holding: int) -> float:
    """BM25's weight of a stem: the rarer, the more; never negative."""
    return float(np.log1p((papers - holding + 0.5) / (holding + 0.5)))


_LEVELS: Floats = (np.arange(256) * (_TOP / 255)).astype(np.float32)


def scores_of(segment: Segment, where: slice, docs: npt.NDArray[np.int64], weight: float) -> Floats:
    """What a stem adds to the scores of some documents of the segment, by look-up: 0 where it is not found."""
    held = segment.docs[where]
    at = np.minimum(np.searchsorted(held, docs.astype(np.uint32)), max(len(held) - 1, 0))
    found = np.zeros(len(docs), dtype=np.float32)
    if len(held):
        hit = held[at] == docs
        found[hit] = (_LEVELS * np.float32(weight))[segment.impacts[where][at[hit]]]
    return found


def add_scores(scores: Floats, segment: Segment, first: int, where: slice, weight: float) -> None:
    """Adds ``weight`` times a stem's impacts to the scores of its papers, whose numbers start at ``first``."""
    docs = segment.docs[where]
    if first:
        docs = docs + np.uint32(first)
    scores[docs] += (_LEVELS * np.float32(weight))[segment.impacts[where]]


def holding(
    segment: Segment, stems: Sequence[bytes], alive: npt.NDArray[np.bool_] | None, among: Keys | None = None
) -> Keys:
    """Keys of the papers that hold all of these stems, ascending.

    Args:
        segment: where to look.
        stems: at least one.
        alive: ``[n]`` which papers of the segment count; None: all.
        among: look at these only, ascending.
    """
    lists = sorted((segment.docs[segment.postings(stem)] for stem in stems), key=len)
    docs = lists[0]
    if among is not None:
        asked = np.searchsorted(segment.pks, among).astype(np.uint32)
        known = asked < len(segment.pks)
        asked = asked[known]
        asked = asked[segment.pks[asked] == among[known]]
        docs = _common(asked, docs)
    for others in lists[1:]:
        docs = _common(docs, others)
    if alive is not None:
        docs = docs[alive[docs]]
    return segment.pks[docs]


def _common(few: npt.NDArray[np.uint32], many: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Those of ``few`` that stand in ``many``; both ascending."""
    if not len(many):
        return few[:0]
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    common: npt.NDArray[np.uint32] = few[many[at] == few]
    return common
