"""Text to index terms, exactly as SQLite's full-text index cuts them: its own tokenizer does the work.

A private in-memory database tokenises; the store's index has the same
tokenizer, so a word found by one is found by the other.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Collection, Sequence

#: Must be the tokenizer of the library's own full-text index.
TOKENIZER = "porter unicode61 remove_diacritics 2"
#: A word as that tokenizer cuts it: letters and digits, with the accents that stand on them.
WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
#: Outside of Latin letters and common signs Python and SQLite do not always agree on what a letter is.
_STRANGE = re.compile(r"[^\0-\u02ff\u2000-\u2064\u2190-\u22ff]")


class Tokenizer:
    """Cuts texts into stems.  Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        # A local database of queries only needs no safety and no journal.
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute(f"CREATE VIRTUAL TABLE one USING fts5(text, content='', tokenize='{TOKENIZER}')")
        self._database.execute("CREATE VIRTUAL TABLE one_terms USING fts5vocab(one, 'instance')")

    def close(self) -> None:
        """Frees the database."""
        self._database.close()

    def stems(self, text: str) -> list[str]:
        """The stems of a text in order, repetitions kept."""
        with self._lock:
            self._database.execute("INSERT INTO one (one) VALUES ('delete-all')")
            self._database.execute("INSERT INTO one (text) VALUES (?)", (clean(text),))
            return [str(term) for (term,) in self._database.execute("SELECT term FROM one_terms ORDER BY offset")]

    def stems_of_words(self, words: Sequence[str]) -> list[list[str]]:
        """For each word its stems (a word such as ``state-of-the-art`` has several)."""
        found: list[list[str]] = [[] for _ in words]
        with self._lock:
            self._database.execute("INSERT INTO one (one) VALUES ('delete-all')")
            self._database.executemany(
                "INSERT INTO one (rowid, text) VALUES (?, ?)",
                ((place + 1, clean(word)) for place, word in enumerate(words)),
            )
            for term, row in self._database.execute("SELECT term, doc FROM one_terms ORDER BY doc, offset"):
                found[row - 1].append(term)
        return found

    def stem_of_each(self, words: Sequence[str]) -> list[str]:
        """The stem of each of some words without marks inside; a word that the tokenizer drops is its own."""
        # Plain words go in one text, since each is surely one stem; of others the tokenizer has views of its own.
        plain = [word for word in words if word.isascii()]
        others = [word for word in words if not word.isascii()]
        found = dict(zip(plain, self.stems(" ".join(plain)), strict=True))
        found |= {word: "".join(stems) or word for word, stems in zip(others, self.stems_of_words(others), strict=True)}
        return [found[word] for word in words]


class Stemmer:
    """Cuts many texts into stems, each different word by SQLite only once.  Safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer, *, remembered: int = 400_000) -> None:
        """Uses ``tokenizer``, which stays its owner's; knows the stems of at most so many words by heart."""
        self._tokenizer, self._remembered = tokenizer, remembered
        self._known: dict[str, str] = {}

    def stems(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text in order, repetitions kept: as ``Tokenizer.stems`` gives them."""
        cut = [None if _STRANGE.search(text) else WORD.findall(text) for text in texts]
        known = self.of(set().union(*(words for words in cut if words is not None)))
        return [
            self._tokenizer.stems(text) if words is None else list(map(known.__getitem__, words))
            for text, words in zip(texts, cut, strict=True)
        ]

    def of(self, words: Collection[str]) -> dict[str, str]:
        """The stem of each of these words, as :data:`WORD` cuts them, and of others."""
        known = self._known
        missing = [word for word in words if word not in known]
        if missing:
            if len(known) + len(missing) > self._remembered:
                # Another dictionary and not an emptied one: another thread may be reading.
                known, missing = {}, list(words)
            known.update(zip(missing, self._tokenizer.stem_of_each(missing), strict=True))
            self._known = known
        return known


def clean(text: str) -> str:
    """Text that SQLite takes: no NUL (it would end the text), no lone surrogate."""
    if "\0" in text:
        text = text.replace("\0", " ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
