"""Search in the dashboard: narrowing by clicks, searches that are kept, what other windows changed."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.widgets import elsewhere, facets, plain
from tests.app.conftest import text_of
from tests.cli.fake_library import NOW, FakeTracker
from tracker.journal import Run
from tracker.library.searches import SavedSearch
from tracker.records import ConceptLink
from tracker.schedule.planning import Outage

FIRST = "arxiv:2401.00001"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("herds of dogs", []),
        ("herds year:2023.. -list:weekly", ["year:2023..", "-list:weekly"]),
        ('author:"Ada Moss" tag:x', ['author:"Ada Moss"', "tag:x"]),
        ("re:zero c:\\x title: herds", []),
        ("year:2023 OR year:2024", []),
    ],
)
def test_the_filters_of_a_query(query: str, found: list[str]) -> None:
    assert facets.clauses(query) == found
    for clause in found:
        assert clause not in facets.clauses(facets.without(query, clause))
        assert facets.narrowed(facets.without(query, clause), clause).endswith(clause)


def test_a_year_takes_the_place_of_the_years() -> None:
    assert facets.narrowed("herds year:2020.. has:code", "year:2023") == "herds has:code year:2023"
    assert facets.narrowed("list:a", "list:b") == "list:a list:b"
    said = [facets.said(clause) for clause in ("year:2020..", "year:..2020", "year:2019..2020", "year:2020", "-tag:x")]
    assert said == ["from 2020", "up to 2020", "2019 to 2020", "2020", "not #x"]


def test_clicks_narrow_and_widen_a_search(library: FakeTracker, visit: Any) -> None:
    test = visit("search", q="herds")
    assert not any(call[0] == "facets" for call in library.calls), "counted once somebody asks"
    test.session_state[facets.popover_key("List", "herds")] = True
    test.run()
    test.button(key="with-list:weekly").click().run()
    assert not test.exception
    assert ("search", "herds list:weekly", 12, 0, "hybrid") in library.calls
    assert test.query_params["q"] == "herds list:weekly", "the filter is in the address"
    test.button(key="without-list:weekly").click().run()
    assert test.query_params["q"] == "herds"


def test_a_search_is_kept_opened_and_forgotten(library: FakeTracker, visit: Any) -> None:
    test = visit("search", q="herds")
    next(b for b in test.button if b.label == "Save search").click().run()
    assert ("save_search", "herds", "herds", None) in library.calls
    library.saved["herds"] = SavedSearch(name="herds", query="herds", created=NOW, seen=NOW, new=(FIRST,))
    test = visit("search")
    assert "1 new since you looked" in text_of(test)
    test = visit("search", q="herds")
    assert text_of(test).count("new here") == 1
    test.get("button_group")[1].set_value("queued").run()
    assert text_of(test).count("new here") == 1, "a click is no new look"
    assert library.calls.count(("see_search", "herds")) == 1
    test.button(key="forget-here").click().run()
    assert not library.saved


def test_a_hit_leads_to_the_lens_and_to_its_like(library: FakeTracker, visit: Any) -> None:
    library.semantic = 0.4
    test = visit("search", q="herds")
    links = [link.proto for link in test.get("page_link")]
    assert any("paper=arxiv%3A2401.00001" in link.query_string and "lab=lens" in link.query_string for link in links)
    test = visit("search", like=FIRST)
    assert not test.exception
    assert "Similar papers" in text_of(test)


def test_what_another_window_did_is_told(library: FakeTracker, visit: Any) -> None:
    assert "Changed elsewhere" not in text_of(visit("library"))
    library.desk = 3
    library.shelf[0] = replace(library.shelf[0], status="skipped", title="A <b>bold</b> $$ title")
    said = elsewhere._told(library.desk_changes(0))
    assert "skipped" in said
    assert "<b>" not in said
    assert "$$" not in said


def _cut_off_page() -> None:
    import streamlit as st

    from app.widgets import elsewhere

    elsewhere.watch()
    if st.session_state.pop("cut", False):
        raise ValueError("the next click came before this page was whole")
    elsewhere.told()


def test_a_change_is_told_once_and_again_where_the_page_was_cut_off(library: FakeTracker) -> None:
    def toasts() -> list[str]:
        return [toast.value for toast in test.toast]

    test = AppTest.from_function(_cut_off_page)
    test.run()
    assert not toasts()
    library.desk += 1
    test.session_state["cut"] = True
    assert test.run().exception
    test.run()
    assert "Changed elsewhere" in toasts()[0]
    test.run()
    assert not toasts(), "told once"
    before, library.desk = library.desk, library.desk + 1
    test.session_state["desk-own"] = [(before, library.desk)]
    test.run()
    assert not toasts(), "what one did oneself is no news"
    library.desk += 1
    test.run()
    assert toasts()


def test_a_paper_shows_concepts_citation_and_doubts(library: FakeTracker, visit: Any) -> None:
    evil = "<script>x</script>"
    library.shelf[0] = replace(
        library.shelf[0], concepts=(ConceptLink(slug="attention", score=0.83, evidence=f"Attend {evil}."),)
    )
    library.joined = ("mine:old",)
    test = visit("paper", id=FIRST)
    said = text_of(test)
    assert 'href="concepts?concept=attention"' in said
    assert "83%" in said
    assert "Attend &lt;script&gt;" in said
    assert test.get("code")[0].proto.code_text == "@article{arxiv:2401.00001}"
    test.button(key="tie-False-attention").click().run()
    assert ("say_concept", FIRST, "attention", False) in library.calls
    test.button(key="split-mine:old").click().run()
    assert ("split", "mine:old") in library.calls
    test.button(key="merge-7").click().run()
    assert ("merge", FIRST, "arxiv:2401.00002") in library.calls


def test_jobs_and_outages_in_plain_words(library: FakeTracker, visit: Any) -> None:
    error = "https://x.org/<b>list</b> answered 404 Not Found"
    library.outages = (Outage(slug="weekly", failures=4, since=NOW, error=error),)
    report = {"sources": [{"slug": "weekly", "state": "failed", "error": error}, {"slug": "a", "added": 3}]}
    library.past = (Run(id="r", kind="update", started=NOW, ended=NOW, outcome="partly", report=report),)
    test = visit("sources", part="Jobs")
    said = text_of(test)
    assert "failed 4 times in a row" in test.warning[0].value
    assert "nothing at its address any more" in test.warning[0].value
    assert "done in part" in said
    assert "3 added" in said
    assert "<b>list" not in said


def test_a_backup_by_a_click(library: FakeTracker, visit: Any) -> None:
    test = visit("sources", part="Health")
    next(b for b in test.button if b.label == "Back up now").click().run()
    assert any(call[0] == "backup" and call[1].suffix == ".sqlite3" for call in library.calls)
    kept = next(call[1] for call in library.calls if call[0] == "backup")
    assert test.code[0].value == f"tracker restore {shlex.quote(str(kept))}"
    assert kept.is_absolute()


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ("https://x.org answered 503 Service Unavailable", "trouble"),
        ("https://x.org answered 429 Too Many Requests", "patience"),
        ("https://x.org cannot be reached: [Errno -2] Name or service not known", "network"),
        ("https://x.org took too long (ReadTimeout)", "too long"),
        ("https://x.org has 99 bytes, the limit is 9", "far more"),
        ("a riddle", "could not be brought in"),
    ],
)
def test_errors_in_plain_words(error: str, word: str) -> None:
    assert word in plain.words(error)
