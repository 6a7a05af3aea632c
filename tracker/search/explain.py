"""Why a paper was found: the words of the query in it, by field, and the sentence nearest to the query."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.records import Match
from tracker.search.lexical import any_word_expression
from tracker.search.ports import Card, Floats, Tokens
from tracker.search.words import TOKENIZER, clean

_OPEN, _CLOSE = "\x02", "\x03"
_COLUMNS = ", ".join(("title", "abstract", "authors", "listed", "notes"))
_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_FIELDS = ("title", "abstract", "authors", "listed", "notes")
_INSERT = f"INSERT INTO hits (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants of this module
_SELECT = (
    "SELECT rowid, "  # noqa: S608 - constants of this module
    + ", ".join(f"highlight(hits, {place}, '{_OPEN}', '{_CLOSE}')" for place in range(len(_FIELDS)))
    + " FROM hits WHERE hits MATCH ?"
)
#: Words shown of one field.
_SHOWN = 12
_FIRST = np.zeros(1, dtype=np.int64)
#: Found everywhere, they explain nothing.
STOPWORDS: frozenset[str] = frozenset(
    """
    a about an and any are as at be been but by can did do does for from had has have how i in into is it its me more
    most my no nor not of on one or our over s so such t than that the their them then there these they this those to
    under up use used using via was we were what when where which while who why will with within without you your
    """.split()  # noqa: SIM905 - a hundred quoted words would be no easier to read
)


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for a hit."""

    matched: tuple[Match, ...]
    snippet: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit's token vectors with the number of the sentence of each, and the query's: all of length 1."""

    tokens: tuple[Floats, npt.NDArray[np.uint8]] | None
    query: Floats | None


def words_of(ranked: Sequence[str]) -> tuple[str, ...]:
    """The words of a query that explain something; all of them when it has no others."""
    words = tuple(dict.fromkeys(word for part in ranked for word in re.findall(r"\w+", part)))
    return tuple(word for word in words if word.lower() not in STOPWORDS) or words


class Marker:
    """Finds the words of a query in texts, as the full-text index would.  Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute(f"CREATE VIRTUAL TABLE hits USING fts5({_COLUMNS}, tokenize='{TOKENIZER}')")

    def close(self) -> None:
        """Frees the database."""
        self._database.close()

    def found(self, cards: Sequence[Card], words: Sequence[str]) -> dict[int, tuple[Match, ...]]:
        """For each card the words found in each field, as they are written there, title first."""
        expression = any_word_expression(words)
        if not expression or not cards:
            return {}
        texts = [(card.pk, *(_plain(text) for text in _texts(card))) for card in cards]
        with self._lock:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM hits")
            self._database.executemany(_INSERT, texts)
            rows = self._database.execute(_SELECT, (expression,)).fetchall()
            self._database.execute("COMMIT")
        return {pk: _matches(marked) for pk, *marked in rows}


def nearest_sentence(card: Card, evidence: Evidence, source: Tokens | None) -> Match | None:
    """The sentence of the abstract that meets the query best, with the mean of its meetings.

    A paper of which only the title is known gives its title.
    """
    if source is None or evidence.tokens is None or evidence.query is None or not len(evidence.query):
        return None
    vectors, numbers = evidence.tokens
    if not len(vectors):
        return None
    text, spans = source.sentences(card.title, card.abstract)
    starts = np.concatenate([_FIRST, np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    scores = np.maximum.reduceat(vectors @ evidence.query.T, starts, axis=0).mean(axis=1)
    found = numbers[starts]
    inside = (found < len(spans)) & ((found > 0) | (len(spans) == 1))
    if not inside.any():
        return None
    place = int(np.argmax(np.where(inside, scores, -2.0)))
    start, end = spans[int(found[place])]
    score = round(float(np.clip(scores[place], 0, 1)), 4)
    return Match(kind="sentence", field="abstract" if found[place] else "title", text=text[start:end], score=score)


def first_sentence_with(card: Card, words: Sequence[Match]) -> str:
    """Without token vectors: the stretch of the abstract that holds most of the words found."""
    here = {word for match in words if match.field == "abstract" for word in match.text.split(", ")}
    pieces = [piece for piece in re.split(r"(?<=[.!?])\s+", card.abstract) if piece.strip()]
    if not pieces:
        return ""
    return max(pieces, key=lambda piece: (sum(word in piece for word in here), -pieces.index(piece)))


def reasons(card: Card, words: tuple[Match, ...], evidence: Evidence, source: Tokens | None) -> Reasons:
    """All that speaks for a hit."""
    sentence = nearest_sentence(card, evidence, source)
    if sentence is not None:
        return Reasons((*words, sentence), sentence.text)
    snippet = first_sentence_with(card, words)
    return Reasons(words, snippet)


def _matches(texts: Sequence[str]) -> tuple[Match, ...]:
    found = []
    for field, text in zip(_FIELDS, texts, strict=True):
        words: dict[str, str] = {}
        for word in _MARKED.findall(text):
            words.setdefault(word.lower(), word)
        if words:
            found.append(Match(kind="words", field=field, text=", ".join(list(words.values())[:_SHOWN])))
    return tuple(found)


def _texts(card: Card) -> tuple[str, ...]:
    return card.title, card.abstract, " ".join(card.authors), card.listed, card.notes


def _plain(text: str) -> str:
    return clean(text).replace(_OPEN, " ").replace(_CLOSE, " ")
