"""Actions on many papers and the way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.desk_library import PAPERS, fill, id_of
from tracker.errors import UsageError
from tracker.service import Tracker

IDS = [id_of(n) for n in range(len(PAPERS))]


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[Tracker]:
    fill(tmp_path)
    with Tracker.open(tmp_path) as opened:
        ticks = iter(range(1_000_000))
        opened._clock = lambda: datetime(2026, 5, 5, tzinfo=UTC) + timedelta(seconds=next(ticks))
        yield opened


def rows(tracker: Tracker) -> list[list[tuple[object, ...]]]:
    """What the reader wrote, row by row."""
    with sqlite3.connect(tracker.settings.home / "tracker.sqlite3") as connection:
        tables = ("reading ORDER BY paper_pk", "tag ORDER BY paper_pk, name", "setting ORDER BY name")
        found = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]  # noqa: S608
    connection.close()
    return found


ACTIONS = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(["inbox", "queued", "reading", "read", "skipped"])),
    st.tuples(st.just("rating"), st.integers(0, 5)),
    st.tuples(st.just("priority"), st.integers(0, 9)),
    st.tuples(st.just("add"), st.sampled_from(["classic", "Later"])),
    st.tuples(st.just("remove"), st.sampled_from(["classic", "later"])),
    st.tuples(st.just("requeue"), st.none()),
    st.tuples(st.just("see"), st.none()),
)


def act(tracker: Tracker, ids: list[str], what: str, value: object) -> object:
    if what in ("add", "remove"):
        return tracker.tag_many(ids, **{what: [value]})
    if what in ("requeue", "see"):
        return getattr(tracker, what)(ids)
    return tracker.act(ids, **{what: value})


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.lists(st.sampled_from(IDS), min_size=1, unique=True), ACTIONS), min_size=1, max_size=6))
def test_undoing_all_actions_in_turn_leaves_the_rows_that_were_there(tracker: Tracker, done: list) -> None:
    before = rows(tracker)
    undos = [act(tracker, ids, *action) for ids, action in done]
    for undo in reversed(undos):
        tracker.undo(undo)
    assert rows(tracker) == before


def test_what_was_decided_since_stays(tracker: Tracker) -> None:
    undo = tracker.act(IDS[:2], "queued", priority=3)
    tracker.mark(IDS[0], "read")
    assert tracker.undo(undo) == 2
    assert [tracker.paper(name).status for name in IDS[:2]] == ["read", "inbox"]
    assert [tracker.paper(name).priority for name in IDS[:2]] == [0, 0]
    assert tracker.undo(undo) == 0


def test_a_wrong_value_writes_nothing(tracker: Tracker) -> None:
    before = rows(tracker)
    with pytest.raises(UsageError):
        tracker.act(IDS, "queued", rating=9)
    assert rows(tracker) == before


def test_what_came_after_the_look_stays_news(tracker: Tracker) -> None:
    early = tracker.see_until(datetime(2026, 5, 4, 11, tzinfo=UTC))
    assert tracker.news_by_week().total == 6
    undo = tracker.see_until(datetime(2026, 5, 4, 13, tzinfo=UTC))
    assert tracker.news_by_week().total == 0
    assert tracker.undo(early) == 0, "somebody looked again since"
    assert tracker.undo(undo) == 1
    assert tracker.news_by_week().total == 6
    assert tracker.undo(early) == 1
    assert rows(tracker)[2] == [row for row in rows(tracker)[2] if row[0] != "seen_until"]
