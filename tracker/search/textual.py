"""Conditions on texts (``-video``, ``"neural network"``), answered by the word index.

The database's full-text index reads all that it knows of a word for each
question, however few papers are asked about; a common word in a large library
takes it a tenth of a second.  The word index holds the same stems of the same
fields: which papers hold a word is a list that lies ready.  Whether words stand
together it does not know, but which papers hold them all; their texts tell the
rest.  The answers are the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tracker.errors import IndexUnusable
from tracker.search.lexical import WordIndexKeeper
from tracker.search.ports import Keys, PaperText, Texts
from tracker.search.query import Atom, Text
from tracker.search.words import Stemmer

#: Papers whose texts may be read to see whether words stand together: for more the database is asked.
READ = 1000


class IndexedTexts:
    """Which papers meet a condition: asks the word index, or whoever knows."""

    def __init__(self, texts: Texts, index: WordIndexKeeper) -> None:
        """Over the library's own texts, for what the index cannot tell."""
        self._texts, self._index = texts, index
        self._stemmer = Stemmer(index.tokenizer)

    def matching(self, atom: Atom, within: Sequence[int] | None = None, limit: int | None = None) -> Keys:
        """Keys of the papers that hold a text or meet a filter, ascending: see :class:`Texts`."""
        if isinstance(atom, Text) and atom.field is None:
            found = self._holding(atom.text, within)
            if found is not None:
                return found[:limit]
        return self._texts.matching(atom, within, limit)

    def _holding(self, text: str, within: Sequence[int] | None) -> Keys | None:
        """The papers where the words of a text stand together; None where the database must be asked."""
        stems = self._index.tokenizer.stems(text)
        if not stems:
            return None
        try:
            index = self._index.current()
        except IndexUnusable:
            return None
        among = None if within is None else np.sort(np.array(within, dtype=np.int64))
        keys = index.holding(list(dict.fromkeys(stems)), among)
        if len(stems) == 1:
            return keys
        if len(keys) > READ:
            return None
        together = [paper.pk for paper in self._texts.of(keys.tolist()) if self._together(paper, stems)]
        return np.sort(np.array(together, dtype=np.int64))

    def _together(self, paper: PaperText, stems: Sequence[str]) -> bool:
        fields = (paper.title, paper.abstract, paper.authors, paper.listed, paper.notes)
        return any(_stands_in(stems, words) for words in self._stemmer.stems(fields))


def _stands_in(wanted: Sequence[str], words: Sequence[str]) -> bool:
    size = len(wanted)
    return any(
        word == wanted[0] and list(words[place : place + size]) == list(wanted) for place, word in enumerate(words)
    )
