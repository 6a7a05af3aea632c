"""How well layers and damaged models find the library's own papers: counted once, kept beside the labs' indexes.

A count is taken over questions drawn from the library (the last sentence of
an abstract asks for its paper).  It costs seconds, so a lab only reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import IndexUnusable
from tracker.records import Progress

if TYPE_CHECKING:
    from tracker.concepts.labs import Ablation, LabModel, LayerIndex, LibraryText, Recall

_KIND = "recall-1"
_BY_LAYER = "by-layer"
#: Counted anew when the library has grown or shrunk by such a share since.
_STALE = 0.1
Questions = Sequence[tuple[str, str]]


class RecallBook:
    """The counts of one library.

    Args:
        folder: where they are kept.
        name: the model's name.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def by_layer(self) -> tuple[Recall, ...]:
        """How well each layer finds known papers; ``()`` where nobody counted."""
        return self._read(_BY_LAYER)

    def best(self, off: Ablation) -> tuple[Recall, ...]:
        """The whole and the damaged model, both sides damaged where that was counted; ``()`` where nobody counted."""
        return self._read(_named(off, True)) or self._read(_named(off, False))

    def fill(
        self,
        model: LabModel,
        index: LayerIndex,
        texts: Iterable[LibraryText],
        split: Callable[[str], Sequence[str]],
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> bool:
        """Count what is missing or stale: each layer, and the usual damages with only the questions read by them.

        Returns:
            Whether all is counted now; False when ``stop`` said so between two counts.

        Raises:
            DiskFull: nothing more can be written.
        """
        from tracker.concepts.labs import recall_by_layer
        from tracker.concepts.labs.recall import ablations, each_recall, questions_from

        usual = {_named(off, False): off for off in ablations(model.shape.layers)}
        missing = [name for name in (_BY_LAYER, *usual) if not self._fresh(name, len(index.ids))]
        if not missing:
            return True
        known = _within(index, questions_from(texts, split))
        if not known:
            return True  # a library without abstracts asks nothing
        if stop is not None and stop():
            return False
        if _BY_LAYER in missing:
            self._write(_BY_LAYER, recall_by_layer(model, index, known).rows)
        rows = each_recall(model, index, known, [(usual[name], None) for name in missing if name != _BY_LAYER])
        whole = next(rows)
        for done, name in enumerate((name for name in missing if name != _BY_LAYER), 1):
            if stop is not None and stop():
                return False
            self._write(name, (whole, next(rows)))
            if progress:
                progress(Progress(stage="recall of damaged models", done=done, total=len(missing)))
        return True

    def count(
        self,
        model: LabModel,
        index: LayerIndex,
        texts: Iterable[LibraryText],
        split: Callable[[str], Sequence[str]],
        off: Ablation,
        damaged: LayerIndex | None = None,
    ) -> tuple[Recall, ...]:
        """Count for one damage, some seconds; ``damaged`` is the library as that model reads it, where it has read all.

        Returns:
            The whole and the damaged model; ``()`` where no paper has an abstract to ask with.

        Raises:
            UsageError: there is no such part.
            DiskFull: nothing more can be written.
        """
        from tracker.concepts.labs import recall_ablated
        from tracker.concepts.labs.recall import questions_from

        known = _within(index, questions_from(texts, split))
        if not known:
            return ()
        rows = recall_ablated(model, index, known, [(off, damaged)]).rows
        self._write(_named(off, damaged is not None), rows)
        return rows

    # ------------------------------------------------------------ files

    def _path(self, name: str) -> Path:
        # Any number of heads may be off, and a file's name may not be that long.
        short = name if len(name) <= 100 else hashlib.sha256(name.encode()).hexdigest()[:32]
        return self._folder / f"{short}.json"

    def _read(self, name: str) -> tuple[Recall, ...]:
        from tracker.concepts.labs import Recall
        from tracker.concepts.labs.library import read_json

        try:
            held: Any = read_json(self._path(name))
            if held["kind"] != _KIND or held["model"] != self._name or held["of"] != name:
                return ()
            return tuple(Recall(**row) for row in held["rows"])
        except (IndexUnusable, KeyError, TypeError):
            return ()  # counted anew by the next building

    def _fresh(self, name: str, papers: int) -> bool:
        rows = self._read(name)
        return bool(rows) and abs(rows[0].papers - papers) <= _STALE * papers

    def _write(self, name: str, rows: Sequence[Recall]) -> None:
        from tracker.concepts.labs.library import write_json

        body = {"kind": _KIND, "model": self._name, "of": name, "rows": [asdict(row) for row in rows]}
        write_json(self._path(name), json.loads(json.dumps(body)))


def _named(off: Ablation, both_sides: bool) -> str:
    from tracker.concepts.labs import ablation_key

    return ablation_key(off) + ("" if both_sides else "_questions-only")


def _within(index: LayerIndex, questions: Questions) -> Questions:
    held = set(index.ids)
    return [(query, answer) for query, answer in questions if answer in held]
