"""For every feed-forward unit of the model, the sentences of a library that fire it most."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.concepts.labs import packed
from tracker.concepts.labs.library import (
    CHUNK,
    STATE,
    BuildReport,
    LibraryText,
    OnProgress,
    plan,
    read_array,
    read_json,
    read_state,
    spread,
    sweep,
    write_array,
    write_json,
)
from tracker.concepts.labs.model import SENTENCE_PIECES, LabModel
from tracker.concepts.labs.results import Array
from tracker.concepts.labs.weights import Cut
from tracker.errors import IndexUnusable
from tracker.records import Progress

#: Names the format of the files.
KIND = "memories-1"
#: Sentences kept for each unit.
KEPT = 8
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class IndexedSentence:
    """A sentence of the library and the paper it stands in."""

    paper: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class MemoryIndex:
    """The sentences that fire each unit most.

    ``strength`` and ``sentence`` are [layers, inner, KEPT], strongest first:
    the largest activation in the sentence, above 0, and its number in
    ``sentences`` (-1 where fewer sentences fire it).
    """

    strength: Array
    sentence: NDArray[np.int32]
    sentences: dict[int, IndexedSentence]
    papers: int


def sentence_strengths(model: LabModel, text: str) -> Array:
    """The largest activation of every unit anywhere in a sentence, [layers, inner]; the markers do not count."""
    (found,) = _strengths(model, [model.cutter.cut(text)])
    return found


def build_memory_index(
    model: LabModel,
    name: str,
    folder: Path,
    texts: Iterable[LibraryText],
    *,
    split: Callable[[str], Iterable[str]],
    progress: OnProgress | None = None,
    stop: Callable[[], bool] | None = None,
) -> BuildReport:
    """Brings the index up to date with a library; about 75 sentences a second on one processor.

    Args:
        model: the model.
        name: the model's name.
        folder: where the index is kept; it is made.
        texts: the whole library.
        split: cuts an abstract into sentences; the title is a sentence of its own.
        progress: is told after each chunk of papers.
        stop: asked between chunks; True ends the run, what is done is kept.

    Only one process at a time may build; others may read meanwhile.

    Raises:
        DiskFull: nothing more can be written.
    """
    start = time.perf_counter()
    index, known = _resume(model, name, folder)
    sweep(folder, _files(folder, name))
    work = plan(texts, known)
    index = _without(index, work.stale)
    known = {paper: digest for paper, digest in known.items() if paper not in work.stale}
    if work.stale:
        _save(folder, name, index, known)
    done, stopped = 0, False
    todo = spread(work.todo)
    for first in range(0, len(todo), CHUNK):
        stopped = stop is not None and stop()
        if stopped:
            break
        chunk = todo[first : first + CHUNK]
        index = _merged(model, index, chunk, split)
        known |= {text.id: text.hash for text in chunk}
        done += len(chunk)
        _save(folder, name, index, known)
        if progress:
            progress(Progress(stage="feed-forward memories", done=done, total=len(todo)))
    return BuildReport(done, work.kept, len(work.stale), time.perf_counter() - start, not stopped)


def open_memory_index(model: LabModel, name: str, folder: Path) -> MemoryIndex:
    """The index as far as it is built.

    Raises:
        IndexUnusable: there is none yet, or its files are broken or another model's.
    """
    state = read_state(folder, KIND, name)
    strength = np.array(read_array(folder / state["strength"]), dtype=np.float32)
    sentence = np.array(read_array(folder / state["sentence"]), dtype=np.int32)
    if strength.shape != (model.shape.layers, model.shape.inner, KEPT) or sentence.shape != strength.shape:
        raise IndexUnusable(f"The index in {folder} has another shape", cure="it is rebuilt in the background")
    rows = read_json(folder / state["sentences"])
    sentences = {int(number): IndexedSentence(*row) for number, row in rows.items()}
    return MemoryIndex(strength, sentence, sentences, len(state["known"]))


def _resume(model: LabModel, name: str, folder: Path) -> tuple[MemoryIndex, dict[str, str]]:
    try:
        return open_memory_index(model, name, folder), dict(read_state(folder, KIND, name)["known"])
    except IndexUnusable:
        size = (model.shape.layers, model.shape.inner, KEPT)
        empty = np.zeros(size, dtype=np.float32)
        return MemoryIndex(empty, np.full(size, _NOBODY, dtype=np.int32), {}, 0), {}


def _files(folder: Path, name: str) -> tuple[str, ...]:
    try:
        state = read_state(folder, KIND, name)
    except IndexUnusable:
        return ()
    return tuple(str(state[part]) for part in _FILES if part in state)


def _without(index: MemoryIndex, papers: frozenset[str]) -> MemoryIndex:
    """Takes papers out; the places they leave stay empty until other sentences come."""
    gone = [number for number, sentence in index.sentences.items() if sentence.paper in papers]
    if not gone:
        return index
    left = np.isin(index.sentence, gone)
    strength, sentence = np.where(left, 0.0, index.strength), np.where(left, _NOBODY, index.sentence)
    return _trimmed(index, strength.astype(np.float32), sentence.astype(np.int32), index.sentences)


def _merged(
    model: LabModel, index: MemoryIndex, chunk: Iterable[LibraryText], split: Callable[[str], Iterable[str]]
) -> MemoryIndex:
    named = [
        (IndexedSentence(text.id, text.title, sentence), cut)
        for text in chunk
        for parts in [(text.title, *split(text.text))]
        for sentence, cut in zip(parts, model.cutter.cut_all(parts), strict=True)
        if _usable(cut)
    ]
    if not named:
        return index
    rows = [row for row, _ in named]
    first = 1 + max(index.sentences, default=-1)
    new = np.stack(_strengths(model, [cut for _, cut in named]), axis=-1)
    numbers = np.where(new > 0, np.arange(first, first + len(rows), dtype=np.int32), _NOBODY).astype(np.int32)
    strength = np.concatenate([index.strength, np.maximum(new, 0.0)], axis=-1)
    sentence = np.concatenate([index.sentence, numbers], axis=-1)
    order = np.argsort(-strength, axis=-1, kind="stable")[..., :KEPT]
    everything = index.sentences | {first + number: row for number, row in enumerate(rows)}
    return _trimmed(
        index, np.take_along_axis(strength, order, axis=-1), np.take_along_axis(sentence, order, axis=-1), everything
    )


def _usable(cut: Cut) -> bool:
    return bool(cut.content) and not cut.truncated and len(cut.ids) <= SENTENCE_PIECES


def _strengths(model: LabModel, cuts: Sequence[Cut]) -> list[Array]:
    """The largest activation of every unit in each sentence, [layers, inner]; several sentences are read at once."""
    found: list[Array] = []
    for batch in packed.batches(cuts):
        some = [cuts[number] for number in batch]
        # Rows of the pieces that are text: the markers do not count.
        rows = [
            [rows.start + place for place in cut.content] for cut, rows in zip(some, packed.places(some), strict=True)
        ]
        best = [np.empty((model.shape.layers, model.shape.inner), dtype=np.float32) for _ in some]
        for layer, block in enumerate(packed.layers(model.weights, some)):
            for mine, own in zip(best, rows, strict=True):
                mine[layer] = block.inner[own].max(axis=0)
        found += best
    return found


def _trimmed(
    index: MemoryIndex, strength: Array, sentence: NDArray[np.int32], sentences: dict[int, IndexedSentence]
) -> MemoryIndex:
    order = np.argsort(-strength, axis=-1, kind="stable")
    strength = np.take_along_axis(strength, order, axis=-1)
    sentence = np.take_along_axis(sentence, order, axis=-1)
    named = {int(number): sentences[int(number)] for number in np.unique(sentence) if number != _NOBODY}
    return replace(index, strength=strength, sentence=sentence, sentences=named)


def _save(folder: Path, name: str, index: MemoryIndex, known: dict[str, str]) -> None:
    """New files first, then the state that names them, then the old files go: a reader always finds a whole index."""
    try:
        old: dict[str, Any] = read_state(folder, KIND, name)
    except IndexUnusable:
        old = {}
    number = int(old.get("number", 0)) + 1
    files = {part: f"{part}-{number}.{'json' if part == 'sentences' else 'npy'}" for part in _FILES}
    write_array(folder / files["strength"], index.strength)
    write_array(folder / files["sentence"], index.sentence)
    rows = {number: [s.paper, s.title, s.text] for number, s in index.sentences.items()}
    write_json(folder / files["sentences"], rows)
    write_json(folder / STATE, {"kind": KIND, "model": name, "number": number, "known": known, **files})
    for part in _FILES:
        if part in old:
            (folder / str(old[part])).unlink(missing_ok=True)


_FILES = ("strength", "sentence", "sentences")
