"""The encoder that search and embedding use: the exported graph in onnxruntime.

Imports numpy, onnxruntime and tokenizers only: 0.2 s from nothing to the
first vector, where the reference takes ten.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tracker.embed.encoder import Encoded, Encoder, Floats, OnProgress, Pace, longest_first
from tracker.embed.pieces import Pieces, Tokenizer
from tracker.errors import ModelError

_CURE = "delete the folder and run: tracker embed"


def default_threads() -> int:
    """Processors that this process may use, at most four: beyond that a small model gains nothing."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, available))


class OnnxEncoder(Encoder):
    """An exported model.  Safe to use from several threads.

    A text goes through the model alone, several at once on as many processors.  The 8-bit graph scales numbers by
    the largest of a pass: in company a text would get other vectors each time, alone it gets the same ones always.
    It is quicker, too.
    """

    def __init__(self, folder: Path, card: Any, *, threads: int | None = None, quantised: bool = False) -> None:
        """Opens an export folder.

        Args:
            folder: holds the graph and the tokenizer.
            card: its ``exporting.Card``.
            threads: documents that go through the model at once, each on a processor of its own.
            quantised: texts go through the 8-bit graph, unless this machine computes it badly (the card says so).

        Raises:
            ModelError: a file is missing or damaged.
        """
        from tracker.embed.exporting import GRAPH, QUANTISED, TOKENIZER

        self._card = card
        self._threads = threads or default_threads()
        self._tokenizer = Tokenizer(folder / TOKENIZER, max_tokens=card.max_tokens)
        self._session = self._open(folder / (QUANTISED if quantised and card.quantised else GRAPH))

    @property
    def model(self) -> str:
        """Name and hash."""
        return str(self._card.model)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self._card.dims)

    @property
    def max_tokens(self) -> int:
        """Tokens that a text may have before it is cut."""
        return int(self._card.max_tokens)

    def encode(self, texts: Sequence[str], progress: OnProgress | None = None) -> Floats:
        """Documents to ``[n, d]`` float32."""
        found = np.zeros((len(texts), self.dims), dtype=np.float32)
        pace = Pace("embed", len(texts), progress)
        for place, _, vector, _ in self._documents(texts):
            found[place] = vector
            pace.advance(1)
        return found

    def encode_query(self, text: str) -> Floats:
        """A query to ``[d]`` float32."""
        return self.analyse(text).vector

    def analyse(self, text: str) -> Encoded:
        """A query with its token vectors, in one pass."""
        lead = self._card.query_prompt
        [pieces] = self._tokenizer.cut([lead + text])
        return _without(pieces, len(lead)).encoded(*self._run(pieces))

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[int, Encoded]]:
        """Documents with their token vectors, longest first."""
        lead = len(self._card.document_prompt)
        for place, pieces, vector, states in self._documents(texts):
            yield place, _without(pieces, lead).encoded(vector, states)

    def _documents(self, texts: Sequence[str]) -> Iterator[tuple[int, Pieces, Floats, Floats]]:
        """Each text's place, pieces, vector and token states; few results wait at a time, so that memory is flat."""
        lead = self._card.document_prompt
        cut = self._tokenizer.cut([lead + text for text in texts])
        order = iter(longest_first([len(pieces) for pieces in cut]))
        with ThreadPoolExecutor(self._threads, thread_name_prefix="embed") as pool:
            waiting: deque[tuple[int, Future[tuple[Floats, Floats]]]] = deque()
            try:
                while True:
                    ahead = islice(order, 2 * self._threads - len(waiting))
                    waiting += [(place, pool.submit(self._run, cut[place])) for place in ahead]
                    if not waiting:
                        return
                    place, found = waiting.popleft()
                    yield place, cut[place], *found.result()
            finally:
                for _, found in waiting:
                    found.cancel()

    def _run(self, pieces: Pieces) -> tuple[Floats, Floats]:
        ids = np.array([pieces.ids], dtype=np.int64)
        vectors, states = self._session.run(
            ("text_vector", "token_vectors"), {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )
        return vectors[0], states[0]

    def _open(self, graph: Path) -> Any:
        # What a person reads and asks is nobody else's business: without this onnxruntime keeps a diary and sends it.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime
        from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # A thread that spins between queries takes the processor from the scan that follows.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except (*_load_faults(), RuntimeException) as error:
            raise ModelError(f"the exported model {graph} cannot be used: {error}", cure=_CURE) from error


def _load_faults() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return (state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NoSuchFile)


def _without(pieces: Pieces, lead: int) -> Pieces:
    """The pieces with those of the prompt marked as no part of the text."""
    if not lead:
        return pieces
    return Pieces(
        ids=pieces.ids,
        names=pieces.names,
        spans=tuple((start - lead, end - lead) for start, end in pieces.spans),
        words=pieces.words,
        special=tuple(
            special or start < lead for special, (start, _) in zip(pieces.special, pieces.spans, strict=True)
        ),
    )
