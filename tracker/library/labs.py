"""The labs over this library: the model read once, each lab by its name."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from tracker.errors import ModelError, UsageError
from tracker.library import lab_texts
from tracker.library.lab_indexes import LabIndexes, OnProgress
from tracker.library.lab_infos import INFOS, LabInfo, info
from tracker.library.lab_inputs import pair, parts_off
from tracker.library.naming import pk_of
from tracker.records import Hit, SearchResult
from tracker.settings import Settings
from tracker.store import papers as stored
from tracker.store.database import Database

if TYPE_CHECKING:
    from tracker.concepts.labs import BuildReport, LabModel, LabResult
    from tracker.embed.encoder import Encoder

#: So many hits the search orders by the meetings of single words: its ``Weights.depth``.
_ORDERED = 30


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
        self._lock = threading.RLock()
        self._indexes = LabIndexes(db, settings, lambda: self.model)

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

        return bias_axis(self.model, words or OCCUPATIONS, [pair(one) for one in pairs])

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
        from tracker.concepts.labs.memories import check_unit

        if unit is not None:
            check_unit(self.model, layer, unit)  # what is asked is judged before what the labs have read
            return unit_memory(self.model, self._indexes.memories(), layer, unit)
        if text is None:
            raise UsageError("there is neither a sentence nor a unit", cure="give a sentence, or a layer and a unit")
        self.model.check_layer(layer)
        return fired_units(self.model, text)

    def _story(self, text: str, place: int = 1) -> LabResult:
        from tracker.concepts.labs import storyboard

        return storyboard(self.model, text, place)

    def _layers(self, query: str, count: int = 10) -> LabResult:
        from tracker.concepts.labs import time_machine
        from tracker.concepts.labs.layers import check_query

        check_query(self.model, query)
        found = time_machine(self.model, self._indexes.layers(), query, count)
        return replace(found, measured=self._indexes.recall.by_layer())

    def _ablate(
        self,
        query: str,
        positions: bool = False,
        heads: Sequence[str] = (),
        feed_forward: Sequence[int | str] = (),
        attention: Sequence[int | str] = (),
        count: int = 10,
        measure: bool = False,
    ) -> LabResult:
        from tracker.concepts.labs import ablate
        from tracker.concepts.labs.layers import check_ablation, check_query

        off = parts_off(positions, heads, feed_forward, attention)
        check_query(self.model, query)
        check_ablation(self.model, off)
        found = ablate(self.model, self._indexes.layers(), query, off, count, self._indexes.damaged(off))
        rows = self._indexes.count_recall(off) if measure else self._indexes.recall.best(off)
        return replace(found, measured=rows)

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
        return lab_texts.paper_sentences(self._db, paper, self._fits)

    def uses(self, word: str, count: int = 6) -> tuple[str, ...]:
        """Sentences of the library that hold a word as it stands, one of a paper, the first ``count`` found."""
        return lab_texts.uses(self._db, word, count, self._fits)

    def _fits(self, sentence: str) -> bool:
        from tracker.concepts.labs.model import SENTENCE_PIECES

        cut = self.model.cutter.cut(sentence)
        return bool(cut.content) and not cut.truncated and len(cut.ids) <= SENTENCE_PIECES

    # ------------------------------------------------------------ the model

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

    # ------------------------------------------------------------ what the labs have read

    def due(self) -> bool:
        """Whether texts of the library changed since the labs read it."""
        return self._indexes.due()

    def ready(self) -> bool:
        """Whether the labs that look through the library have read some of it."""
        return self._indexes.ready()

    def build(self, progress: OnProgress | None = None, seconds: float | None = None) -> tuple[BuildReport, ...]:
        """Read what is new for the labs that look through the library, as :meth:`LabIndexes.build`."""
        return self._indexes.build(progress, seconds)

    def keep_up(self, seconds: float, progress: OnProgress | None = None) -> bool:
        """Read on for at most so long, as :meth:`LabIndexes.keep_up`."""
        return self._indexes.keep_up(seconds, progress)

    def build_damaged(self, parts: Mapping[str, object], progress: OnProgress | None = None) -> BuildReport:
        """Let a damaged model read the library, as :meth:`LabIndexes.build_damaged`."""
        return self._indexes.build_damaged(parts, progress)
