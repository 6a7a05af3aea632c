"""Why a paper was found: the words of the query in it, by field, and the sentence nearest to the query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.records import Match
from tracker.search.ports import Card, Floats, Tokens
from tracker.search.words import WORD, Stemmer, Tokenizer

_FIELDS = ("title", "abstract", "authors", "listed", "notes")
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
    """A hit's words: of each its cosine with each of the query's, ``[t, q]``, and the number of its sentence."""

    cosines: Floats
    numbers: npt.NDArray[np.uint8]


def words_of(ranked: Sequence[str]) -> tuple[str, ...]:
    """The words of a query that explain something; all of them when it has no others."""
    words = tuple(dict.fromkeys(word for part in ranked for word in re.findall(r"\w+", part)))
    return tuple(word for word in words if word.lower() not in STOPWORDS) or words


class Marker:
    """Finds the words of a query in texts, as the full-text index would.  Safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Uses ``tokenizer``, which stays its owner's."""
        self._stemmer = Stemmer(tokenizer)

    def found(self, cards: Sequence[Card], words: Sequence[str]) -> dict[int, tuple[Match, ...]]:
        """For each card the words found in each field, as they are written there, title first."""
        fields = {card.pk: [WORD.findall(text) for text in _texts(card)] for card in cards}
        asked = set(WORD.findall(" ".join(words)))
        there = set().union(*(found for texts in fields.values() for found in texts))
        stems = self._stemmer.of(asked | there)
        wanted = {stems[word] for word in asked}
        meant = {word for word in there if stems[word] in wanted}
        return {pk: _matches(texts, meant) for pk, texts in fields.items()}


def nearest_sentence(card: Card, evidence: Evidence | None, source: Tokens | None) -> Match | None:
    """The sentence of the abstract that meets the query best, with the mean of its meetings.

    A paper of which only the title is known gives its title.
    """
    if source is None or evidence is None or not evidence.cosines.size:
        return None
    numbers = evidence.numbers
    text, spans = source.sentences(card.title, card.abstract)
    starts = np.concatenate([_FIRST, np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    scores = np.maximum.reduceat(evidence.cosines, starts, axis=0).mean(axis=1).tolist()
    # The title counts only where there is nothing else.
    inside = [
        (score, -place, number)
        for place, (score, number) in enumerate(zip(scores, numbers[starts].tolist(), strict=True))
        if number < len(spans) and (number > 0 or len(spans) == 1)
    ]
    if not inside:
        return None
    best, _, number = max(inside)
    start, end = spans[number]
    score = round(min(max(best, 0.0), 1.0), 4)
    return Match(kind="sentence", field="abstract" if number else "title", text=text[start:end], score=score)


def first_sentence_with(card: Card, words: Sequence[Match]) -> str:
    """Without token vectors: the stretch of the abstract that holds most of the words found."""
    here = {word for match in words if match.field == "abstract" for word in match.text.split(", ")}
    pieces = [piece for piece in re.split(r"(?<=[.!?])\s+", card.abstract) if piece.strip()]
    if not pieces:
        return ""
    return max(pieces, key=lambda piece: (sum(word in piece for word in here), -pieces.index(piece)))


def by_identifier(card: Card) -> Reasons:
    """What speaks for a paper that was asked for by its identifier."""
    named = Match(kind="words", field="identifiers", text="its identifier", score=1.0)
    return Reasons((named,), first_sentence_with(card, ()))


def reasons(card: Card, words: tuple[Match, ...], evidence: Evidence | None, source: Tokens | None) -> Reasons:
    """All that speaks for a hit."""
    sentence = nearest_sentence(card, evidence, source)
    if sentence is not None:
        return Reasons((*words, sentence), sentence.text)
    snippet = first_sentence_with(card, words)
    return Reasons(words, snippet)


def _matches(texts: Sequence[Sequence[str]], meant: set[str]) -> tuple[Match, ...]:
    """The words of each field that are among those meant, each spelling in any case once."""
    found = []
    for field, written in zip(_FIELDS, texts, strict=True):
        words: dict[str, str] = {}
        for word in written:
            if word in meant:
                words.setdefault(word.lower(), word)
        if words:
            found.append(Match(kind="words", field=field, text=", ".join(list(words.values())[:_SHOWN])))
    return tuple(found)


def _texts(card: Card) -> tuple[str, ...]:
    return card.title, card.abstract, " ".join(card.authors), card.listed, card.notes
