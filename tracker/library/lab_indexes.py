"""The labs' indexes over this library: opened as they lie on disk, brought up to date, one process at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import AlreadyRunning, IndexUnusable, ModelError, UsageError
from tracker.library.lab_inputs import parts_off
from tracker.library.lab_recall import RecallBook
from tracker.library.lab_texts import library_texts, split
from tracker.records import Progress
from tracker.settings import Settings
from tracker.store import changes
from tracker.store.database import Database

if TYPE_CHECKING:
    from tracker.concepts.labs import Ablation, BuildReport, LabModel, LayerIndex, MemoryIndex, Recall

log = logging.getLogger(__name__)

#: Names the vectors in the indexes: they belong to the model that ships, whatever the search uses.
MODEL = "all-MiniLM-L6-v2"
BUILT = "built.json"
_NOT_YET = "the labs have not read your library yet"
_CURE = "run: tracker lab --build (some minutes the first time; what was read before it is stopped is kept)"
#: An index that is written while it is opened is opened again, so many times.
_TRIES = 3
#: Of the time there is, the layers and the memories get such a share each; the rest is for counting recall.
_SHARE = 0.45
OnProgress = Callable[[Progress], None]


def folder_of(settings: Settings) -> Path:
    """Where the labs keep what they have read; may be deleted at any time."""
    return settings.index_dir / "labs"


class LabIndexes:
    """Vectors of every layer, memories of every unit, and what recall was counted; shared by threads.

    Args:
        db: the library.
        settings: how it runs.
        model: gives the model of the labs, which is read when first wanted.
    """

    def __init__(self, db: Database, settings: Settings, model: Callable[[], LabModel]) -> None:
        self._db = db
        self._model = model
        self._folder = folder_of(settings)
        self._lock = threading.RLock()
        self._opened: dict[str, tuple[int, Any]] = {}
        self.recall = RecallBook(self._folder / "recall", MODEL)

    # ------------------------------------------------------------ opening

    def layers(self) -> LayerIndex:
        """The library as each layer of the whole model reads it.

        Raises:
            UsageError: nothing of it was read yet.
        """
        from tracker.concepts.labs import open_layer_index

        where = self._folder / "layers"
        found: LayerIndex = self._open(where / "whole", lambda: open_layer_index(self._model(), MODEL, where))
        return found

    def memories(self) -> MemoryIndex:
        """The sentences of the library that fire each feed-forward unit.

        Raises:
            UsageError: nothing of it was read yet.
        """
        from tracker.concepts.labs import open_memory_index

        where = self._folder / "memories"
        found: MemoryIndex = self._open(where, lambda: open_memory_index(self._model(), MODEL, where))
        return found

    def damaged(self, off: Ablation) -> LayerIndex | None:
        """The library as the damaged model reads it, where that was built."""
        from tracker.concepts.labs import ablation_key, open_layer_index

        where = self._folder / "layers"
        if not (where / ablation_key(off)).is_dir():
            return None
        try:
            found: LayerIndex = self._open(
                where / ablation_key(off), lambda: open_layer_index(self._model(), MODEL, where, off)
            )
        except UsageError:
            return None
        return found

    def _open(self, where: Path, read: Callable[[], Any]) -> Any:
        """An index as it lies on disk now, kept until it is written anew."""
        with self._lock:
            for left in range(_TRIES - 1, -1, -1):
                try:
                    stamp = (where / "state.json").stat().st_mtime_ns
                    held = self._opened.get(str(where))
                    if held is None or held[0] != stamp:
                        self._opened[str(where)] = held = (stamp, read())
                    return held[1]
                except (FileNotFoundError, IndexUnusable) as error:
                    # A building beside us may have put newer files in the place of those that the state named.
                    if left == 0 or not (where / "state.json").exists():
                        raise UsageError(_NOT_YET, cure=_CURE) from error
        raise AssertionError("unreachable: the last try returns or raises")

    # ------------------------------------------------------------ building

    def due(self) -> bool:
        """Whether texts of the library changed since the labs read it."""
        from tracker.concepts.labs.library import read_json

        try:
            built = read_json(self._folder / BUILT)
        except IndexUnusable:
            return True
        return bool(built != self._stamp())

    def ready(self) -> bool:
        """Whether the labs that look through the library have read some of it."""
        whole = self._folder / "layers" / "whole"
        return (whole / "centre.npy").exists() and (self._folder / "memories" / "state.json").exists()

    def build(self, progress: OnProgress | None = None, seconds: float | None = None) -> tuple[BuildReport, ...]:
        """Read what is new in the library for the labs that look through it; an interrupted run goes on later.

        Args:
            progress: told after every few papers.
            seconds: begin nothing new after so long, about half of it for each index; None reads all.

        Returns:
            What was done for the layers and for the memories.

        Raises:
            AlreadyRunning: another process is at it.
            ModelError: the bundled model is missing.
            DiskFull: nothing more can be written.
        """
        from tracker.concepts.labs import build_layer_index, build_memory_index
        from tracker.concepts.labs.library import write_json

        share = None if seconds is None else seconds * _SHARE
        with alone(self._folder):
            stamp, texts = self._stamp(), library_texts(self._db)
            model = self._model()
            layers = build_layer_index(
                model, MODEL, self._folder / "layers", texts, progress=progress, stop=_after(share)
            )
            memories = build_memory_index(
                model, MODEL, self._folder / "memories", texts, split=split, progress=progress, stop=_after(share)
            )
            left = None if seconds is None else seconds - layers.seconds - memories.seconds
            whole = layers.complete and memories.complete
            if whole and (not texts or self._count(texts, progress, _after(left))):
                write_json(self._folder / BUILT, stamp)
        return layers, memories

    def _count(self, texts: list[Any], progress: OnProgress | None, stop: Callable[[], bool] | None) -> bool:
        return self.recall.fill(self._model(), self.layers(), texts, split, progress=progress, stop=stop)

    def keep_up(self, seconds: float, progress: OnProgress | None = None) -> bool:
        """Read on for at most so long, where anything is due; whoever cannot leaves it to the next.

        Returns:
            Whether all of the library is read now.
        """
        if not self.due():
            return True
        try:
            self.build(progress, seconds)
        except (AlreadyRunning, ModelError) as error:
            log.info("the labs did not read on: %s", error)
        return not self.due()

    def build_damaged(self, parts: Mapping[str, object], progress: OnProgress | None = None) -> BuildReport:
        """Let a damaged model read the library, so that ablation compares both sides as it reads them.

        Recall is counted with both sides damaged where the whole model has read the same papers.

        Args:
            parts: what is switched off, as the lab ``ablate`` takes it.
            progress: told after every few papers.

        Raises:
            UsageError: nothing is switched off, or there is no such part.
            AlreadyRunning: another process is at it.
            ModelError: the bundled model is missing.
            DiskFull: nothing more can be written.
        """
        from tracker.concepts.labs import build_layer_index
        from tracker.concepts.labs.layers import check_ablation

        off = parts_off(**parts)  # type: ignore[arg-type]  # names and values as the lab takes them
        check_ablation(self._model(), off)
        with alone(self._folder):
            texts = library_texts(self._db)
            report = build_layer_index(
                self._model(), MODEL, self._folder / "layers", texts, ablation=off, progress=progress
            )
            damaged = self.damaged(off)
            if damaged is not None and self.ready() and set(damaged.ids) == set(self.layers().ids):
                self.recall.count(self._model(), self.layers(), texts, split, off, damaged)
        return report

    def count_recall(self, off: Ablation) -> tuple[Recall, ...]:
        """How well the model without some parts finds the library's own papers, counted now (some seconds).

        The damaged model reads the questions, and the papers too where it has read them all.

        Raises:
            UsageError: nothing is switched off, there is no such part, or the library was not read.
            DiskFull: the count cannot be kept.
        """
        from tracker.concepts.labs.layers import check_ablation

        check_ablation(self._model(), off)
        index, damaged = self.layers(), self.damaged(off)
        if damaged is not None and set(damaged.ids) != set(index.ids):
            damaged = None
        rows = self.recall.count(self._model(), index, library_texts(self._db), split, off, damaged)
        if not rows:
            raise UsageError("No paper of the library has an abstract to ask with", cure="run: tracker enrich")
        return rows

    def _stamp(self) -> dict[str, object]:
        with self._db.reader() as reader:
            # "recall" makes libraries that were read by an earlier version count it once.
            return {"model": MODEL, "texts": changes.latest(reader, changes.TEXTS), "recall": 1}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the one process that writes what the labs have read.

    Raises:
        AlreadyRunning: another one is.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "build.lock", timeout=0):
            yield
    except Timeout as error:
        raise AlreadyRunning("the labs are reading the library already", cure="wait until they are done") from error


def _after(seconds: float | None) -> Callable[[], bool] | None:
    """Whether so many seconds have passed since the first time that it is asked."""
    if seconds is None:
        return None
    began: list[float] = []

    def over() -> bool:
        now = time.monotonic()
        began.append(now)
        return now - began[0] >= seconds

    return over
