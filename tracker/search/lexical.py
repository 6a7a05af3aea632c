"""Search by words: which stems a query has, what they score, and full-text expressions for what must hold."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from tracker.errors import DiskFull, IndexUnusable
from tracker.search import arrays, inverted
from tracker.search.inverted import Segment
from tracker.search.ports import Floats, Keys, PaperText, Texts
from tracker.search.query import Text
from tracker.search.rows import Mask, Numbers, Rows, Scope, best
from tracker.search.words import Tokenizer, clean

FILE = "words.index"
#: Papers that may be tokenised while somebody waits (about 0.2 ms each).
MAX_FRESH = 2500
#: Changed papers that are worth writing a new file for.
MIN_REWRITE = 64
#: More words than this of a pasted text change nothing but the time.
MAX_STEMS = 256
#: The first so many are exact even where common stems are looked up and not added up.
LEADERS = 400
#: Postings that are worth the look-up instead.
WORTHWHILE = 400_000
#: Papers for which the look-up is still quicker than adding up.
CONTENDERS = 3000
#: Papers in scope up to which the score of each is looked up, where they are at most one part in ``FEW_OF`` of all.
FEW, FEW_OF = 20_000, 8


def match_expression(text: Text) -> str:
    """An FTS5 expression for words that must stand together.  Safe for any text: it is one quoted string."""
    quoted = '"' + clean(text.text).replace('"', '""') + '"'
    return f"{{{text.field}}} : {quoted}" if text.field else quoted


def any_word_expression(words: Iterable[str]) -> str:
    """An FTS5 expression for papers that hold any of these words; empty when there is none."""
    return " OR ".join('"' + clean(word).replace('"', '""') + '"' for word in dict.fromkeys(words))


@dataclass(frozen=True, slots=True)
class Stem:
    """A stem of a query: where its postings stand in both parts of the index, and its weight (its rarity)."""

    old: slice
    new: slice
    weight: float

    @property
    def postings(self) -> int:
        """How many papers hold it."""
        return int(self.old.stop - self.old.start + self.new.stop - self.new.start)

    def add(self, index: WordIndex, scores: Floats) -> None:
        """Adds what it is worth to the scores of the papers that hold it."""
        inverted.add_scores(scores, index.base, 0, self.old, self.weight)
        inverted.add_scores(scores, index.fresh, len(index.base.pks), self.new, self.weight)

    @property
    def most(self) -> float:
        """The most that it can add to a paper's score."""
        return self.weight * (inverted.K1 + 1.0)


