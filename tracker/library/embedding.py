"""Embed what the library holds and the model has not seen, block by block; each block is stored when it is done."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.errors import ModelError
from tracker.records import EmbedReport, Progress
from tracker.settings import Settings
from tracker.store import vectors
from tracker.store.database import Database
from tracker.store.vectors import Stale

if TYPE_CHECKING:
    from tracker.embed.encoder import Encoder
    from tracker.embed.reranking import TokenIndex

log = logging.getLogger(__name__)

#: Papers read from the database at a time, so that memory stays flat.
_PAGE = 1024


class Embedding:
    """Embeds into one library; loads the model when there is first something to embed."""

    def __init__(self, db: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._model: tuple[Encoder, TokenIndex | None] | None = None
        self._broken: ModelError | None = None
        self.report = EmbedReport(model="")

    def run(self, progress: Callable[[Progress], None] | None, *, thorough: bool = False) -> EmbedReport:
        """Embed every paper whose text has no vectors yet, and those whose token vectors are gone.

        Args:
            progress: told how far it is.
            thorough: read all token vectors, to find those that are damaged too.

        Returns:
            What was done now.

        Raises:
            ModelError: the model is missing, altered or unusable.
        """
        from tracker.embed.load import model_files

        model = model_files(self._settings, fetch=not self._settings.offline).model
        with self._db.reader() as reader:
            due = vectors.stale_count(reader, model)
            held = vectors.models(reader).get(model, 0)
        before = self.report
        self.report = EmbedReport(model=model, kept=max(held, 0))
        if due:
            self._embed(self._stale(model, None), due, progress)
        if held and self._model is None:
            self._prepare()
        missing = self._without_tokens(model, thorough)
        if missing:
            self._embed(iter(missing), sum(map(len, missing)), progress)
        done = self.report
        self.report = replace(done, embedded=before.embedded + done.embedded, seconds=before.seconds + done.seconds)
        return done

    def quietly(self, pks: Collection[int], progress: Callable[[Progress], None] | None = None) -> None:
        """Embed those that have an abstract; a model that cannot be used is left for :meth:`run` to tell."""
        if self._broken is not None:
            return
        try:
            from tracker.embed.load import model_files

            model = model_files(self._settings, fetch=not self._settings.offline).model
            with self._db.reader() as reader:
                rows = reader.rows_in("SELECT pk FROM paper WHERE abstract IS NOT NULL AND pk IN :pks", "pks", pks)
            wanted = {row[0] for row in rows}
            jobs = [job for page in self._stale(model, wanted) for job in page]
            if jobs:
                self._embed(iter([jobs]), len(jobs), progress)
        except ModelError as error:
            self._broken = error

    # ------------------------------------------------------------ parts

    def _prepare(self) -> None:
        """Make anew what belongs to the model; its files may be gone or damaged although nothing is due.

        The basis of the token vectors comes from the weights alone: those that are kept are good with the new one.
        """
        from tracker.embed.load import ensure_prepared, model_files
        from tracker.embed.reranking import token_index

        ensure_prepared(self._settings)
        files = model_files(self._settings, fetch=False)
        if token_index(self._settings.index_dir, self._settings.models_dir, files) is None:
            self._loaded()

    def _embed(self, pages: Iterator[Sequence[Stale]], total: int, progress: Callable[[Progress], None] | None) -> None:
        from tracker.embed import texts

        began = time.monotonic()
        encoder, tokens = self._loaded()
        jobs = (
            texts.Job(pk=job.pk, title=job.title, abstract=job.text, text_hash=job.text_hash)
            for page in pages
            for job in page
        )
        blocks = texts.embed(
            encoder,
            jobs,
            total=total,
            tokens=tokens.store if tokens else None,
            basis=tokens.basis if tokens else None,
            progress=progress,
        )
        for block in blocks:
            done = [vectors.Embedded(e.pk, e.text_hash, e.vectors) for e in block]
            with self._db.write() as session:
                vectors.put_many(session, encoder.model, done)
            self.report = replace(
                self.report,
                model=encoder.model,
                embedded=self.report.embedded + len(block),
                seconds=self.report.seconds + time.monotonic() - began,
            )
            began = time.monotonic()

    def _stale(self, model: str, only: Collection[int] | None) -> Iterator[Sequence[Stale]]:
        """Pages of papers without vectors of their text; what the caller stores meanwhile is not named again."""
        after = 0
        while True:
            with self._db.reader() as reader:
                page = vectors.stale(reader, model, after=after, limit=_PAGE)
            if not page:
                return
            after = page[-1].pk
            yield [job for job in page if only is None or job.pk in only]

    def _without_tokens(self, model: str, thorough: bool) -> list[list[Stale]]:
        """Papers that have vectors but whose token vectors beside the database are gone."""
        from tracker.embed.load import model_files
        from tracker.embed.reranking import token_index
        from tracker.embed.texts import text_key

        if self._model is not None:  # as it was loaded: its files may have changed meanwhile
            index = self._model[1]
        else:
            files = model_files(self._settings, fetch=False)
            index = token_index(self._settings.index_dir, self._settings.models_dir, files)
        with self._db.reader() as reader:
            held = reader.rows(
                "SELECT v.paper_pk, v.text_hash FROM vector v JOIN paper_text t ON t.paper_pk = v.paper_pk"
                " WHERE v.model = :model AND v.window = 0 AND v.text_hash = t.text_hash ORDER BY v.paper_pk",
                {"model": model},
            )
            absent = [True] * len(held)
            if index is not None:
                keys = [text_key(row[1]) for row in held]
                index.store.compact(keys)  # texts that changed leave their old token vectors behind
                absent = index.store.unusable(keys) if thorough else index.store.missing(keys)
            wanted = [row[0] for row, gone in zip(held, absent, strict=True) if gone]
            rows = reader.rows_in(
                "SELECT paper_pk, text_hash, title, abstract FROM paper_text WHERE paper_pk IN :pks", "pks", wanted
            )
        return [[Stale(*row) for row in rows]] if rows else []

    def _loaded(self) -> tuple[Encoder, TokenIndex | None]:
        if self._model is None:
            from tracker.embed.load import load_encoder, model_files
            from tracker.embed.reranking import token_index

            encoder = load_encoder(self._settings, prepare=True)
            files = model_files(self._settings, fetch=False)
            self._model = encoder, token_index(self._settings.index_dir, self._settings.models_dir, files, encoder)
        return self._model
