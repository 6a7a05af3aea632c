"""The small model over the features: one weight a feature, the same for every concept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from tracker.concepts.linking.features import FEATURES
from tracker.errors import ModelError


@dataclass(frozen=True, slots=True)
class LinkModel:
    """Logistic regression: log-odds = intercept + features · weights.

    ``threshold`` is the probability from which a tie counts.  ``centre`` and
    ``spread`` are those of each feature over pairs that are likely ties; a
    reader's verdicts shift the weights in these units.
    """

    weights: tuple[float, ...]
    intercept: float
    threshold: float
    centre: tuple[float, ...] = (0.0,) * len(FEATURES)
    spread: tuple[float, ...] = (1.0,) * len(FEATURES)

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds for features of shape (..., len(FEATURES))."""
        result: NDArray[np.float64] = features @ np.asarray(self.weights) + self.intercept
        return result

    def standardised(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Features in units of their spread over likely ties, around their mean there; the shape stays."""
        result: NDArray[np.float64] = (features - np.asarray(self.centre)) / np.asarray(self.spread)
        return result


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function."""
    return 1.0 / (1.0 + np.exp(-log_odds))


def default_model() -> LinkModel:
    """The fitted weights that ship with the tracker; ``python -m benchmarks.concepts --fit`` makes the file.

    Raises:
        ModelError: the file does not fit the features of this version.
    """
    raw = json.loads(files("tracker.concepts.linking").joinpath("weights.json").read_text(encoding="utf-8"))
    if tuple(raw["weights"]) != FEATURES or tuple(raw["usual"]) != FEATURES:
        raise ModelError("The weights of the concept linker belong to another version", cure="reinstall the tracker")
    centre, spread = zip(*raw["usual"].values(), strict=True)
    return LinkModel(
        tuple(raw["weights"].values()), float(raw["intercept"]), float(raw["threshold"]), tuple(centre), tuple(spread)
    )
