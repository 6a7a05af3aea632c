"""What the model looks at for a pair of paper and concept.

Words found in the title and the abstract (by group of the lexicon), how much
of the abstract speaks of the concept and where, how the concept stands
against the paper's other concepts, and how near the vectors are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracker.concepts.linking.lexicon import GROUPS, Found, Lexicon
from tracker.concepts.linking.matching import sentences

FEATURES: tuple[str, ...] = (
    "title_names",
    "title_core",
    "title_hint",
    "title_more",
    "abstract_names",
    "abstract_core",
    "abstract_hint",
    "coverage",
    "claim",
    "opening",
    "relative",
    "lead",
    "cosine_z",
    "cosine_gap",
    "cosine",
    "bare_names",
    "bare_core",
    "bare_hint",
    "bare",
)

#: A sentence in which the authors say what they do: it tells what a paper is about better than the sentences around it.
_CLAIM = re.compile(
    r"^(we|in this (paper|article|study|work)|this (paper|survey|article|work|book|document|report))\b"
    r"|\b(we|our|this (paper|work|article|study|survey|report)|in this|here)\b.{0,60}\b(propos|introduc|present|stud|"
    r"investigat|develop|describ|survey|review|show|demonstrat|explor|analy|release|build|train|construct|evaluat|"
    r"examin|address|provide|formulat|design|find|observe|improv|extend|use)",
    re.IGNORECASE,
)
#: The first so many features are of words.
_WORDS = FEATURES.index("relative")
_WEIGHT = {"names": 3.0, "core": 2.0, "hint": 0.5}


@dataclass(slots=True)
class _Tally:
    """What the words of a paper say for one concept."""

    title: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GROUPS, 0))
    abstract: dict[str, set[str]] = field(default_factory=lambda: {group: set() for group in GROUPS})
    sentences: set[int] = field(default_factory=set)
    claim: bool = False

    def add(self, found: Found, claims: Sequence[bool]) -> None:
        if found.sentence == 0:
            self.title[found.group] += 1
            return
        self.abstract[found.group].add(found.phrase)
        if found.group != "hint":
            self.sentences.add(found.sentence)
            self.claim = self.claim or claims[found.sentence]

    def row(self, sentence_count: int) -> tuple[list[float], float]:
        """The word features, and their plain sum by which the concepts of one paper are compared."""
        names, core, hint = (float(self.title[group] > 0) for group in GROUPS)
        more = float(min(sum(self.title.values()) - (names + core + hint), 2))
        depth = [math.log1p(len(self.abstract[group])) for group in GROUPS]
        coverage = len(self.sentences) / max(sentence_count, 4)
        row = [names, core, hint, more, *depth, coverage, float(self.claim), float(1 in self.sentences)]
        total = 3 * names + 2.5 * core * (1 - 0.6 * names) + 0.8 * hint + depth[0] + 0.8 * depth[1] + 0.2 * depth[2]
        return row, total + 2 * coverage


@dataclass(frozen=True, slots=True)
class Reading:
    """One paper as the linker reads it: its sentences (the title first) and the phrases found in them."""

    sentences: tuple[str, ...]
    claims: tuple[bool, ...]
    found: tuple[Found, ...]

    def evidence(self, slug: str) -> str:
        """The sentence that speaks most clearly for a concept; the title where no sentence does."""
        points = [0.0] * len(self.sentences)
        for found in self.found:
            if found.slug == slug:
                points[found.sentence] += _WEIGHT[found.group]
        best, best_points = 0, points[0]
        for number in range(1, len(points)):
            value = points[number] * (1.4 if self.claims[number] else 1.0)
            # An abstract's sentence says more than a title that holds the same words.
            if points[number] >= 2 and value * 1.5 > best_points:
                best, best_points = number, value * 1.5
        return self.sentences[best]


def read(lexicon: Lexicon, title: str, text: str) -> Reading:
    """A paper's title and abstract, with the phrases of the lexicon found in them."""
    parts = (" ".join(title.split()), *sentences(text))
    return Reading(parts, tuple(bool(_CLAIM.search(part)) for part in parts), tuple(lexicon.find(parts)))


def pair_features(reading: Reading, slugs: Sequence[str], nearness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Features of one paper with every concept, shape (concepts, len(FEATURES)).

    Args:
        reading: the paper.
        slugs: the concepts.
        nearness: cosine to the nearest prototype of each, shape (concepts,).
    """
    place = {slug: number for number, slug in enumerate(slugs)}
    tallies: dict[str, _Tally] = {}
    for found in reading.found:
        if found.slug in place:
            tallies.setdefault(found.slug, _Tally()).add(found, reading.claims)
    count = max(len(reading.sentences) - 1, 1)
    # Of most concepts a paper says no word: their rows stay 0.
    words, total = np.zeros((len(slugs), _WORDS)), np.zeros(len(slugs))
    for slug, tally in tallies.items():
        words[place[slug]], total[place[slug]] = tally.row(count)
    ordered = np.sort(total)
    top, second = ordered[-1], ordered[-2] if len(ordered) > 1 else 0.0
    lead = np.where(total == top, total - second, total - top)
    spread = nearness.std() or 1.0
    bare = float(len(reading.sentences) == 1)
    return np.column_stack(
        [
            words,
            total / max(top, 1.5),
            lead,
            (nearness - nearness.mean()) / spread,
            nearness - nearness.max(),
            nearness,
            bare * words[:, :3],
            np.full(len(slugs), bare),
        ]
    )
