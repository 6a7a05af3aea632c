"""What a person's yes and no teach the linker: two bounded corrections, each of which can be said in a sentence.

- The *view* of the reader: what a tie must show to count.  The weights of the
  features, the general level and each concept's bar are estimated anew from
  the answers, with a Gaussian prior around the weights that ship (maximum a
  posteriori logistic regression).  The weights belong to all concepts, so a
  habit of the model that was rejected at one is mended at all.
- The *company* of a paper: what the view leaves unexplained is passed on to
  papers that are much alike, within one concept (Gaussian-process
  classification, Laplace's approximation: Rasmussen and Williams, 2006, 3.4).

Only answers to ties that the model shows by itself teach a view.  A yes to
one that it does not show was given because the model was wrong; nobody says
the many noes around it, so a view learned from it would be too kind.  It
teaches company alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Variances of the prior, in log-odds squared: the general level, a concept's bar, all features together, company.
_LEVEL, _BAR, _FEATURES, _COMPANY = 0.1, 0.2, 1.0, 3.0
#: No tie moves by more than this, in log-odds: by the view, and by company.
_VIEW_LIMIT, _COMPANY_LIMIT = 2.0, 1.5
#: Likeness is the cosine to this power: 0.9 counts 0.73, 0.6 counts 0.22; odd, so that it stays a kernel.
_POWER = 3
_STEPS, _ENOUGH = 50, 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One verdict with what the model had seen and said.

    ``column`` is the concept's place among the linker's, ``features`` are
    standardised (shape (features,)), ``vector`` is the paper's unit vector;
    ``shown`` tells that the model ties the pair by itself.
    """

    column: int
    accepted: bool
    log_odds: float
    shown: bool
    features: Floats
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What all verdicts together teach."""

    level: float
    weights: Floats
    bars: dict[int, float]
    company: dict[int, tuple[NDArray[np.float32], Floats]] = field(default_factory=dict)

    def shift(self, features: Floats, vectors: NDArray[np.float32]) -> Floats:
        """By how much log-odds of every pair move, shape (papers, concepts).

        Args:
            features: standardised, shape (papers, concepts, features).
            vectors: unit vectors of the papers, shape (papers, dimensions).
        """
        moved = self._view(features)
        for column, (known, pull) in self.company.items():
            drawn = _likeness(vectors, known) @ pull
            moved[:, column] += np.clip(drawn, -_COMPANY_LIMIT, _COMPANY_LIMIT)
        return moved

    def _view(self, features: Floats) -> Floats:
        moved: Floats = features @ self.weights + self.level
        for column, bar in self.bars.items():
            moved[:, column] += bar
        return np.clip(moved, -_VIEW_LIMIT, _VIEW_LIMIT)


def learn(lessons: Sequence[Lesson]) -> Taught | None:
    """What the verdicts teach; None where there are none."""
    if not lessons:
        return None
    taught = _learn_view([lesson for lesson in lessons if lesson.shown], len(lessons[0].features))
    for column in sorted({lesson.column for lesson in lessons}):
        mine = [lesson for lesson in lessons if lesson.column == column]
        taught.company[column] = _learn_company(mine, taught)
    return taught


def _learn_view(lessons: Sequence[Lesson], features: int) -> Taught:
    columns = sorted({lesson.column for lesson in lessons})
    if not lessons:
        return Taught(0.0, np.zeros(features), {})
    scale = np.sqrt(_FEATURES / features)
    own = np.array([[float(lesson.column == column) for column in columns] for lesson in lessons])
    seen = np.stack([lesson.features for lesson in lessons])
    design = np.hstack([np.full((len(lessons), 1), np.sqrt(_LEVEL)), seen * scale, own * np.sqrt(_BAR)])
    found = _estimate(design, _said(lessons), _answers(lessons))
    bars = {column: float(bar * np.sqrt(_BAR)) for column, bar in zip(columns, found[1 + features :], strict=True)}
    return Taught(float(found[0] * np.sqrt(_LEVEL)), found[1 : 1 + features] * scale, bars)


def _learn_company(lessons: Sequence[Lesson], view: Taught) -> tuple[NDArray[np.float32], Floats]:
    """Vectors of the papers with a verdict on one concept, and how each of them pulls at papers like it."""
    vectors = np.stack([lesson.vector for lesson in lessons])
    bar = view.level + view.bars.get(lessons[0].column, 0.0)
    moved = np.stack([lesson.features for lesson in lessons]) @ view.weights + bar
    base: Floats = _said(lessons) + np.clip(moved, -_VIEW_LIMIT, _VIEW_LIMIT)
    # A little on the diagonal: the same text twice would make the matrix singular.
    kernel = _likeness(vectors, vectors) + 1e-4 * np.eye(len(vectors))
    root = np.asarray(np.linalg.cholesky(kernel), dtype=np.float64)
    answers = _answers(lessons)
    pull: Floats = answers - _chance(base + root @ _estimate(root, base, answers))
    return vectors, pull


def _likeness(vectors: NDArray[np.float32], known: NDArray[np.float32]) -> Floats:
    cosines = vectors.astype(np.float64) @ known.astype(np.float64).T
    return np.asarray(_COMPANY * cosines**_POWER)


def _estimate(design: Floats, base: Floats, answers: Floats) -> Floats:
    """Coefficients of a logistic regression with prior N(0, 1) on top of ``base``, by Newton's method."""

    def cost(coefficients: Floats) -> float:
        odds = base + design @ coefficients
        return float(np.sum(np.logaddexp(0.0, odds) - answers * odds) + coefficients @ coefficients / 2)

    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chances = _chance(base + design @ found)
        slope = design.T @ (chances - answers) + found
        bend = (design * (chances * (1 - chances))[:, None]).T @ design + np.eye(len(found))
        step, before = np.linalg.solve(bend, slope), cost(found)
        # The cost is convex, but a full step may overshoot where answers were far from certain.
        while cost(found - step) > before and np.abs(step).max() > _ENOUGH:
            step = step / 2
        found = found - step
        if np.abs(step).max() < _ENOUGH:
            break
    return found


def _said(lessons: Sequence[Lesson]) -> Floats:
    return np.array([lesson.log_odds for lesson in lessons])


def _answers(lessons: Sequence[Lesson]) -> Floats:
    return np.array([float(lesson.accepted) for lesson in lessons])


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0))))
