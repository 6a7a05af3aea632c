"""What a person's yes and no teach the linker: two small bounded corrections, each of which can be said in a sentence.

- The *bar* of a concept: where people say yes more often than the model
  expected, its ties get easier, and the other way round.  One Newton step of
  a logistic intercept with a Gaussian prior, so a few verdicts move little.
- The *company* of a paper: a paper much like a confirmed one gains, one much
  like a rejected one loses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Weight of the prior, in verdicts of the most informative kind (p = 0.5 counts a quarter).
_PRIOR = 1.5
#: No concept's bar moves by more than this, in log-odds; the same holds for company.
_LIMIT = 1.5
#: Cosine from which two papers count as alike, and what one unit above it is worth.
_ALIKE, _SLOPE = 0.55, 6.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """One verdict with what the model had said (log-odds) and the paper's vector."""

    slug: str
    accepted: bool
    log_odds: float
    vector: NDArray[np.float32]


def bars(lessons: Sequence[Lesson]) -> Mapping[str, float]:
    """The shift of log-odds of each concept that has verdicts, within ±1.5."""
    push: dict[str, float] = {}
    mass: dict[str, float] = {}
    for lesson in lessons:
        p = float(1 / (1 + np.exp(-lesson.log_odds)))
        push[lesson.slug] = push.get(lesson.slug, 0.0) + lesson.accepted - p
        mass[lesson.slug] = mass.get(lesson.slug, _PRIOR) + p * (1 - p)
    return {slug: float(np.clip(push[slug] / mass[slug], -_LIMIT, _LIMIT)) for slug in push}


def company(lessons: Sequence[Lesson], vectors: NDArray[np.float32]) -> Mapping[str, NDArray[np.float64]]:
    """By concept, the shift of log-odds of each paper for being like confirmed or rejected ones, within ±1.5.

    Args:
        lessons: all verdicts.
        vectors: unit vectors of the papers, shape (papers, dimensions).
    """
    shifts: dict[str, NDArray[np.float64]] = {}
    for slug in {lesson.slug for lesson in lessons}:
        shift = np.zeros(len(vectors))
        for accepted in (True, False):
            known = [lesson.vector for lesson in lessons if lesson.slug == slug and lesson.accepted is accepted]
            if known:
                nearest = (vectors @ np.stack(known).T).max(axis=1)
                shift += (1.0 if accepted else -1.0) * _SLOPE * np.maximum(nearest - _ALIKE, 0.0)
        shifts[slug] = np.clip(shift, -_LIMIT, _LIMIT)
    return shifts
