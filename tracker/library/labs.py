"""The labs over this library: the model read once, its indexes over the library's texts, each lab by its name."""

from __future__ import annotations

import inspect
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import AlreadyRunning, IndexUnusable, ModelError, UsageError
from tracker.library.lab_infos import INFOS, LabInfo, info
from tracker.library.naming import pk_of
from tracker.records import Hit, Progress, SearchResult
from tracker.settings import Settings
from tracker.store import changes
from tracker.store import papers as stored
from tracker.store.database import Database

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from tracker.concepts.labs import Ablation, BuildReport, LabModel, LabResult, LayerIndex, LibraryText, MemoryIndex
    from tracker.embed.encoder import Encoder

#: Names the vectors in the indexes: they belong to the model that ships, whatever the search uses.
MODEL = "all-MiniLM-L6-v2"
#: So many hits the search orders by the meetings of single words: its ``Weights.depth``.
_ORDERED = 30
_BUILT = "built.json"
_NOT_YET = "the labs have not read your library yet"
_CURE = "run: tracker lab --build (some minutes the first time; what was read before it is stopped is kept)"


class Bench:
    """All labs over one library; shared by threads."""

    def __init__(
        self, db: Database, settings: Settings, search: Callable[[str, int], SearchResult] | None = None
    ) -> None:
        """Over a library.

        Args:
            db: the library.
            settings: how it runs.
            search: the search whose hits the match lens explains; None leaves their scores out.
        """
        self._search = search
        self._db = db
        self._settings = settings
        self._folder = settings.index_dir / "labs"
        self._lock = threading.RLock()
        self._opened: dict[str, tuple[int, Any]] = {}

    def infos(self) -> tuple[LabInfo, ...]:
        """The labs there are."""
        return INFOS

    def run(self, name: str, inputs: Mapping[str, object]) -> LabResult:
        """One lab's answer.

        Raises:
            UsageError: no such lab, an input that it does not take or cannot use, or a library it has not read.
            ModelError: the bundled model is missing.
        """
        found = info(name)
        lab: Callable[..., LabResult] = getattr(self, f"_{found.name.replace('-', '_')}")
        takes = inspect.signature(lab).parameters
        if unknown := sorted(set(inputs) - set(takes)):
            raise UsageError(f"the lab {found.name} takes no {unknown[0]}", cure=f"it takes {', '.join(takes)}")
        needed = [one for one, about in takes.items() if about.default is inspect.Parameter.empty]
        if missing := [one for one in needed if inputs.get(one) is None]:
            raise UsageError(f"the lab {found.name} needs a {missing[0]}", cure=f"it takes {', '.join(takes)}")
        return lab(**{one: value for one, value in inputs.items() if value is not None})

    # ------------------------------------------------------------ the labs

    def _word_arithmetic(self, expression: str, count: int = 10) -> LabResult:
        from tracker.concepts.labs import arithmetic

        return arithmetic(self.model, expression, count)

    def _bias(self, words: Sequence[str] = (), pairs: Sequence[str] = ("he:she",)) -> LabResult:
        from tracker.concepts.labs import OCCUPATIONS, bias_axis

        return bias_axis(self.model, words or OCCUPATIONS, [_pair(pair) for pair in pairs])

    def _input(self, text: str) -> LabResult:
        from tracker.concepts.labs import input_embedding

        return input_embedding(self.model, text)

    def _meanings(self, word: str, sentences: Sequence[str]) -> LabResult:
        from tracker.concepts.labs import many_meanings

        return many_meanings(self.model, word, sentences)

    def _attention(self, text: str, layer: int = 0, head: int = 0, place: int = 1) -> LabResult:
        from tracker.concepts.labs import attention

        return attention(self.model, text, layer, head, place)

    def _memories(self, text: str | None = None, layer: int = 0, unit: int | None = None) -> LabResult:
        from tracker.concepts.labs import fired_units, unit_memory

        if unit is not None:
            return unit_memory(self.model, self._memory_index(), layer, unit)
        if text is None:
            raise UsageError("there is neither a sentence nor a unit", cure="give a sentence, or a layer and a unit")
        return fired_units(self.model, text)

    def _story(self, text: str, place: int = 1) -> LabResult:
        from tracker.concepts.labs import storyboard

        return storyboard(self.model, text, place)

    def _layers(self, query: str, count: int = 10) -> LabResult:
        from tracker.concepts.labs import time_machine

        return time_machine(self.model, self._layer_index(), query, count)

    def _ablate(
        self,
        query: str,
        positions: bool = False,
        heads: Sequence[str] = (),
        feed_forward: Sequence[int | str] = (),
        attention: Sequence[int | str] = (),
        count: int = 10,
    ) -> LabResult:
        from tracker.concepts.labs import ablate

        off = _off(positions, heads, feed_forward, attention)
        return ablate(self.model, self._layer_index(), query, off, count, self._damaged(off))

    def _lens(self, query: str, paper: str) -> LabResult:
        from tracker.library.lensing import lens

        def hit() -> Hit | None:
            if self._search is None:
                return None
            found = self._search(query, _ORDERED).hits
            return next((one for one in found if one.id == paper_id), None)

        pk = pk_of(self._db, paper)
        with self._db.reader() as reader:
            rows = reader.rows("SELECT title, abstract, text_hash FROM paper_text WHERE paper_pk = :pk", {"pk": pk})
            paper_id = stored.ids_of(reader, [pk]).get(pk)
        if not rows:
            raise UsageError(f"{paper} has no text to look at", cure="run: tracker update")
        title, abstract, text_hash = rows[0]
        return lens(self.model, self._settings, self._encoder, query, title, abstract or "", text_hash or "", hit)

    # ------------------------------------------------------------ papers as input

    def sentences(self, paper: str) -> tuple[str, ...]:
        """The title and the sentences of a paper that are short enough for a lab, in their order.

        Raises:
            UnknownPaper: there is none of that name.
        """
        with self._db.reader() as reader:
            rows = reader.rows(
                "SELECT title, abstract FROM paper_text WHERE paper_pk = :pk", {"pk": pk_of(self._db, paper)}
            )
        found = [part for title, abstract in rows for part in (title, *_sentences(abstract or ""))]
        return tuple(dict.fromkeys(part.strip() for part in found if self._fits(part)))

    def uses(self, word: str, count: int = 6) -> tuple[str, ...]:
        """Sentences of the library that hold a word as it stands, one of a paper, the first ``count`` found."""
        wanted = word.strip()
        if not wanted:
            return ()
        pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
        found: list[str] = []
        with self._db.reader() as reader:
            for (abstract,) in reader.rows(
                "SELECT abstract FROM paper_text WHERE instr(lower(abstract), :word) ORDER BY paper_pk LIMIT 500",
                {"word": wanted.lower()},
            ):
                held = (part.strip() for part in _sentences(abstract) if pattern.search(part) and self._fits(part))
                if (use := next(held, None)) is not None:
                    found.append(use)
                if len(found) == count:
                    break
        return tuple(dict.fromkeys(found))

    def _fits(self, sentence: str) -> bool:
        from tracker.concepts.labs.model import SENTENCE_PIECES

        cut = self.model.cutter.cut(sentence)
        return bool(cut.content) and not cut.truncated and len(cut.ids) <= SENTENCE_PIECES

    # ------------------------------------------------------------ the model and the indexes

    @property
    def model(self) -> LabModel:
        """The model of the labs, read when first asked for.

        Raises:
            ModelError: it is missing or unusable.
        """
        with self._lock:
            return self._model

    @cached_property
    def _model(self) -> LabModel:
        from tracker.concepts.labs import LabModel

        return LabModel.load()

    def _encoder(self) -> Encoder | None:
        """The search's own encoder, where it runs on the model of the labs."""
        if self._settings.embedding_model is not None:
            return None
        with self._lock:
            return self._search_encoder

    @cached_property
    def _search_encoder(self) -> Encoder | None:
        from tracker.embed.load import load_encoder

        try:
            return load_encoder(self._settings, prepare=False)
        except ModelError:
            return None  # the lens then shows its own sum, without the search's beside it

    def _layer_index(self) -> LayerIndex:
        from tracker.concepts.labs import open_layer_index

        found: LayerIndex = self._open(
            self._folder / "layers" / "whole", lambda: open_layer_index(self.model, MODEL, self._folder / "layers")
        )
        return found

    def _memory_index(self) -> MemoryIndex:
        from tracker.concepts.labs import open_memory_index

        where = self._folder / "memories"
        found: MemoryIndex = self._open(where, lambda: open_memory_index(self.model, MODEL, where))
        return found

    def _damaged(self, off: Ablation) -> LayerIndex | None:
        """The library as the damaged model reads it, where that was built."""
        from tracker.concepts.labs import ablation_key, open_layer_index

        where = self._folder / "layers"
        if not (where / ablation_key(off)).is_dir():
            return None
        try:
            found: LayerIndex = self._open(
                where / ablation_key(off), lambda: open_layer_index(self.model, MODEL, where, off)
            )
        except UsageError:
            return None
        return found

    def _open(self, where: Path, read: Callable[[], Any]) -> Any:
        """An index as it lies on disk now, kept until it is written anew."""
        with self._lock:
            try:
                stamp = (where / "state.json").stat().st_mtime_ns
                held = self._opened.get(str(where))
                if held is None or held[0] != stamp:
                    self._opened[str(where)] = held = (stamp, read())
            except (FileNotFoundError, IndexUnusable) as error:
                raise UsageError(_NOT_YET, cure=_CURE) from error
            return held[1]

    # ------------------------------------------------------------ building

    def due(self) -> bool:
        """Whether texts of the library changed since the labs read it."""
        from tracker.concepts.labs.library import read_json

        try:
            built = read_json(self._folder / _BUILT)
        except IndexUnusable:
            return True
        return bool(built != self._stamp())

    def ready(self) -> bool:
        """Whether the labs that look through the library have read some of it."""
        whole = self._folder / "layers" / "whole"
        return (whole / "centre.npy").exists() and (self._folder / "memories" / "state.json").exists()

    def build(
        self, progress: Callable[[Progress], None] | None = None, seconds: float | None = None
    ) -> tuple[BuildReport, ...]:
        """Read what is new in the library for the labs that look through it; an interrupted run goes on later.

        Args:
            progress: told after every few papers.
            seconds: begin nothing new after so long, half of it for each index; None reads all.

        Returns:
            What was done for the layers and for the memories.

        Raises:
            AlreadyRunning: another process is at it.
            ModelError: the bundled model is missing.
            DiskFull: nothing more can be written.
        """
        from tracker.concepts.labs import build_layer_index, build_memory_index
        from tracker.concepts.labs.library import write_json

        half = None if seconds is None else seconds / 2
        with self._alone():
            stamp, texts = self._stamp(), self._texts()
            layers = build_layer_index(
                self.model, MODEL, self._folder / "layers", texts, progress=progress, stop=_after(half)
            )
            memories = build_memory_index(
                self.model, MODEL, self._folder / "memories", texts, split=_sentences, progress=progress,
                stop=_after(half),
            )  # fmt: skip
            reports = (layers, memories)
            if all(report.complete for report in reports):
                write_json(self._folder / _BUILT, stamp)
        return reports

    def keep_up(self, seconds: float, progress: Callable[[Progress], None] | None = None) -> bool:
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

    def build_damaged(
        self, parts: Mapping[str, object], progress: Callable[[Progress], None] | None = None
    ) -> BuildReport:
        """Let a damaged model read the library, so that ablation compares both sides as it reads them.

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

        off = _off(**parts)  # type: ignore[arg-type]  # names and values as the lab takes them
        check_ablation(self.model, off)
        with self._alone():
            return build_layer_index(
                self.model, MODEL, self._folder / "layers", self._texts(), ablation=off, progress=progress
            )

    def _stamp(self) -> dict[str, object]:
        with self._db.reader() as reader:
            return {"model": MODEL, "texts": changes.latest(reader, changes.TEXTS)}

    def _texts(self) -> list[LibraryText]:
        from tracker.concepts.labs import LibraryText

        with self._db.reader() as reader:
            rows = reader.rows("SELECT paper_pk, title, abstract FROM paper_text ORDER BY paper_pk")
            names = stored.ids_of(reader, [row[0] for row in rows])
        return [LibraryText(names[pk], title, text or "") for pk, title, text in rows if pk in names]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._folder / "build.lock", timeout=0):
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


def _off(
    positions: object = False,
    heads: Sequence[str] = (),
    feed_forward: Sequence[int | str] = (),
    attention: Sequence[int | str] = (),
) -> Ablation:
    from tracker.concepts.labs import Ablation

    return Ablation(
        positions=bool(positions),
        heads=frozenset(_head(name) for name in heads),
        feed_forward=frozenset(_number(layer) for layer in feed_forward),
        attention=frozenset(_number(layer) for layer in attention),
    )


def _sentences(text: str) -> list[str]:
    from tracker.embed.sentences import sentences

    return [text[start:end] for start, end in sentences(text)]


def _pair(text: str) -> tuple[str, str]:
    first, mark, second = text.partition(":")
    if not mark or not first.strip() or not second.strip():
        raise UsageError(f"{text!r} names no two ends", cure="write them as he:she")
    return first.strip(), second.strip()


def _head(text: str) -> tuple[int, int]:
    layer, mark, head = str(text).partition(".")
    if not mark:
        raise UsageError(f"{text!r} names no head", cure="write layer.head, such as 0.3")
    return _number(layer), _number(head)


def _number(text: int | str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no number of a layer or head", cure="count from 0") from error
