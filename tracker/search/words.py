"""Text to index terms, exactly as SQLite's full-text index cuts them: its own tokenizer does the work.

A private in-memory database tokenises; the store's index has the same
tokenizer, so a word found by one is found by the other.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence

#: Must be the tokenizer of the library's own full-text index.
TOKENIZER = "porter unicode61 remove_diacritics 2"
_FIELDS = ("title", "abstract", "authors", "listed", "notes")


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


def instances(texts: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, int, int]]:
    """Every word of many texts: its stem, the place of its text, the place of its field.

    Args:
        texts: for each the fields ``title``, ``abstract``, ``authors``, ``listed``, ``notes``.

    Yields:
        Stem, text and field, grouped by stem in the order of the stems' bytes.
    """
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=OFF")
        columns = ", ".join(_FIELDS)
        database.execute(f"CREATE VIRTUAL TABLE many USING fts5({columns}, content='', tokenize='{TOKENIZER}')")
        database.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(many, 'instance')")
        database.execute("BEGIN")
        database.executemany(
            f"INSERT INTO many (rowid, {columns}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants of this module
            ((place + 1, *(clean(part) for part in fields)) for place, fields in enumerate(texts)),
        )
        database.execute("COMMIT")
        field_of = {name: place for place, name in enumerate(_FIELDS)}
        for term, row, field in database.execute("SELECT term, doc, col FROM terms"):
            yield term, row - 1, field_of[field]
    finally:
        database.close()


def clean(text: str) -> str:
    """Text that SQLite takes: no NUL (it would end the text), no lone surrogate."""
    if "\0" in text:
        text = text.replace("\0", " ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