@dataclass(frozen=True)
class WordScores:
    """What papers score by words.

    In a large library the commonest stems of a query are not added up for all
    papers that hold them, only looked up for those that may be among the best
    (the idea of Turtle and Flood, "Query Evaluation: Strategies and
    Optimizations", 1995): the answers are the same.

    Attributes:
        index: the postings.
        scores: ``[rows]`` float32, the sum over the stems that were added up; 0 where none is found.
        rest: the stems that are looked up.
    """

    index: WordIndex
    scores: Floats
    rest: tuple[Stem, ...] = ()
    _best: list[Keys] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def of_pairs(cls, found: Iterable[tuple[int, float]]) -> WordScores:
        """Scores that another index gave, as they are."""
        pairs = sorted(found)
        keys = np.array([pk for pk, _ in pairs], dtype=np.int64)
        scores = np.array([max(score, 1e-6) for _, score in pairs], dtype=np.float32)
        nothing = inverted.merge([])
        return cls(WordIndex(0, nothing, nothing, Rows(keys, nothing.pks), 0), scores)

    @cached_property
    def top(self) -> float:
        """The best score of any paper; 0 when nothing is found."""
        return float(self._leading(self.scores, 1)[1].max(initial=0.0))

    def best(self, count: int, scope: Scope) -> Keys:
        """Keys of the best that share a word with the query, best first."""
        if not scope.complete and self._best and scope.allowed is not None:
            # These papers were chosen among the best of all: none but those can be the best of them.
            keys = self._best[-1]
            return keys[np.isin(keys, scope.allowed)][:count]
        if scope.allowed is not None and len(scope.allowed) <= min(FEW, len(self.index.rows) // FEW_OF):
            few = scope.allowed
            return self._best_of_few(count, few if scope.excluded is None else few[scope.admits(few)])
        found = self._found(count, scope.mask(self.index.rows))
        if scope.everything:
            self._best.append(found)
        return found

    def _best_of_few(self, count: int, pks: Keys) -> Keys:
        """The same among these papers (ascending), of which those that may be among the best are looked up."""
        places = self.index.rows.places(pks)
        pks, rows = pks[places >= 0], places[places >= 0]
        sure = self.scores[rows]
        leaders = best(sure, count)
        least = float(sure[leaders[-1]]) if len(leaders) == count else 0.0
        contenders = sure >= least - sum(stem.most for stem in self.rest)
        pks, rows = pks[contenders], rows[contenders]
        return pks[best(self._looked_up(rows)[1], count)]

    def _found(self, count: int, mask: Mask | None) -> Keys:
        rows, full = self._leading(self.scores if mask is None else self.scores * mask, count)
        if rows is None:
            full = full if mask is None else full * mask
            return self.index.rows.keys[best(full, count)]
        return self.index.rows.keys[rows[best(full, count)]]

    def of(self, pks: Keys) -> Floats:
        """The scores of these papers, 0 for unknown ones."""
        places = self.index.rows.places(pks)
        found = np.zeros(len(pks), dtype=np.float32)
        found[places >= 0] = self._looked_up(places[places >= 0])[1]
        return found

    def _leading(self, scores: Floats, count: int) -> tuple[Numbers | None, Floats]:
        """Rows among which the best ``count`` are, with their whole scores; None for "all rows"."""
        if not self.rest:
            return None, self.scores
        leaders = best(scores, count)
        more = sum(stem.most for stem in self.rest)
        least = float(scores[leaders[-1]]) if len(leaders) == count else 0.0
        if least <= more:  # a paper that holds common stems only may be among them
            return None, self._whole
        return self._looked_up(np.flatnonzero(scores > least - more))

    @cached_property
    def _whole(self) -> Floats:
        """The scores of all rows with the rest added up after all."""
        scores = self.scores.copy()
        for stem in self.rest:
            stem.add(self.index, scores)
        scores[self.index.rows.dead] = 0.0
        return scores

    def _looked_up(self, rows: Numbers) -> tuple[Numbers, Floats]:
        full = self.scores[rows]
        split = len(self.index.base.pks)
        old = rows < split
        for stem in self.rest:
            full[old] += inverted.scores_of(self.index.base, stem.old, rows[old], stem.weight)
            full[~old] += inverted.scores_of(self.index.fresh, stem.new, rows[~old] - split, stem.weight)
        return rows, full


@dataclass(frozen=True, slots=True)
class WordIndex:
    """An index as of one stamp.  Never changes; a newer one takes its place."""

    stamp: int
    base: Segment
    fresh: Segment
    rows: Rows
    changes: int  # papers changed since the file was written

    def search(self, stems: Sequence[str]) -> WordScores:
        """BM25 scores of all papers for these stems; a repeated stem counts once."""
        asked = (self._stem(stem) for stem in list(dict.fromkeys(stems))[:MAX_STEMS])
        # The rarest first: they decide, and what is left for the common ones to change shrinks with each.
        found = sorted((stem for stem in asked if stem is not None), key=lambda stem: -stem.weight)
        scores = np.zeros(len(self.rows), dtype=np.float32)
        for place, stem in enumerate(found):
            if self._decided(scores, found[place:]):
                return WordScores(self, scores, tuple(found[place:]))
            stem.add(self, scores)
            scores[self.rows.dead] = 0.0
        return WordScores(self, scores)

    def holding(self, stems: Sequence[str], among: Keys | None = None) -> Keys:
        """The papers that hold all of these stems, in whichever field; ascending.

        Args:
            stems: at least one.
            among: look at these only, ascending.
        """
        parts = [
            inverted.holding(segment, [stem.encode("utf-8", "replace") for stem in stems], alive, among)
            for segment, alive in ((self.base, self.rows.base_alive), (self.fresh, None))
        ]
        return parts[0] if not len(parts[1]) else np.sort(np.concatenate(parts))

    def _stem(self, stem: str) -> Stem | None:
        name = stem.encode("utf-8", "replace")
        old, new = self.base.postings(name), self.fresh.postings(name)
        # Papers that changed or went still stand in the old part: they count no more.
        alive = self.rows.base_alive
        there = old.stop - old.start if alive is None else int(alive[self.base.docs[old]].sum())
        holding = there + new.stop - new.start
        return Stem(old, new, inverted.rarity(self.rows.living, holding)) if holding else None

    def _decided(self, scores: Floats, rest: Sequence[Stem]) -> bool:
        """Whether the stems of ``rest`` can no longer bring papers among the best ``LEADERS`` but a few known ones."""
        if rest[0].postings < WORTHWHILE // 4 or sum(stem.postings for stem in rest) < WORTHWHILE:
            return False
        leaders = best(scores, LEADERS)
        if len(leaders) < LEADERS:
            return False
        least = float(scores[leaders[-1]])
        more = sum(stem.most for stem in rest)
        return least > more and int(np.count_nonzero(scores > least - more)) <= CONTENDERS


class WordIndexKeeper:
    """Keeps a word index in step with the library, and its file beside the database.

    The file is disposable: missing, damaged or far behind, it is built again
    from the texts.  Safe to use from several threads.
    """

    def __init__(self, texts: Texts, folder: Path | None) -> None:
        self._texts, self._file = texts, folder / FILE if folder else None
        self._lock = threading.Lock()
        self._index: WordIndex | None = None
        self._tried = False
        self.tokenizer = Tokenizer()

    def current(self) -> WordIndex:
        """The index as of now.

        Raises:
            IndexUnusable: too much changed to catch up while somebody waits; ``prepare`` does it.
        """
        with self._lock:
            index = self._index or self._open()
            stamp = self._texts.stamp()
            if index.stamp != stamp:
                index = self._caught_up(index, stamp, MAX_FRESH)
                if self._built_anew(index):
                    with suppress(DiskFull):  # the next search builds it again, which is only slower
                        index = self._written(index)
            self._index = index
            return index

    def prepare(self) -> bool:
        """Brings index and file up to date, whatever it takes; True when a file was written.

        Raises:
            DiskFull: the file cannot be written; the index in memory is up to date all the same.
        """
        with self._lock:
            stamp = self._texts.stamp()
            index = self._index or self._open()
            if index.stamp != stamp:
                index = self._caught_up(index, stamp, None)
            self._index = index
            if self._file is None or not self._worth_writing(index):
                return False
            self._index = self._written(index)
            return True

    def close(self) -> None:
        """Frees what is held."""
        self.tokenizer.close()

    def _written(self, index: WordIndex) -> WordIndex:
        """The index, in the file and as it stands there.

        Raises:
            DiskFull: it cannot be written.
        """
        assert self._file is not None  # noqa: S101  # asked by the caller
        whole = index.base
        if len(index.fresh.pks) or index.rows.base_alive is not None:
            whole = inverted.merge(
                [(index.base, _alive(index.rows)), (index.fresh, np.ones(len(index.fresh.pks), bool))]
            )
        arrays.write(self._file, {"format": inverted.FORMAT, "stamp": index.stamp}, whole.arrays())
        # From here on the file, mapped: what was put together for it need not stay in memory.
        mapped = self._open()
        fits = mapped.stamp == index.stamp and len(mapped.rows) == len(whole.pks)
        return mapped if fits else _index(whole, index.stamp)

    def _built_anew(self, index: WordIndex) -> bool:
        """Whether a search had to build what the file should hold, in a library where that takes a while.

        Tried once: a folder that cannot be written now costs the next searches of this process nothing.
        """
        first, self._tried = not self._tried, True
        return first and self._file is not None and not len(index.base.pks) and len(index.fresh.pks) >= MIN_REWRITE

    def _worth_writing(self, index: WordIndex) -> bool:
        assert self._file is not None  # noqa: S101  # asked by the caller
        if index.changes and not (len(index.base.pks) and self._file.exists()):
            return True  # there is no such file, or none that can be used
        return index.changes >= MIN_REWRITE

    def _open(self) -> WordIndex:
        """The index of the file, or an empty one that lacks everything."""
        empty = _index(inverted.merge([]), 0)
        if self._file is None:
            return empty
        try:
            facts, found = arrays.read(self._file)
            if facts.get("format") != inverted.FORMAT or not isinstance(facts.get("stamp"), int):
                return empty
            if facts["stamp"] > self._texts.stamp():
                return empty  # a backup was put back: the file knows a future that never came
            return _index(inverted.segment_of(found), facts["stamp"])
        except (IndexUnusable, KeyError, ValueError, IndexError):
            return empty

    def _caught_up(self, index: WordIndex, stamp: int, limit: int | None) -> WordIndex:
        if stamp < index.stamp:
            index = _index(inverted.merge([]), 0)
        changed: dict[int, PaperText | None] = {}
        if limit is None and not len(index.base.pks) and not len(index.fresh.pks):
            return _index_of_all(self._texts, stamp, self.tokenizer)
        for pk, text in self._texts.changed(index.stamp):
            changed[pk] = text
            if limit is not None and len(changed) > limit:
                raise IndexUnusable(
                    "the word index is far behind the library", cure="run `tracker embed` to bring it up to date"
                )
        added = inverted.build((text for text in changed.values() if text is not None), self.tokenizer)
        kept = ~np.isin(index.fresh.pks, np.fromiter(changed, np.int64, len(changed)))
        fresh = inverted.merge([(index.fresh, kept), (added, np.ones(len(added.pks), dtype=bool))])
        alive = _alive(index.rows) & ~np.isin(index.base.pks, np.fromiter(changed, np.int64, len(changed)))
        rows = Rows(index.base.pks, fresh.pks, None if alive.all() else alive)
        return WordIndex(stamp, index.base, fresh, rows, index.changes + len(changed))


def _alive(rows: Rows) -> Mask:
    return rows.base_alive if rows.base_alive is not None else np.ones(len(rows.base), dtype=bool)


def _index(base: Segment, stamp: int) -> WordIndex:
    fresh = inverted.merge([])
    return WordIndex(stamp, base, fresh, Rows(base.pks, fresh.pks), 0)


def _index_of_all(texts: Texts, stamp: int, tokenizer: Tokenizer) -> WordIndex:
    """Everything from nothing, a paper at a time."""
    base = inverted.build((text for _, text in texts.changed(0) if text is not None), tokenizer)
    index = _index(base, stamp)
    return WordIndex(stamp, index.base, index.fresh, index.rows, max(len(base.pks), MIN_REWRITE))
