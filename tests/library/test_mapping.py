"""The library's map: kept, stable when papers come and go, drawn again when it is damaged or outgrown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.app.desk_library import MODEL, fill, id_of, unit
from tests.store.conftest import derived
from tracker.errors import DiskFull
from tracker.library.mapping import FILE, SETTLED
from tracker.service import Tracker
from tracker.store import papers, vectors
from tracker.store.times import utc_now


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[Tracker]:
    fill(tmp_path, extra=40)
    with Tracker.open(tmp_path) as opened:
        yield opened


def add(tracker: Tracker, number: int, topic: int) -> None:
    with tracker._db.write() as session:
        pk = papers.insert(session, derived(f"2605.{number:05d}"), utc_now())
        vectors.put_many(session, MODEL, [vectors.Embedded(pk, "h", unit(topic, 500 + number)[None, :])])


def places(tracker: Tracker) -> dict[str, tuple[float, float]]:
    return {point.id: (point.x, point.y) for point in tracker.map().points}


def test_the_map_is_kept_and_read_by_the_next_process(tracker: Tracker) -> None:
    assert not tracker.map_drawn()
    first = tracker.map()
    assert len(first.points) == 46
    assert first.waiting == 0
    assert sum(cluster.papers for cluster in first.clusters) == 46
    assert tracker.map_drawn()
    with Tracker.open(tracker.settings.home) as other:
        assert other.map_drawn()
        assert other.map() == first


def test_what_has_a_place_stays_when_papers_come_and_go(tracker: Tracker) -> None:
    before = places(tracker)
    add(tracker, 1, 0)
    with tracker._db.write() as session:
        session.connection().exec_driver_sql("DELETE FROM paper WHERE id = ?", (id_of(7),))
    after = places(tracker)
    assert set(after) == set(before) - {id_of(7)} | {"arxiv:2605.00001"}
    assert all(after[name] == before[name] for name in set(after) & set(before))
    beside = min(before, key=lambda name: np.hypot(*np.subtract(before[name], after["arxiv:2605.00001"])))
    assert int(beside.rsplit(".", 1)[1]) % 2 == 1 or beside in {id_of(0), id_of(1), id_of(2)}


def test_a_map_of_some_size_never_moves_what_it_has(tmp_path: Path) -> None:
    fill(tmp_path, extra=SETTLED)
    with Tracker.open(tmp_path) as tracker:
        before = places(tracker)
        with tracker._db.write() as session:
            for number in range(3 * len(before)):
                pk = papers.insert(session, derived(f"2606.{number:05d}"), utc_now())
                vectors.put_many(session, MODEL, [vectors.Embedded(pk, "h", unit(number % 4, 900 + number)[None, :])])
        after = places(tracker)
        assert len(after) == 4 * len(before)
        assert all(after[name] == where for name, where in before.items()), "the bound is nought"
        spread = np.ptp(np.array(list(after.values())), axis=0)
        assert (spread > 1.0).all()


def test_what_was_embedded_is_on_the_map_when_its_page_is_opened(tracker: Tracker) -> None:
    assert len(tracker.map_sheet()) == 0
    assert tracker.keep_map_up() == 46
    add(tracker, 1, 0)
    sheet = tracker.map_sheet()
    assert (len(sheet), sheet.waiting) == (46, 1), "the page shows what is drawn and waits for nothing"
    assert tracker.keep_map_up() == 47
    with Tracker.open(tracker.settings.home) as other:
        assert len(other.map_sheet()) == 47
    assert len(tracker.map_sheet()) == 47, "another process drew; this one reads the file again"


def test_the_sheet_says_what_the_points_say(tracker: Tracker) -> None:
    tracker.act([id_of(1)], "read")
    shown = tracker.map()
    sheet = tracker.map_sheet()
    assert sheet.as_map() == shown
    assert [point.id for point in shown.points if point.status == "read"] == [id_of(1)]
    tracker.act([id_of(1)], "inbox")
    assert tracker.map_sheet().version == sheet.version, "a status is no new version"
    assert tracker.map_sheet().statuses != sheet.statuses


def test_a_small_map_that_was_outgrown_is_drawn_anew(tracker: Tracker) -> None:
    before = places(tracker)
    for number in range(100):
        add(tracker, number, number % 3)
    after = places(tracker)
    assert len(after) == 146
    assert after[id_of(0)] != before[id_of(0)]


@pytest.mark.parametrize("damage", [b"", b"PK nonsense", b"\x93NUMPY"])
def test_a_damaged_file_is_drawn_again(tracker: Tracker, damage: bytes) -> None:
    before = places(tracker)
    (tracker.settings.index_dir / FILE).write_bytes(damage)
    with Tracker.open(tracker.settings.home) as other:
        assert places(other) == before


def test_status_year_and_list_are_of_today(tracker: Tracker) -> None:
    tracker.map()
    tracker.act([id_of(0)], "queued")
    point = next(p for p in tracker.map().points if p.id == id_of(0))
    assert (point.status, point.year, point.source) == ("queued", 2020, "monthly")


def test_a_map_that_cannot_be_kept_says_so(tracker: Tracker) -> None:
    tracker.settings.index_dir.parent.mkdir(exist_ok=True)
    tracker.settings.index_dir.write_text("not a folder")
    with pytest.raises(DiskFull):
        tracker.map()


def test_drawing_anew_tells_how_far_it_is(tracker: Tracker) -> None:
    told = []
    assert tracker.draw_map(progress=told.append) == 46
    assert [step.done for step in told] == [0, 1, 2, 3]


def test_a_library_without_vectors_has_an_empty_map(tmp_path: Path) -> None:
    with Tracker.open(tmp_path / "empty") as tracker:
        assert tracker.map().points == ()
        assert tracker.draw_map() == 0
