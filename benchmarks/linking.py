"""How long it takes to tie papers to concepts once their vectors are there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import delete

from tracker.concepts.linking import Linker, LinkInput
from tracker.concepts.linking.prototypes import Encode
from tracker.library.concepts import UP_TO, Scholar
from tracker.settings import load_settings
from tracker.store import backup, settings
from tracker.store.database import Database
from tracker.store.tables import ConceptLinkRow
from tracker.store.times import utc_now


def seconds_to_link(linker: Linker, papers: Sequence[LinkInput], count: int = 2000) -> tuple[float, float]:
    """Seconds to link ``count`` papers whose vectors are known, on the clock and of the processor."""
    vectors = np.random.default_rng(0).normal(size=(len(papers), 384)).astype(np.float32)
    known = [replace(one, vector=vector) for one, vector in zip(papers, vectors, strict=True)]
    some = [replace(known[n % len(known)], pk=n) for n in range(count)]
    start, spent = time.perf_counter(), time.process_time()
    linker.link(some)
    return time.perf_counter() - start, time.process_time() - spent


def whole_library(home: Path, encode: Encode) -> tuple[int, float, float]:
    """Papers of a library, and the seconds to tie all of them anew with reading and storing: clock, processor."""
    with TemporaryDirectory(prefix="tracker-concepts-") as folder:
        copy = Path(folder) / "tracker.sqlite3"
        backup.backup(home / "tracker.sqlite3", copy)
        options = load_settings(Path(folder), {"TRACKER_OFFLINE": "1"})
        with closing(Database.open(f"sqlite:///{copy}")) as db:
            with db.write() as session:
                session.execute(delete(ConceptLinkRow))
                settings.forget(session, UP_TO)
            with db.reader() as reader:
                ((papers, model),) = reader.rows("SELECT count(DISTINCT paper_pk), max(model) FROM vector")
            start, spent = time.perf_counter(), time.process_time()
            Scholar(db, options, utc_now).link(encode, model)
            return int(papers), time.perf_counter() - start, time.process_time() - spent
