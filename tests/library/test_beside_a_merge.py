"""A click on a paper that an update merges away in the same moment reaches the paper that it became."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.ingest.joining import winner_first
from tracker.library.naming import pks_in
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store import merges

KEPT, GONE = "arxiv:1301.3781", "doi:10.1000/one"
Act = Callable[[Tracker], object]


@pytest.fixture
def library(tmp_path: Path) -> Tracker:
    tracker = Tracker.open(settings=load_settings(tmp_path, {"TRACKER_OFFLINE": "1"}))
    tracker.import_ids(["1301.3781", "10.1000/one"], embed=False)
    return tracker


@pytest.mark.parametrize(
    ("act", "seen"),
    [
        (lambda t: t.mark(GONE, "reading"), lambda p: p.status == "reading"),
        (lambda t: t.act([GONE], "queued"), lambda p: p.status == "queued"),
        (lambda t: t.tag(GONE, add=["thesis"]), lambda p: p.tags == ("thesis",)),
        (lambda t: t.note(GONE, "mine"), lambda p: [n.body for n in p.notes] == ["mine"]),
    ],
    ids=["mark", "act", "tag", "note"],
)
def test_nothing_is_lost(library: Tracker, act: Act, seen: Callable[..., bool]) -> None:
    merging, begun = threading.Event(), threading.Event()

    def merge() -> None:
        with library._db.write() as session:
            merging.set()
            begun.wait(10)
            time.sleep(0.2)  # the other thread is waiting for this transaction by now
            winner, loser = winner_first(session, *pks_in(session, [KEPT, GONE]))
            now = datetime.now(UTC)
            merges.merge(session, winner, loser, reason="a test", decided_by="machine", now=now)

    update = threading.Thread(target=merge)
    update.start()
    assert merging.wait(10)
    begun.set()
    act(library)
    update.join()
    (paper,) = library.papers(limit=None)
    assert seen(paper)
