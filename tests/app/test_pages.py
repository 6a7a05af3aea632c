"""Every page and action, over a library in memory."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import text_of
from tests.app.test_text import HOSTILE
from tests.cli.fake_library import NOW, FakeTracker, make_paper
from tracker.errors import DiskFull, QueryError, StoreBusy
from tracker.progressfile import ProgressFile
from tracker.records import Mention, Note, Progress

PAGES = ("new", "library", "search", "paper", "sources")
FIRST = "arxiv:2401.00001"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(library: FakeTracker, visit: Any, page: str) -> None:
    test = visit(page, id=FIRST)
    assert not test.exception
    assert not test.error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_is_wrong(library: FakeTracker, visit: Any, page: str) -> None:
    library.fails = StoreBusy("the library is locked by <b>another</b> process")
    test = visit(page, id=FIRST, q="x") if page != "search" else visit(page, q="x")
    assert not test.exception
    if page != "sources":
        assert "locked" in text_of(test)


@pytest.mark.parametrize("hostile", [*HOSTILE, "x" * 10_000, "right \u202eot tfel"])
def test_hostile_text_does_no_harm(library: FakeTracker, visit: Any, hostile: str) -> None:
    mention = Mention(source="weekly", key="k", title=hostile, url="javascript:alert(1)", text=hostile, marker=hostile)
    note = Note(id="n", body=hostile, created=NOW, updated=NOW)
    library.shelf = [
        make_paper(1, hostile, abstract=hostile, authors=(hostile,), venue=hostile, mentions=(mention,), notes=(note,))
    ]
    for page, params in (("new", {}), ("library", {}), ("search", {"q": "x"}), ("paper", {"id": FIRST})):
        test = visit(page, **params)
        assert not test.exception
        for element in test.get("html"):
            body = element.proto.body
            if "tr-" in body:
                assert "<script" not in body
                assert "<img" not in body
                assert 'href="javascript' not in body
                assert "\u202e" not in body


def test_new_lists_what_is_new_and_marks_it_seen(library: FakeTracker, visit: Any) -> None:
    test = visit()
    assert "2 new of 2 papers" in text_of(test)
    assert ("news_by_week", None, 8) in library.calls
    next(b for b in test.button if b.label == "Mark all seen").click().run()
    assert ("see_until", NOW) in library.calls
    assert "2 papers marked as seen" in text_of(test)


@pytest.mark.parametrize("page", ["library", "search"])
def test_a_click_queues_a_paper(library: FakeTracker, visit: Any, page: str) -> None:
    test = visit(page, q="herds") if page == "search" else visit(page)
    test.get("button_group")[1].set_value("queued").run()
    assert ("mark", FIRST, "queued", None, None) in library.calls
    assert library.shelf[0].status == "queued"


def test_what_was_marked_elsewhere_shows(library: FakeTracker, visit: Any) -> None:
    test = visit("paper", id=FIRST)
    library.shelf[0] = replace(library.shelf[0], status="read", rating=2)
    test.run()
    assert test.session_state[f"status-paper-{FIRST}"] == "read"
    assert test.session_state[f"rating-{FIRST}"] == 1


def test_the_filters_make_one_query(library: FakeTracker, visit: Any) -> None:
    visit("library", filter='year:2024 "herd"', status="Queued", sort="Title")
    assert ("papers", 'year:2024 "herd" status:queued', "title", 12, 0) in library.calls


def test_pages_of_the_library(library: FakeTracker, visit: Any) -> None:
    library.shelf = [make_paper(n, f"Paper number {n}") for n in range(1, 46)]
    visit("library", page="3")
    assert ("papers", "", "added", 12, 24) in library.calls
    visit("library", page="99")
    assert not any(call[0] == "papers" and call[4] > 40 for call in library.calls)


def test_search_shows_why(library: FakeTracker, visit: Any) -> None:
    said = text_of(visit("search", q="vectors"))
    assert '<div class="tr-why">The herd stays together.</div>' in said
    assert "Found <mark>vectors</mark> in title" in said


def test_where_everything_is_ranked_a_page_of_hits_is_no_number_found(library: FakeTracker, visit: Any) -> None:
    library.shelf = [make_paper(n, f"Paper number {n}") for n in range(1, 46)]
    found = library.search
    library.search = lambda *a, **k: replace(found(*a, **k), total=None)  # type: ignore[method-assign]
    assert "The best 12 in 3 ms" in text_of(visit("search", q="vectors"))
    library.shelf = library.shelf[:3]
    assert "3 papers in 3 ms" in text_of(visit("search", q="vectors"))


def test_where_no_hit_has_a_word_of_the_query_it_is_said(library: FakeTracker, visit: Any) -> None:
    said = "No paper has these words"
    assert said not in text_of(visit("search", q="vectors"))
    found = library.search(query="vectors")
    far = tuple(replace(one, lexical=0.0, semantic=0.4, matched=()) for one in found.hits)
    library.search = lambda *a, **k: replace(found, hits=far)  # type: ignore[method-assign]
    assert said in text_of(visit("search", q="vectors"))


def test_similar_papers_show_the_nearest_sentence_alone(library: FakeTracker, visit: Any) -> None:
    said = text_of(visit("search", like=FIRST))
    assert '<div class="tr-why">The herd stays together.</div>' in said
    assert "Found" not in said
    assert "<mark>" not in said


def test_a_saved_search_is_told_once(library: FakeTracker, visit: Any) -> None:
    test = visit("search", q="herds")
    next(b for b in test.button if b.label == "Save search").click().run()
    assert [toast.value for toast in test.toast] == ["Saved"]
    test.run()
    assert not test.toast


def test_search_without_a_query_invites(library: FakeTracker, visit: Any) -> None:
    visit("search")
    assert not any(call[0] == "search" for call in library.calls)


def test_a_query_that_cannot_be_read_is_explained(library: FakeTracker, visit: Any) -> None:
    library.search = lambda *a, **k: (_ for _ in ()).throw(QueryError("year:x is no year", cure="use year:2023"))  # type: ignore[method-assign]
    test = visit("search", q="year:x")
    assert not test.exception
    assert "no year" in test.warning[0].value


def test_paper_shows_all_that_is_known(library: FakeTracker, visit: Any) -> None:
    library.shelf[0] = make_paper(
        1,
        mentions=(
            Mention(
                source="weekly",
                key="k",
                title="Herding",
                url=None,
                gone_at=NOW,
                rank=2,
                marker="⭐",
                section=("A", "B"),
            ),
        ),
    )
    said = text_of(visit("paper", id=FIRST))
    for expected in (
        "Herding Small Vectors",
        "Ada Example, Bo Sample, Cy Test, Di Mock, Ed Fake",
        "We herd vectors.",
        "From arXiv, 4 May 2026",
        "A Weekly List</strong> · rank 2 · A › B · ⭐ · left the list on 4 May 2026",
        "https://github.com/example/herd",
    ):
        assert expected in said


@pytest.mark.parametrize("wanted", ["", "nothing", "<script>"])
def test_a_paper_that_is_not_there(library: FakeTracker, visit: Any, wanted: str) -> None:
    test = visit("paper", id=wanted)
    assert not test.exception
    assert "No paper is chosen" in text_of(test) or "no paper goes by" in test.warning[0].value.replace("\\", "")


def test_a_note_is_written_changed_and_removed(library: FakeTracker, visit: Any) -> None:
    test = visit("paper", id=FIRST)
    test.text_area(key=f"draft-{FIRST}").input("Read **again**.")
    next(b for b in test.button if b.label == "Save note").click().run()
    assert ("note", FIRST, "Read **again**.") in library.calls
    assert "Read <strong>again</strong>." in text_of(test)
    test.button(key="remove-n1").click().run()
    assert ("delete_note", "n1") in library.calls


def test_a_status_and_a_priority_on_the_paper_page_can_be_taken_back(library: FakeTracker, visit: Any) -> None:
    test = visit("paper", id=FIRST)
    test.get("button_group")[0].set_value("read").run()
    assert library.shelf[0].status == "read"
    assert "“Herding Small Vectors”: read" in text_of(test).replace("\\", "")
    test.number_input(key=f"priority-{FIRST}").set_value(7).run()
    assert library.shelf[0].priority == 7
    assert test.button(key="undo-paper")


def test_tags(library: FakeTracker, visit: Any) -> None:
    library.shelf[0] = make_paper(1, tags=("old",))
    test = visit("paper", id=FIRST)
    test.multiselect(key=f"tags-{FIRST}").set_value([]).run()
    assert ("tag", (), ("old",)) in library.calls


def test_a_click_that_fails_says_so_and_changes_nothing(library: FakeTracker, visit: Any) -> None:
    test = visit("paper", id=FIRST)
    library.mark = lambda *a, **k: (_ for _ in ()).throw(DiskFull("no room"))  # type: ignore[method-assign]
    test.get("button_group")[0].set_value("read").run()
    assert "no room" in test.toast[0].value
    assert test.session_state[f"status-paper-{FIRST}"] is None


def test_sources_and_duplicates(library: FakeTracker, visit: Any) -> None:
    test = visit("sources")
    test.toggle(key="enabled-weekly").set_value(False).run()
    assert ("enable_source", "weekly", False) in library.calls
    test.button(key="remove-weekly").click().run()
    assert ("remove_source", "weekly") in library.calls
    test = visit("sources", part="Duplicates")
    test.button(key="merge-7").click().run()
    assert ("merge", FIRST, "arxiv:2401.00002") in library.calls
    test.button(key="apart-7").click().run()
    assert ("keep_apart", FIRST, "arxiv:2401.00002") in library.calls


def test_health(library: FakeTracker, visit: Any) -> None:
    test = visit("sources", part="Health")
    next(b for b in test.button if b.label == "Check now").click().run()
    assert test.success[0].value == "sound"


def test_a_running_update_shows_its_bars_and_then_its_end(library: FakeTracker, visit: Any, tmp_path: Path) -> None:
    file = ProgressFile(Path(os.environ["TRACKER_HOME"]), clock=lambda: datetime.now(UTC))
    file(Progress(stage="lists", done=2, total=7, message="weekly"))
    test = visit("new")
    assert "Your library is being brought up to date" in text_of(test)
    assert "Reading the lists" in visit("library").get("progress")[0].proto.text
    file.finish("partly", ("weekly could not be fetched: HTTP 503",))
    test.run()
    assert "weekly could not be fetched" in text_of(test)
    next(b for b in test.button if b.label == "Dismiss").click().run()
    assert "could not be fetched" not in text_of(test)


def test_an_empty_library_says_what_to_do(library: FakeTracker, visit: Any) -> None:
    library.shelf = []
    assert "An update reads the lists" in text_of(visit("library"))
    assert not visit("new").exception
    assert "Nothing found" in text_of(visit("search", q="x"))
