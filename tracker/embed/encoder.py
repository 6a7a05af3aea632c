"""What an encoder promises, and how texts are put into batches.

Every encoder gives vectors of length 1, so that a dot product is a cosine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from tracker.records import Progress

Floats: TypeAlias = npt.NDArray[np.float32]
OnProgress: TypeAlias = Callable[[Progress], None]

#: Padded tokens that go through the model at once: four long texts.  What they need stays in the processor's cache;
#: batches of 8,192 tokens were a fifth slower.
BATCH_TOKENS = 1024
#: The same for a GPU, which has to be given more to do at once.
GPU_TOKENS = 16_384
BATCH_TEXTS = 64


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the model sees it.

    Attributes:
        vector: ``[d]`` float32 of length 1, the text as a whole.
        tokens: ``[t, h]`` float32, each row of length 1: the last hidden states of the pieces,
            without the markers at both ends.
        pieces: the ``t`` pieces of words, as the tokenizer spells them.
        spans: for each piece, where it stands in the text: start and end in characters.
        words: for each piece, the number of the word that it belongs to.
    """

    vector: Floats
    tokens: Floats
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    words: tuple[int, ...]


@runtime_checkable
class Encoder(Protocol):
    """A model that turns text into vectors.

    ``model`` names it together with a hash of its weights: vectors are kept
    under this name.  ``max_tokens`` is the window; what lies beyond is cut.
    """

    @property
    def model(self) -> str:
        """Name and hash of the weights."""

    @property
    def dims(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Tokens that a text may have before it is cut."""

    def encode(self, texts: Sequence[str], progress: OnProgress | None = None) -> Floats:
        """Documents to ``[n, d]`` float32, in the order given."""

    def encode_query(self, text: str) -> Floats:
        """A query to ``[d]`` float32."""

    def analyse(self, text: str) -> Encoded:
        """A query with its token vectors, in one pass."""

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[int, Encoded]]:
        """Documents with their token vectors, each with its place in ``texts``; batches by length, so out of order."""


def longest_first(lengths: Sequence[int]) -> list[int]:
    """Places of texts, the longest first: the first needs most memory, and the last to end is short."""
    return sorted(range(len(lengths)), key=lambda place: (-lengths[place], place))


def batches(lengths: Sequence[int], *, tokens: int = BATCH_TOKENS, texts: int = BATCH_TEXTS) -> Iterator[list[int]]:
    """Places of texts of like length, longest first, so that padding is little and the first batch needs most memory.

    Args:
        lengths: tokens in each text.
        tokens: padded tokens that a batch may hold; a longer text goes alone.
        texts: texts that a batch may hold.
    """
    order = longest_first(lengths)
    start = 0
    while start < len(order):
        size = max(1, min(texts, tokens // max(1, lengths[order[start]])))
        yield order[start : start + size]
        start += size


class Pace:
    """Counts what is done and says how fast it goes and how long the rest takes."""

    def __init__(
        self, stage: str, total: int, progress: OnProgress | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stage, self._total, self._progress, self._clock = stage, total, progress, clock
        self._started = clock()
        self.done = 0

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return self._clock() - self._started

    def advance(self, count: int) -> None:
        """Counts ``count`` more as done and tells the listener."""
        self.done += count
        if self._progress is None:
            return
        rate = self.done / max(self.seconds, 1e-9)
        left = max(self._total - self.done, 0) / max(rate, 1e-9)
        self._progress(
            Progress(
                stage=self._stage, done=self.done, total=self._total, message=f"{rate:.0f}/s, {duration(left)} left"
            )
        )


def duration(seconds: float) -> str:
    """``75`` as ``1 min 15 s``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
