"""A library in memory behind the ports of search, and an encoder that needs no model."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tracker.search.ports import Card, Keys, PaperText, VectorChange
from tracker.search.query import Atom, Text
from tracker.search.words import Tokenizer

DIMS = 24

#: Words that made-up papers are made of.
WORDS = (
    "attention",
    "graph",
    "kernel",
    "diffusion",
    "policy",
    "reward",
    "token",
    "vision",
    "speech",
    "proof",
    "memory",
    "sparse",
    "video",
    "image",
)


def unit(text: str) -> np.ndarray:
    """A vector that depends on the words alone: the sum of a random direction for each."""
    total = np.zeros(DIMS, dtype=np.float32)
    for word in re.findall(r"\w+", text.lower()):
        total += np.random.default_rng(zlib.crc32(word.encode("utf-8", "replace"))).normal(size=DIMS).astype(np.float32)
    length = float(np.linalg.norm(total))
    if length == 0:
        total[0] = length = 1.0
    return total / length


@dataclass(frozen=True)
class Encoded:
    vector: np.ndarray
    tokens: np.ndarray
    pieces: tuple[str, ...]


class FakeEncoder:
    """Bag-of-words vectors: near in meaning is sharing words, whatever their order."""

    model = "fake@1"

    def analyse(self, text: str) -> Encoded:
        pieces = tuple(re.findall(r"\w+", text.lower()))[:64] or ("",)
        return Encoded(unit(text), np.stack([unit(piece) for piece in pieces]), pieces)


@dataclass
class FakeTokens:
    """Token vectors of all texts; sentence 0 is the title, 1 the abstract."""

    library: FakeLibrary

    def query(self, pieces: Sequence[str], tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return tokens, np.arange(len(pieces))

    def get(self, texts: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        vectors, numbers, counts = [np.zeros((0, DIMS), np.float32)], [np.zeros(0, np.uint8)], []
        for text in texts:
            paper = self.library.papers.get(text)
            parts = [re.findall(r"\w+", part.lower()) for part in (paper.title, paper.abstract)] if paper else [[], []]
            counts.append(len(parts[0]) + len(parts[1]))
            for number, words in enumerate(parts):
                vectors += [unit(word)[None] for word in words]
                numbers.append(np.full(len(words), number, np.uint8))
        return np.concatenate(vectors), np.concatenate(numbers), np.array(counts, dtype=np.int64)

    def sentences(self, title: str, abstract: str) -> tuple[str, Sequence[tuple[int, int]]]:
        whole = f"{title}. {abstract}"
        return whole, ((0, len(title)), (len(title) + 2, len(whole)))


@dataclass
class FakeLibrary:
    """Papers by key; every change has a number, as in the real store."""

    papers: dict[int, PaperText] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)
    embedded: bool = True
    log: list[int] = field(default_factory=list)
    asked: int = 0

    def put(self, pk: int, title: str, abstract: str = "", *, year: int | None = None, **more: str) -> None:
        self.papers[pk] = PaperText(pk, title, abstract, **more)
        if year is not None:
            self.years[pk] = year
        self.log.append(pk)

    def drop(self, pk: int) -> None:
        del self.papers[pk]
        self.log.append(pk)

    # the ports; texts and vectors change together here
    def stamp(self, model: str = "") -> int:
        return len(self.log)

    def matching(self, atom: Atom, within: Sequence[int] | None = None, limit: int | None = None) -> Keys:
        found = [pk for pk, paper in self.papers.items() if self.holds(paper, atom)]
        kept = [pk for pk in found if within is None or pk in set(within)][:limit]
        return np.array(sorted(kept), dtype=np.int64)

    def of(self, pks: Sequence[int]) -> list[PaperText]:
        return [self.papers[pk] for pk in pks if pk in self.papers]

    def holds(self, paper: PaperText, atom: Atom) -> bool:
        if not isinstance(atom, Text):
            year = self.years.get(paper.pk)
            return year is not None and (atom.low or 0) <= year <= (atom.high or 9999)
        fields = [atom.field] if atom.field else ["title", "abstract", "authors", "listed", "notes"]
        tokenizer = Tokenizer()
        try:
            wanted = tokenizer.stems(atom.text)
            texts = [tokenizer.stems(getattr(paper, name)) for name in fields]
        finally:
            tokenizer.close()
        size = len(wanted)
        return (
            any(words[at : at + size] == wanted for words in texts for at in range(len(words) - size + 1))
            if size
            else False
        )

    def ranked(self, expression: str, limit: int) -> Sequence[tuple[int, float]]:
        self.asked += 1
        words = re.findall(r'"([^"]*)"', expression.lower())
        scores = {pk: sum(word in paper.title.lower() for word in words) for pk, paper in self.papers.items()}
        return [(pk, float(score)) for pk, score in scores.items() if score][:limit]

    def cards(self, pks: Sequence[int]) -> Mapping[int, Card]:
        return {
            pk: Card(
                pk=pk,
                id=f"p{pk}",
                title=paper.title,
                abstract=paper.abstract,
                authors=tuple(paper.authors.split(", ")) if paper.authors else (),
                listed=paper.listed,
                notes=paper.notes,
                year=self.years.get(pk),
            )
            for pk in pks
            if (paper := self.papers.get(pk)) is not None
        }

    def recent(self, limit: int, offset: int, within: Sequence[int] | None) -> Sequence[int]:
        keys = sorted((pk for pk in self.papers if within is None or pk in set(within)), reverse=True)
        return keys[offset : offset + limit]


@dataclass
class FakeTexts:
    """The text door of a library."""

    library: FakeLibrary

    def __getattr__(self, name: str) -> object:
        return getattr(self.library, name)

    def changed(self, since: int) -> Iterable[tuple[int, PaperText | None]]:
        for pk in dict.fromkeys(self.library.log[since:]):
            if since or pk in self.library.papers:
                yield pk, self.library.papers.get(pk)


@dataclass
class FakeVectors:
    """The vector door of a library."""

    library: FakeLibrary

    def stamp(self, model: str) -> int:
        return len(self.library.log) if self.library.embedded else 0

    def changed(self, model: str, since: int) -> Iterable[VectorChange]:
        for pk in dict.fromkeys(self.library.log[since:]):
            paper = self.library.papers.get(pk)
            vectors = None if paper is None else unit(f"{paper.title} {paper.abstract}")[None, :]
            yield VectorChange(pk, vectors, pk)


def made_up(count: int = 40, seed: int = 1) -> FakeLibrary:
    """A library of papers made of :data:`WORDS`, always the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up papers
    made = FakeLibrary()
    for pk in range(1, count + 1):
        title, abstract = (" ".join(chance.choices(WORDS, k=k)) for k in (3, 12))
        authors = chance.choice(["Ada Lovelace", "Alan Turing", ""])
        made.put(pk, title, abstract, year=chance.randint(2015, 2025), authors=authors)
    return made
