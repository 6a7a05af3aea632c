"""The vectors of a library after every layer of the model, kept in parts on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tracker.concepts.labs import packed
from tracker.concepts.labs.forward import WHOLE, Ablation, pooled, unit
from tracker.concepts.labs.library import (
    CHUNK,
    STATE,
    BuildReport,
    LibraryText,
    OnProgress,
    plan,
    read_array,
    read_state,
    spread,
    sweep,
    write_array,
    write_json,
)
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.results import Array
from tracker.errors import IndexUnusable
from tracker.records import Progress

#: Names the format of the files.
KIND = "layers-1"
CENTRE = "centre.npy"
#: The mean title is taken over so many titles.
_CENTRE_TITLES = 200


@dataclass(frozen=True, slots=True, eq=False)
class LayerIndex:
    """Papers' vectors of length 1 after each layer.

    ``vectors`` is [layers + 1, papers, hidden], float32.  Before the last layer
    all texts of one kind share a large part (their markers, their length), so
    papers are taken relative to the mean paper there, and short questions
    relative to the mean title (``centre``, [layers, hidden]).  The last layer
    is left as the search uses it.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    vectors: Array
    centre: Array

    def scores(self, question: Array, layer: int) -> Array:
        """Cosines of a question ([layers + 1, hidden], as from :func:`layer_vectors`) with the papers, [papers]."""
        mine = question[layer]
        if layer < len(self.centre):
            mine = unit(mine - self.centre[layer])
        return np.asarray(self.vectors[layer] @ mine, dtype=np.float32)


def ablation_key(ablation: Ablation) -> str:
    """A name for what is switched off, fit for a folder: ``whole``, ``no-positions``, ``no-heads-0.3`` ..."""
    parts = ["no-positions"] if ablation.positions else []
    if ablation.heads:
        parts.append("no-heads-" + "-".join(f"{layer}.{head}" for layer, head in sorted(ablation.heads)))
    if ablation.feed_forward:
        parts.append("no-feed-forward-" + "-".join(map(str, sorted(ablation.feed_forward))))
    if ablation.attention:
        parts.append("no-attention-" + "-".join(map(str, sorted(ablation.attention))))
    return "_".join(parts) or "whole"


def layer_vectors(model: LabModel, text: str, ablation: Ablation = WHOLE) -> Array:
    """A text's vector after each layer, [layers + 1, hidden], each of length 1: the mean over its pieces."""
    (found,) = vectors_of(model, [text], ablation)
    return found


def vectors_of(model: LabModel, texts: Sequence[str], ablation: Ablation = WHOLE) -> list[Array]:
    """The same for several texts, which are read together: about twice as fast as one by one."""
    cuts = model.cutter.cut_all(texts)
    found: list[Array] = []
    for batch in packed.batches(cuts):
        some = [cuts[number] for number in batch]
        states = [packed.entering(model.weights, some, ablation)]
        states += [block.leaving for block in packed.layers(model.weights, some, ablation)]
        found += [np.stack([pooled(state[rows]) for state in states]) for rows in packed.places(some)]
    return found


def build_layer_index(
    model: LabModel,
    name: str,
    folder: Path,
    texts: Iterable[LibraryText],
    *,
    ablation: Ablation = WHOLE,
    progress: OnProgress | None = None,
    stop: Callable[[], bool] | None = None,
) -> BuildReport:
    """Brings the index of a library up to date: new and changed papers are done, papers that went are dropped.

    Args:
        model: the model.
        name: the model's name, under which the vectors are kept.
        folder: where; it is made.
        texts: the whole library.
        ablation: what of the model is switched off; the index has a folder for each.
        progress: is told after each chunk.
        stop: asked between chunks; True ends the run, what is done is kept.

    Only one process at a time may build; others may read meanwhile.

    Raises:
        DiskFull: nothing more can be written.
    """
    start = time.perf_counter()
    where = folder / ablation_key(ablation)
    parts = _parts(where, name)
    sweep(where, [CENTRE, *(part["file"] for part in parts)])
    # Rows that are gone keep their place in the file until parts are put together.
    known = {row["id"]: row["hash"] for part in parts for row in part["rows"] if not row.get("gone")}
    held = list(texts)
    work = plan(held, known)
    if work.todo and not (where / CENTRE).exists():
        _write_centre(model, where, [text.title for text in held], ablation)
    for part in parts:
        part["rows"] = [row | ({"gone": True} if row["id"] in work.stale else {}) for row in part["rows"]]
    done, stopped = 0, False
    todo = spread(work.todo)
    for first in range(0, len(todo), CHUNK):
        stopped = stop is not None and stop()
        if stopped:
            break
        chunk = todo[first : first + CHUNK]
        parts.append(_write_part(where, parts, chunk, vectors_of(model, [text.whole for text in chunk], ablation)))
        done += len(chunk)
        _write_state(where, name, parts)
        if progress:
            progress(Progress(stage="layer vectors", done=done, total=len(todo)))
    if not stopped and parts and (done or work.stale or not (where / CENTRE).exists()):
        rows = _compact(where, name, parts)
        _write_centre(model, where, [row["title"] for row in rows], ablation)
    return BuildReport(done, work.kept, len(work.stale), time.perf_counter() - start, not stopped)


