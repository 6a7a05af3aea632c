"""Search by words: which stems a query has, what they score, and full-text expressions for what must hold."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tracker.errors import IndexUnusable
from tracker.search import arrays, inverted
from tracker.search.inverted import Segment
from tracker.search.ports import Floats, Keys, PaperText, Texts
from tracker.search.query import Text
from tracker.search.rows import Mask, Rows, Scope, alive_after, best
from tracker.search.words import Tokenizer, clean

FILE = "words.index"
#: Papers that may be tokenised while somebody waits (about 0.2 ms each).
MAX_FRESH = 2500
#: Changed papers that are worth writing a new file for.
MIN_REWRITE = 64
#: More words than this of a pasted text change nothing but the time.
MAX_STEMS = 256


def match_expression(text: Text) -> str:
    """An FTS5 expression for words that must stand together.  Safe for any text: it is one quoted string."""
    quoted = '"' + clean(text.text).replace('"', '""') + '"'
    return f"{{{text.field}}} : {quoted}" if text.field else quoted


def any_word_expression(words: Iterable[str]) -> str:
    """An FTS5 expression for papers that hold any of these words; empty when there is none."""
    return " OR ".join('"' + clean(word).replace('"', '""') + '"' for word in dict.fromkeys(words))


@dataclass(frozen=True, slots=True)
class WordScores:
    """What each paper scores by words; ``scores`` belongs to ``rows`` row by row and is 0 where no word is found."""

    rows: Rows
    scores: Floats

    @property
    def top(self) -> float:
        """The best score; 0 when nothing is found."""
        return float(self.scores.max(initial=0.0))

    def best(self, count: int, scope: Scope) -> Keys:
        """Keys of the best that share a word with the query, best first."""
        mask = scope.mask(self.rows)
        return self.rows.keys[best(self.scores if mask is None else self.scores * mask, count)]

    def of(self, pks: Keys) -> Floats:
        """The scores of these papers, 0 for unknown ones."""
        places = self.rows.places(pks)
        found = np.zeros(len(pks), dtype=np.float32)
        found[places >= 0] = self.scores[places[places >= 0]]
        return found


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
        scores = np.zeros(len(self.rows), dtype=np.float32)
        papers = self.rows.living
        for stem in list(dict.fromkeys(stems))[:MAX_STEMS]:
            name = stem.encode("utf-8", "replace")
            old, new = self.base.postings(name), self.fresh.postings(name)
            # Papers that changed or went still stand in the old part: they count no more.
            alive = self.rows.base_alive
            there = old.stop - old.start if alive is None else int(alive[self.base.docs[old]].sum())
            holding = there + new.stop - new.start
            if holding:
                weight = inverted.rarity(max(papers, holding), holding)
                inverted.add_scores(scores, self.base, 0, old, weight)
                inverted.add_scores(scores, self.fresh, len(self.base.pks), new, weight)
        scores[self.rows.dead] = 0.0
        return WordScores(self.rows, scores)


class WordIndexKeeper:
    """Keeps a word index in step with the library, and its file beside the database.

    The file is disposable: missing, damaged or far behind, it is built again
    from the texts.  Safe to use from several threads.
    """

    def __init__(self, texts: Texts, folder: Path | None) -> None:
        self._texts, self._file = texts, folder / FILE if folder else None
        self._lock = threading.Lock()
        self._index: WordIndex | None = None
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
            whole = inverted.merge(
                [(index.base, _alive(index.rows)), (index.fresh, np.ones(len(index.fresh.pks), bool))]
            )
            index = _index(whole, stamp)
            self._index = index
            arrays.write(self._file, {"format": inverted.FORMAT, "stamp": stamp}, whole.arrays())
            return True

    def close(self) -> None:
        """Frees what is held."""
        self.tokenizer.close()

    def _worth_writing(self, index: WordIndex) -> bool:
        assert self._file is not None  # noqa: S101  # asked by the caller
        if index.changes and not self._file.exists():
            return True
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
            return _index_of_all(self._texts, stamp)
        for pk, text in self._texts.changed(index.stamp):
            changed[pk] = text
            if limit is not None and len(changed) > limit:
                raise IndexUnusable(
                    "the word index is far behind the library", cure="run `tracker embed` to bring it up to date"
                )
        added = inverted.build(text for text in changed.values() if text is not None)
        kept = ~np.isin(index.fresh.pks, np.fromiter(changed, np.int64, len(changed)))
        fresh = inverted.merge([(index.fresh, kept), (added, np.ones(len(added.pks), dtype=bool))])
        alive = _alive(index.rows) & ~np.isin(index.base.pks, np.fromiter(changed, np.int64, len(changed)))
        rows = Rows(index.base.pks, fresh.pks, None if alive.all() else alive)
        return WordIndex(stamp, index.base, fresh, rows, index.changes + len(changed))


def _alive(rows: Rows) -> Mask:
    return rows.base_alive if rows.base_alive is not None else np.ones(len(rows.base), dtype=bool)


def _index(base: Segment, stamp: int) -> WordIndex:
    fresh = inverted.merge([])
    return WordIndex(stamp, base, fresh, Rows(base.pks, fresh.pks, alive_after(base.pks, ())), 0)


def _index_of_all(texts: Texts, stamp: int) -> WordIndex:
    """Everything from nothing, a paper at a time."""
    base = inverted.build(text for _, text in texts.changed(0) if text is not None)
    index = _index(base, stamp)
    return WordIndex(stamp, index.base, index.fresh, index.rows, max(len(base.pks), MIN_REWRITE))
