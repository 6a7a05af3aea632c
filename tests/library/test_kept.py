"""What is kept until the library changes: read once while nothing is written, and never stale after a write."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.desk_library import PAPERS, THEN, fill, id_of
from tracker.library.kept import Kept
from tracker.service import Tracker
from tracker.settings import load_settings
from tracker.store import concepts
from tracker.store.database import Database

SLUGS = ("attention", "pretraining", "tokens")


def test_it_reads_once_a_version_and_forgets_what_is_asked_seldom() -> None:
    kept, read = Kept(), list[str]()

    def answer(name: str) -> str:
        read.append(name)
        return name * 2

    assert [kept.get("a", 1, lambda: answer("a")) for _ in range(3)] == ["aa"] * 3
    assert read == ["a"]
    kept.get("a", 2, lambda: answer("a"))
    assert read == ["a", "a"]
    for number in range(40):
        kept.get(number, 2, lambda: answer("x"))
    before = len(read)
    kept.get(39, 2, lambda: answer("x"))
    assert len(read) == before
    kept.get("a", 2, lambda: answer("a"))
    assert len(read) == before + 1


def test_an_answer_that_fails_is_no_answer() -> None:
    kept = Kept()

    def broken() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get("a", 1, broken)
    assert kept.get("a", 1, lambda: 3) == 3


def test_the_reading_list_shows_every_write_at_once(tmp_path: Path) -> None:
    fill(tmp_path)
    with Tracker.open(tmp_path) as one, Tracker.open(tmp_path) as other:
        for tracker in (one, other, one):
            for number in range(len(PAPERS)):
                status = "queued" if tracker is one else "skipped"
                tracker.act([id_of(number)], status)
                for window in (one, other):
                    shown = window.reading_entries(f"status:{status}", limit=8)
                    assert id_of(number) in [entry.paper.id for entry in shown]
                    advised = [one.entry.paper.status for one in window.read_next(3)]
                    assert "skipped" not in advised


def test_advice_counts_the_days_that_go_by(tmp_path: Path) -> None:
    fill(tmp_path)
    now = [THEN]
    with Database.open(load_settings(tmp_path, {}).database_url) as db:
        tracker = Tracker(load_settings(tmp_path, {}), db, clock=lambda: now[0])
        tracker.act([id_of(0)], "queued")
        assert not any("in your queue" in reason for reason in tracker.read_next(1)[0].reasons)
        now[0] = THEN + timedelta(days=3)
        assert "in your queue for 3 days" in tracker.read_next(1)[0].reasons


@given(
    links=st.sets(st.tuples(st.integers(1, 6), st.sampled_from(SLUGS))),
    words=st.dictionaries(st.tuples(st.integers(1, 6), st.sampled_from(SLUGS)), st.booleans()),
)
def test_papers_of_a_concept_are_counted_as_they_are_listed(
    tmp_path_factory: pytest.TempPathFactory,
    links: set[tuple[int, str]],
    words: dict[tuple[int, str], bool],
) -> None:
    folder = tmp_path_factory.mktemp("counted")
    fill(folder)
    moment: datetime = THEN
    with Database.open(load_settings(folder, {}).database_url) as db:
        with db.write() as session:
            driver = session.connection()
            for pk, slug in links:
                driver.exec_driver_sql(
                    "INSERT INTO concept_link (paper_pk, slug, score, evidence, linked_at) VALUES (?, ?, 0.5, '', ?)",
                    (pk, slug, moment.isoformat()),
                )
            for (pk, slug), accepted in words.items():
                concepts.say(session, pk, slug, accepted, moment)
        with db.reader() as reader:
            counted = concepts.counts(reader)
            assert counted == {s: n for s in SLUGS if (n := len(concepts.papers_of(reader, s)))}
