"""What search needs of the library: four small doors, opened by adapters over the store.

``stamp`` and ``changed`` let an index follow the library: an index remembers
the stamp it has read up to and asks for what changed since.  Stamps only grow
within one library; an index file belongs to the library in whose folder it
lies and is deleted when a backup is put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tracker.records import ReadingStatus
from tracker.search.query import Atom

Keys = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PaperText:
    """The searchable fields of a paper."""

    pk: int
    title: str = ""
    abstract: str = ""
    authors: str = ""
    listed: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a result shows of a paper.  ``abstract`` is the list's own text where there is no abstract."""

    pk: int
    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    listed: str = ""
    notes: str = ""
    year: int | None = None
    status: ReadingStatus = "inbox"
    identifiers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VectorChange:
    """The vectors of one paper as they are now: ``[windows, d]`` float32 of length 1, or None when it has none.

    ``text`` is the first 8 bytes of the hash of the embedded text, big-endian: it names the token vectors.
    """

    pk: int
    vectors: Floats | None
    text: int = 0


class Texts(Protocol):
    """The searchable texts."""

    def stamp(self) -> int:
        """Grows with every change of a searchable text; 0 for an empty library."""

    def changed(self, since: int) -> Iterable[tuple[int, PaperText | None]]:
        """Key and text of every paper whose text changed after ``since``, None for one that is gone; 0 asks for all."""

    def matching(self, atom: Atom, within: Sequence[int] | None = None, limit: int | None = None) -> Keys:
        """Keys of the papers that hold a text or meet a filter, ascending.

        Args:
            atom: see ``lexical.match_expression`` for a text.
            within: look among these only.
            limit: stop at so many, whichever they are.
        """

    def of(self, pks: Sequence[int]) -> Iterable[PaperText]:
        """The texts of these papers, those that there are."""

    def ranked(self, expression: str, limit: int) -> Sequence[tuple[int, float]]:
        """The best by the database's own full-text index: keys and scores, higher is better.

        The way back while the word index is being built.
        """


class Vectors(Protocol):
    """The stored vectors of one model."""

    def stamp(self, model: str) -> int:
        """Grows with every change of a vector of this model."""

    def changed(self, model: str, since: int) -> Iterable[VectorChange]:
        """The papers whose vectors changed after ``since``; 0 asks for all."""


class Cards(Protocol):
    """What results show."""

    def cards(self, pks: Sequence[int]) -> Mapping[int, Card]:
        """By key; keys that are gone are absent."""

    def recent(self, limit: int, offset: int, within: Sequence[int] | None) -> Sequence[int]:
        """Keys, latest added first: the order where nothing ranks."""


class Tokens(Protocol):
    """The compact token vectors of embedded texts, for re-ranking and for the nearest sentence."""

    def query(self, pieces: Sequence[str], tokens: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The content words of a query in the store's space, ``[t, r]`` of length 1, and which pieces they are."""

    def get(self, texts: Sequence[int]) -> tuple[Floats, npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """The words of several texts, by the texts' hashes, one text after the other.

        Returns:
            Vectors ``[sum of t, r]``, the number of the sentence of each ``[sum of t]``, and the count of words of
            each text: 0 where none are kept.
        """

    def sentences(self, title: str, abstract: str) -> tuple[str, Sequence[tuple[int, int]]]:
        """The embedded text of a paper, and start and end of its sentences, numbered as in :meth:`get`."""


class EncodedQuery(Protocol):
    """A query through the model; ``tracker.embed.encoder.Encoded`` is one."""

    @property
    def vector(self) -> Floats:
        """``[d]`` of length 1."""

    @property
    def tokens(self) -> Floats:
        """``[t, h]``, each row of length 1."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The ``t`` pieces of words."""


class QueryEncoder(Protocol):
    """The model that embedded the papers."""

    @property
    def model(self) -> str:
        """Name and hash of the weights."""

    def analyse(self, text: str) -> EncodedQuery:
        """The query's vectors."""
