"""What all lab results have in common: they turn into JSON, and they name the papers behind what they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

#: Numbers in JSON are rounded to so many digits after the point.
JSON_DIGITS = 5


@dataclass(frozen=True, slots=True)
class LabPaper:
    """A paper behind a lab: its arXiv id, its title, and what of it the lab shows."""

    arxiv: str
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """How well something finds known papers: ``questions`` whose right paper is known, among ``papers``.

    ``at_1`` and ``at_10`` are the shares of questions whose paper comes first
    or in the first ten, ``mrr_10`` the mean of 1/rank within ten, ``kept`` the
    mean share of the first ten that the undamaged model (or last layer) finds too.
    """

    name: str
    questions: int
    papers: int
    at_1: float
    at_10: float
    mrr_10: float
    kept: float


@dataclass(frozen=True, slots=True)
class LabResult:
    """Base of all lab results."""

    def to_json(self) -> dict[str, Any]:
        """The result as plain values that :func:`json.dumps` takes, arrays as nested lists."""
        value = plain(self)
        if not isinstance(value, dict):
            raise TypeError(f"{type(self).__name__} is no record")
        return value


def plain(value: Any) -> Any:
    """Records, arrays and numbers of numpy as dicts, lists and numbers; floats are rounded."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return round(value, JSON_DIGITS)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