def open_layer_index(model: LabModel, name: str, folder: Path, ablation: Ablation = WHOLE) -> LayerIndex:
    """The index as far as it is built; it says itself which papers it holds.

    Raises:
        IndexUnusable: there is none yet, or its files are broken or another model's.
    """
    where = folder / ablation_key(ablation)
    state = read_state(where, KIND, name)
    ids, titles, blocks = [], [], []
    for part in state["parts"]:
        keep = [number for number, row in enumerate(part["rows"]) if not row.get("gone")]
        array = read_array(where / part["file"])
        if array.shape != (len(part["rows"]), model.shape.layers + 1, model.shape.hidden):
            raise IndexUnusable(f"The index file {where / part['file']} has another shape", cure="it is rebuilt")
        ids += [part["rows"][number]["id"] for number in keep]
        titles += [part["rows"][number]["title"] for number in keep]
        blocks.append(np.asarray(array[keep], dtype=np.float32))
    empty = np.zeros((0, model.shape.layers + 1, model.shape.hidden), dtype=np.float32)
    vectors = np.ascontiguousarray(np.concatenate([empty, *blocks]).transpose(1, 0, 2))
    centre = np.asarray(read_array(where / CENTRE), dtype=np.float32)[:-1]
    if len(ids):
        vectors[:-1] = unit(vectors[:-1] - vectors[:-1].mean(axis=1, keepdims=True))
    return LayerIndex(tuple(ids), tuple(titles), vectors, centre)


def _parts(where: Path, name: str) -> list[dict[str, Any]]:
    try:
        parts: list[dict[str, Any]] = read_state(where, KIND, name)["parts"]
        for part in parts:
            read_array(where / part["file"])
    except IndexUnusable:
        return []  # a missing or broken index is made anew
    return parts


def _write_centre(model: LabModel, where: Path, titles: Sequence[str], ablation: Ablation) -> None:
    """The mean over some titles, spread over all; without a title there is nothing to write."""
    some = titles[:: max(1, len(titles) // _CENTRE_TITLES)]
    if some:
        write_array(where / CENTRE, np.mean(vectors_of(model, some, ablation), axis=0))


def _write_part(
    where: Path, parts: Sequence[dict[str, Any]], chunk: Sequence[LibraryText], vectors: Sequence[Array]
) -> dict[str, Any]:
    number = 1 + max((int(part["file"][5:-4]) for part in parts), default=0)
    file = f"part-{number}.npy"
    write_array(where / file, np.stack(vectors).astype(np.float16))
    return {"file": file, "rows": [{"id": t.id, "hash": t.hash, "title": t.title} for t in chunk]}


def _write_state(where: Path, name: str, parts: Sequence[dict[str, Any]]) -> None:
    write_json(where / STATE, {"kind": KIND, "model": name, "parts": list(parts)})


def _compact(where: Path, name: str, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One part out of many, without the rows that are gone; the old files go when nothing names them."""
    rows, blocks = [], []
    for part in parts:
        keep = [number for number, row in enumerate(part["rows"]) if not row.get("gone")]
        rows += [part["rows"][number] for number in keep]
        blocks.append(np.asarray(read_array(where / part["file"])[keep]))
    number = 1 + max(int(part["file"][5:-4]) for part in parts)
    file = f"part-{number}.npy"
    write_array(where / file, np.concatenate(blocks))
    _write_state(where, name, [{"file": file, "rows": rows}])
    for part in parts:
        (where / part["file"]).unlink(missing_ok=True)
    return rows
