"""The linker: from title, abstract and vector to at most four concepts, each with a score and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.concepts.linking.features import Reading, pair_features, read
from tracker.concepts.linking.lexicon import Lexicon, default_lexicon
from tracker.concepts.linking.model import LinkModel, default_model, probability
from tracker.concepts.linking.prototypes import Encode, Prototype, PrototypeVectors, default_prototypes
from tracker.concepts.linking.verdicts import Lesson, learn
from tracker.records import ConceptLink

#: A paper is rarely about more than this many things.
MOST_LINKS = 4
CURATED_EVIDENCE = "on this concept's reading list"
CONFIRMED_EVIDENCE = "confirmed by the reader"


@dataclass(frozen=True, slots=True, eq=False)
class LinkInput:
    """A paper to be tied to concepts.

    ``text`` is its abstract (or what a list says of it), empty when there is
    none; ``vector`` its unit vector, None to have it encoded; ``curated`` the
    concepts whose reading list names it.
    """

    pk: int
    title: str
    text: str = ""
    vector: NDArray[np.float32] | None = None
    curated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """A person's yes or no to a tie.  ``paper`` lets the linker learn from it; None where the paper is gone."""

    pk: int
    slug: str
    accepted: bool
    paper: LinkInput | None = None


class Linker:
    """Ties papers to concepts.

    Args:
        encode: texts to unit vectors, shape (texts, dimensions), float32.
        prototypes: texts of the concepts; the shipped ones by default.
        lexicon: phrases of the concepts; the shipped ones by default.
        model: weights; the shipped ones by default.
    """

    def __init__(
        self,
        encode: Encode,
        prototypes: Sequence[Prototype] | None = None,
        *,
        lexicon: Lexicon | None = None,
        model: LinkModel | None = None,
    ) -> None:
        self._encode = encode
        self._lexicon = lexicon or default_lexicon()
        self._model = model or default_model()
        self.slugs = self._lexicon.slugs
        self._near = PrototypeVectors(prototypes or default_prototypes(), encode, self.slugs)

    def link(self, papers: Sequence[LinkInput], verdicts: Sequence[Verdict] = ()) -> dict[int, tuple[ConceptLink, ...]]:
        """The concepts of each paper, strongest first; a paper that is about none of them gets ``()``.

        A person's verdict decides its own pair, then a reading list does; the
        model fills up to four.  Verdicts also shift the model for the rest.
        """
        if not papers:
            return {}
        readings, vectors = self._read(papers), self._vectors(papers)
        features = self._features(readings, vectors)
        odds = self._model.log_odds(features)
        if (taught := learn(self._lessons(verdicts))) is not None:
            odds += taught.shift(self._model.standardised(features), vectors)
        said = {(verdict.pk, verdict.slug): verdict.accepted for verdict in verdicts}
        chances = probability(odds)
        return {
            paper.pk: self._choose(paper, reading, row, said)
            for paper, reading, row in zip(papers, readings, chances, strict=True)
        }

    def features(self, papers: Sequence[LinkInput]) -> NDArray[np.float64]:
        """What the model looks at, shape (papers, concepts, features): for fitting and for explanation."""
        return self._features(self._read(papers), self._vectors(papers))

    def _read(self, papers: Sequence[LinkInput]) -> list[Reading]:
        return [read(self._lexicon, paper.title, paper.text) for paper in papers]

    def _features(self, readings: Sequence[Reading], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        nearness = self._near.nearness(vectors)
        return np.stack([pair_features(r, self.slugs, n) for r, n in zip(readings, nearness, strict=True)])

    def _vectors(self, papers: Sequence[LinkInput]) -> NDArray[np.float32]:
        missing = [paper for paper in papers if paper.vector is None]
        texts = [f"{paper.title}. {paper.text}" if paper.text else paper.title for paper in missing]
        encoded = iter(np.asarray(self._encode(texts), dtype=np.float32) if texts else ())
        rows = [next(encoded) if paper.vector is None else paper.vector for paper in papers]
        stacked = np.stack(rows).astype(np.float32)
        lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
        return np.asarray(stacked / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)

    def _lessons(self, verdicts: Sequence[Verdict]) -> list[Lesson]:
        usable = [(v, v.paper) for v in verdicts if v.paper is not None and v.slug in self.slugs]
        if not usable:
            return []
        papers = [paper for _, paper in usable]
        vectors = self._vectors(papers)
        features = self._features(self._read(papers), vectors)
        odds = self._model.log_odds(features)
        shown = self._shown(odds)
        seen, columns = self._model.standardised(features), [self.slugs.index(v.slug) for v, _ in usable]
        return [
            Lesson(column, v.accepted, float(odds[n, column]), bool(shown[n, column]), seen[n, column], vectors[n])
            for n, ((v, _), column) in enumerate(zip(usable, columns, strict=True))
        ]

    def _shown(self, odds: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which pairs the model ties by itself, shape (papers, concepts)."""
        place = np.argsort(np.argsort(-odds, axis=1, kind="stable"), axis=1)
        return np.asarray((probability(odds) >= self._model.threshold) & (place < MOST_LINKS))

    def _choose(
        self, paper: LinkInput, reading: Reading, chances: NDArray[np.float64], said: dict[tuple[int, str], bool]
    ) -> tuple[ConceptLink, ...]:
        yes = tuple(slug for (pk, slug), accepted in said.items() if pk == paper.pk and accepted)
        no = {slug for (pk, slug), accepted in said.items() if pk == paper.pk and not accepted}
        links = [ConceptLink(slug=slug, score=1.0, evidence=_own(reading, slug, CONFIRMED_EVIDENCE)) for slug in yes]
        links.extend(
            ConceptLink(slug=slug, score=1.0, evidence=_own(reading, slug, CURATED_EVIDENCE))
            for slug in dict.fromkeys(paper.curated)
            if slug not in yes and slug not in no
        )
        held = {link.slug for link in links} | no
        for number in np.argsort(-chances, kind="stable"):
            slug, chance = self.slugs[number], float(chances[number])
            if len(links) >= MOST_LINKS or chance < self._model.threshold:
                break
            if slug not in held:
                # Two digits are all that is meant; more would show in which company a text was embedded (rounding
                # of the 8-bit model depends on its batch), and two runs over the same papers would differ.
                links.append(ConceptLink(slug=slug, score=round(chance, 2), evidence=reading.evidence(slug)))
        return tuple(links)


def _own(reading: Reading, slug: str, reason: str) -> str:
    """The sentence that speaks for a concept where there is one, else why the tie stands all the same."""
    return reading.evidence(slug) if any(found.slug == slug for found in reading.found) else reason
