"""What a person's yes and no teach the linker about other papers, measured on papers nobody said a word about.

    python -m benchmarks.concepts --verdicts

A simulated reader answers every tie that the linker shows for some of the
papers; the others are measured before and after.  Papers are split at random
many times, each is measured whenever its part is the one without words, and
the error is that of the papers (bootstrap), since splits of the same papers
are not independent.  Weights are always fitted on the other set of papers, so
that neither weights nor words have seen the papers measured.

Three readers answer: one as labelled (no word where the label is unsure), and
two on the two sides on which careful readers differ: a strict one says no to
everything unsure, a lenient one yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tracker.concepts.linking import Linker, LinkInput, Verdict
from tracker.concepts.linking.model import LinkModel
from tracker.concepts.linking.prototypes import Encode
from tracker.records import ConceptLink

READERS = ("as labelled", "strict", "lenient")
_BOOTSTRAP = 1000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Subject:
    """A paper with what a reader says it is about, and on what this reader is silent."""

    paper: LinkInput
    concepts: frozenset[str]
    silent: frozenset[str]


@dataclass(frozen=True)
class Gain:
    """F1 before and after, and how much of the difference is chance (standard error)."""

    before: float
    after: float
    error: float
    words: int

    def __str__(self) -> str:
        return (
            f"F1 {self.before:.3f} -> {self.after:.3f}  ({self.after - self.before:+.3f} ± {self.error:.3f}, "
            f"{self.words} words)"
        )


def subjects(papers: Sequence[tuple[LinkInput, frozenset[str], frozenset[str]]], reader: str) -> list[Subject]:
    """The papers as one of the readers sees them; each comes with its labels and the unsure ones."""
    if reader == "strict":
        return [Subject(paper, about, frozenset()) for paper, about, _ in papers]
    if reader == "lenient":
        return [Subject(paper, about | unsure, frozenset()) for paper, about, unsure in papers]
    return [Subject(paper, about, unsure) for paper, about, unsure in papers]


def gain(
    encode: Encode, model: LinkModel, held: Sequence[Subject], *, parts: int, repeats: int, adds: bool = False
) -> Gain:
    """What words on the papers of all parts but one do to the ties of that one.

    Args:
        encode: texts to unit vectors; the papers come with theirs.
        model: weights fitted on other papers.
        held: the papers.
        parts: 2 tells the linker about half of the papers, 5 about four fifths.
        repeats: so many random splits.
        adds: the reader also names the concepts that the linker does not show.
    """
    linker = Linker(encode, model=model)
    shown = linker.link([one.paper for one in held])
    before = np.array([_counts(one, shown[one.paper.pk]) for one in held])
    after, random, words = np.zeros(before.shape), np.random.default_rng(0), 0
    for _ in range(repeats):
        for part in np.array_split(random.permutation(len(held)), parts):
            out = set(part.tolist())
            said = [
                word for n, one in enumerate(held) if n not in out for word in _words(one, shown[one.paper.pk], adds)
            ]
            words += len(said)
            taught = linker.link([held[n].paper for n in part], said)
            for n in part:
                after[n] += _counts(held[n], taught[held[n].paper.pk])
    after /= repeats
    draws = random.integers(0, len(held), (_BOOTSTRAP, len(held)))
    spread = float(np.std([_f1(after[draw]) - _f1(before[draw]) for draw in draws]))
    return Gain(_f1(before), _f1(after), spread, words // (repeats * parts))


def with_vectors(encode: Encode, papers: Sequence[LinkInput]) -> list[LinkInput]:
    """The same papers with their vectors, embedded once."""
    vectors = np.asarray(encode([f"{one.title}. {one.text}" for one in papers]), dtype=np.float32)
    return [replace(one, vector=vector) for one, vector in zip(papers, vectors, strict=True)]


def _words(one: Subject, shown: Sequence[ConceptLink], adds: bool) -> list[Verdict]:
    slugs = {link.slug for link in shown} | (one.concepts if adds else frozenset())
    return [Verdict(one.paper.pk, slug, slug in one.concepts, one.paper) for slug in sorted(slugs - one.silent)]


def _counts(one: Subject, links: Sequence[ConceptLink]) -> tuple[int, int, int]:
    said = {link.slug for link in links}
    return len(said & one.concepts), len(said - one.concepts - one.silent), len(one.concepts - said)


def _f1(counts: Floats) -> float:
    right, wrong, missed = counts.sum(axis=0)
    return float(2 * right / max(2 * right + wrong + missed, 1))
