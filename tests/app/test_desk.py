"""New and Reading list over a real library, action by action."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from app.widgets import pager
from tests.app.conftest import text_of
from tests.app.desk_library import PAPERS, fill, id_of
from tracker.service import Tracker


@pytest.fixture
def tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracker]:
    """A library that the pages find as their own."""
    fill(tmp_path)
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    st.cache_resource.clear()
    with Tracker.open(tmp_path) as opened:
        yield opened
    st.cache_resource.clear()


def press(test: Any, key: str) -> None:
    test.button(key=key).click().run()
    assert not test.exception


def titles(test: Any) -> list[str]:
    return [link.proto.label for link in test.get("page_link")]


# ---------------------------------------------------------------- New


def test_new_shows_every_paper_once_by_week_and_list(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = visit()
    assert not test.exception
    assert sorted(titles(test)) == sorted(title for title, *_ in PAPERS)
    groups = re.findall(r'tr-group">([^<]*)<', text_of(test))
    assert groups == ["Added by you", "A Monthly List", "A Weekly List", "A Weekly List"]


@pytest.mark.parametrize("status", ["queued", "read", "skipped"])
def test_one_click_decides_and_undo_takes_it_back(tracker: Tracker, visit: Callable[..., Any], status: str) -> None:
    test = visit()
    press(test, f"{status}-new-{id_of(0)}")
    assert tracker.paper(id_of(0)).status == status
    assert PAPERS[0][0] not in titles(test)
    press(test, "undo-new")
    assert tracker.paper(id_of(0)).status == "inbox"
    assert PAPERS[0][0] in titles(test)


def test_seen_one_a_group_and_all(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = visit()
    press(test, f"seen-new-{id_of(5)}")
    assert tracker.count("is:new") == 5
    press(test, "group-seen-0")
    assert tracker.count("is:new") == 3
    next(b for b in test.button if b.label == "Mark all seen").click().run()
    assert tracker.count("is:new") == 0
    assert "Nothing new since you looked last" in text_of(test)
    for left in (3, 5, 6):
        press(test, "undo-new")
        assert tracker.count("is:new") == left


def test_a_list_narrows_the_news(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = visit()
    test.selectbox(key="list-chosen").set_value("monthly").run()
    assert sorted(titles(test)) == sorted([PAPERS[0][0], PAPERS[3][0]])
    assert test.query_params["list"] == "monthly"
    assert sorted(titles(visit(list="monthly"))) == sorted([PAPERS[0][0], PAPERS[3][0]])


def test_one_list_is_seen_alone(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = visit(list="monthly")
    assert 'class="tr-new"' not in text_of(test), "everything here is new"
    next(b for b in test.button if b.label == "Mark this list seen").click().run()
    assert tracker.count("is:new") == 4
    press(test, "undo-new")
    assert tracker.count("is:new") == 6


def test_a_long_group_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visit: Callable[..., Any]
) -> None:
    fill(tmp_path, extra=300)
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    st.cache_resource.clear()
    test = visit()
    assert not test.exception
    groups = re.findall(r'tr-group">([^<]*)<span>([^<]*)<', text_of(test))
    assert [name for name, _ in groups] == ["Added by you", "A Monthly List", "A Weekly List", "A Weekly List"]
    assert groups[0][1].startswith("came in the week of ")
    assert groups[1][1].startswith("week of 27 Apr 2026")
    assert len(titles(test)) == 4 + 5
    assert test.button(key="group-open-0").label == "All 301 of this group"
    press(test, "group-open-0")
    assert len(titles(test)) == 48 + 5, "an open group pushes no other away"
    assert test.button(key="group-open-0").label == "253 more of this group"
    st.cache_resource.clear()


def test_a_note_from_the_news(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = visit()
    assert not test.text_area, "the form is drawn once it is opened"
    test.session_state[f"noting-new-{id_of(0)}"] = True
    test.run()
    test.text_area(key=f"note-body-{id_of(0)}").input("Ask the dogs.")
    form = next(b for b in test.button if b.label == "Save note" and id_of(0) in str(b.proto.form_id))
    form.click().run()
    assert [note.body for note in tracker.paper(id_of(0)).notes] == ["Ask the dogs."]


# ---------------------------------------------------------------- Reading list


def test_the_board_has_every_status_and_what_to_read_next(tracker: Tracker, visit: Callable[..., Any]) -> None:
    tracker.act([id_of(4)], "read", rating=5)
    tracker.act([id_of(3)], "queued")
    test = visit("reading")
    assert not test.exception
    said = text_of(test)
    for expected in ("**Inbox** 4", "**Queued** 1", "**Reading** 0", "**Read** 1", "**Skipped** 0"):
        assert expected in said
    assert "Near to “Clouds of Attention”, which you rated 5" in said
    press(test, f"reading-next-{id_of(3)}")
    assert tracker.paper(id_of(3)).status == "reading"


def test_what_was_forgotten_is_kept_or_skipped(tracker: Tracker, visit: Callable[..., Any]) -> None:
    tracker._clock = lambda: datetime.now(UTC) - timedelta(days=40)
    tracker.act([id_of(0), id_of(1)], "queued")
    test = visit("reading")
    press(test, f"keep-{id_of(0)}")
    press(test, f"skipped-old-{id_of(1)}")
    assert [tracker.paper(id_of(n)).status for n in (0, 1)] == ["queued", "skipped"]
    assert "keep-" not in " ".join(str(b.key) for b in test.button)
    press(test, "undo-reading")
    press(test, "undo-reading")
    assert any(b.key == f"keep-{id_of(0)}" for b in test.button), "the queue's old date is back"


def table(visit: Callable[..., Any]) -> Any:
    test = visit("reading", layout="Table", status="Inbox")
    assert not test.exception
    next(box for box in test.checkbox if box.label.startswith("All ")).check().run()
    return test


def test_bulk_actions_and_their_undo(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = table(visit)
    test.number_input(key="bulk-priority").set_value(4).run()
    press(test, "bulk-set-priority")
    test.number_input(key="bulk-rating").set_value(3).run()
    press(test, "bulk-set-rating")
    test.text_input(key="bulk-tag").set_value("spring").run()
    press(test, "bulk-add-tag")
    papers = tracker.papers()
    assert {(p.priority, p.rating, p.tags) for p in papers} == {(4, 3, ("spring",))}
    press(test, "bulk-remove-tag")
    press(test, "bulk-queued")
    assert tracker.count("status:queued") == 6
    for _ in range(5):
        press(test, "undo-reading")
    assert {(p.status, p.priority, p.rating, p.tags) for p in tracker.papers()} == {("inbox", 0, None, ())}


def test_the_bulk_actions_stand_above_the_rows(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = table(visit)
    keys = [getattr(element, "key", None) or element.type for element in test.main]
    assert keys.index("bulk-queued") < next(i for i, key in enumerate(keys) if str(key).startswith("rows-"))


def test_every_row_can_be_reached(tracker: Tracker, visit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pager, "ROWS_A_PAGE", 4)
    test = visit("reading", layout="Table", status="Inbox", page="2")
    assert "6 papers, 5 to 6 are shown" in text_of(test)
    test.text_input(key="filter").set_value("study").run()
    assert "6 papers, 1 to 4 are shown" in text_of(test)


def test_the_inbox_has_what_most_lists_name_first(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = visit("reading", layout="Table", status="Inbox")
    assert test.selectbox(key="sort").value == "endorsed"
    rows = test.dataframe[0].value
    assert list(rows["Lists"]) == [2, 2, 1, 1, 1, 0]
    assert set(rows["Notes"]) == {""}
    tracker.act([id_of(0)], "queued")
    test.get("button_group")[1].set_value("queued").run()
    assert test.selectbox(key="sort").value == "priority"
    assert test.query_params.get("sort") in (None, "Priority")


def test_an_unknown_year_is_an_empty_cell(tracker: Tracker, visit: Callable[..., Any]) -> None:
    from sqlalchemy import text

    with tracker._db.write() as session:
        session.connection().execute(text("UPDATE paper SET year = NULL"))
    assert set(visit("reading", layout="Table", status="Inbox").dataframe[0].value["Year"]) == {""}


def test_nothing_stays_chosen_when_other_papers_take_the_rows(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = table(visit)
    tracker.act([id_of(0)], "read")
    test.run()
    assert not any(box.value for box in test.checkbox)
    assert not any(button.key == "bulk-queued" for button in test.button)


def test_one_paper_alone_is_written_about(tracker: Tracker, visit: Callable[..., Any]) -> None:
    tracker.act([id_of(2)], "queued")
    test = visit("reading", layout="Table")
    next(box for box in test.checkbox if box.label.startswith("All ")).check().run()
    test.text_area(key=f"draft-{id_of(2)}").set_value("A **bold** claim. <script>x</script>").run()
    said = text_of(test)
    assert "<strong>bold</strong>" in said
    assert "<script>" not in said.split("tr-preview")[1]
    press(test, f"save-{id_of(2)}")
    assert [note.body for note in tracker.paper(id_of(2)).notes] == ["A **bold** claim. <script>x</script>"]
    test.number_input(key=f"priority-{id_of(2)}").set_value(2).run()
    assert tracker.paper(id_of(2)).priority == 2


def test_the_weeks(tracker: Tracker, visit: Callable[..., Any]) -> None:
    assert "Nothing was queued or read" in text_of(visit("reading", layout="Progress"))
    tracker.act([id_of(0)], "read")
    assert "1 read · 0 queued" in text_of(visit("reading", layout="Progress"))


def test_an_empty_reading_list_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visit: Callable[..., Any]
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "empty"))
    st.cache_resource.clear()
    test = visit("reading")
    assert not test.exception
    assert "An update reads the lists" in text_of(test)


@pytest.mark.parametrize("hostile", ["<script>x</script> [x](javascript:1) $$", "x" * 10_000, "right \u202eot tfel"])
def test_hostile_titles_on_the_reading_list(tracker: Tracker, visit: Callable[..., Any], hostile: str) -> None:
    from sqlalchemy import text

    with tracker._db.write() as session:
        session.connection().execute(text("UPDATE paper SET title = :title"), {"title": hostile})
    tracker.act([id_of(0)], "queued")
    tracker.note(id_of(0), hostile)
    for layout in ("Board", "Table"):
        test = visit("reading", layout=layout)
        assert not test.exception
        for element in test.get("html"):
            if "tr-" in element.proto.body:
                assert "<script" not in element.proto.body
                assert "\u202e" not in element.proto.body
        assert all("$$" not in name.replace("\\$", "") and len(name) < 1_000 for name in titles(test))
