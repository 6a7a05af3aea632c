"""The way out and in: exports to download, the reading list as a page, a file brought in, and clear errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from app.widgets import carrying
from tests.app.conftest import text_of
from tests.app.desk_library import PAPERS, fill, id_of
from tests.http.server import Reply, Server
from tests.library.test_exchange import address, zotero_at
from tracker.service import Tracker

__all__ = ["zotero_at"]  # a fixture


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    fill(tmp_path)
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.setenv("TRACKER_OFFLINE", "1")
    yield tmp_path
    st.cache_resource.clear()


@pytest.mark.parametrize("kind", list(carrying.FORMATS))
def test_every_format_can_be_had(home: Path, visit: Callable[..., Any], kind: str) -> None:
    test = visit("sources", part="In & out")
    test.selectbox(key="export-format").set_value(kind)
    test.text_input(key="export-query").set_value("year:2020..")
    test.button(key="export").click().run()
    assert not test.exception
    (button,) = test.get("download_button")
    assert carrying.FORMATS[kind][1] in button.proto.label
    with Tracker.open(home) as tracker, pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying.library, "tracker", lambda: tracker)
        assert len(carrying._file(kind, "")) > 500


def test_nothing_to_export_and_a_query_that_cannot_be_read_are_told(home: Path, visit: Callable[..., Any]) -> None:
    test = visit("sources", part="In & out")
    test.text_input(key="export-query").set_value("year:1900")
    test.button(key="export").click().run()
    assert "No paper fits" in test.info[0].value
    test.text_input(key="export-query").set_value("year:soon")
    test.button(key="export").click().run()
    assert test.warning
    assert not test.exception


def test_the_reading_list_becomes_a_page(home: Path, visit: Callable[..., Any]) -> None:
    with Tracker.open(home) as tracker:
        tracker.act([id_of(0)], "queued")
        tracker.note(id_of(0), "For me alone.")
    test = visit("sources", part="In & out")
    next(button for button in test.button if button.label == "Write the page").click().run()
    page = (home / "export" / "site" / "index.html").read_text("utf-8")
    assert PAPERS[0][0] in page
    assert "For me alone." not in page
    assert "1 paper in" in test.success[0].value


def test_a_file_is_brought_in_and_its_bad_entries_are_told(home: Path, visit: Callable[..., Any]) -> None:
    test = visit("sources", part="In & out")
    body = b"title,year,doi\nMilking the Gradient,2024,10.5555/12345\n,,\n"
    test.file_uploader(key="import-file").upload("../mine.csv", body, "text/csv").run()
    test.button(key="import").click().run()
    assert not test.exception
    assert "1 added" in test.success[0].value
    assert "tracker-import-" not in text_of(test)
    with Tracker.open(home) as tracker:
        assert [paper.title for paper in tracker.papers("milking")] == ["Milking the Gradient"]


def test_a_file_that_is_none_is_refused_in_words(home: Path, visit: Callable[..., Any]) -> None:
    test = visit("sources", part="In & out")
    test.file_uploader(key="import-file").upload("mine.csv", b"\x00\x01\x02" * 90, "text/csv").run()
    test.button(key="import").click().run()
    assert not test.exception
    assert "tracker-import-" not in text_of(test)
    assert test.error or test.warning


def test_a_zotero_that_does_not_run_is_told(home: Path, visit: Callable[..., Any]) -> None:
    test = visit("sources", part="In & out")
    test.button(key="import-zotero").click().run()
    assert not test.exception
    assert test.error or test.warning


def test_a_zotero_on_this_computer_is_brought_in(
    home: Path, visit: Callable[..., Any], zotero_at: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_OFFLINE")
    test = visit("sources", part="In & out")
    test.text_input(key="import-zotero-address").set_value(address(zotero_at))
    test.button(key="import-zotero").click().run()
    assert not test.exception
    assert "3 added" in test.success[0].value
    with Tracker.open(home) as tracker:
        paper = tracker.paper("10.1000/tides.1")
    assert (paper.title, paper.tags, paper.notes[0].body) == ("Tides, Part 1", ("To cite", "sea"), "Wet.")
    test.button(key="import-zotero").click().run()
    assert "3 were here already" in test.success[0].value
    zotero_at.routes["/api/users/0/items"] = lambda _: Reply(403, b"Local API is not enabled")
    test.button(key="import-zotero").click().run()
    assert not test.exception
    assert test.error


def test_an_address_that_is_no_zotero_on_this_computer_is_refused(home: Path, visit: Callable[..., Any]) -> None:
    test = visit("sources", part="In & out")
    test.text_input(key="import-zotero-address").set_value("zotero://example.org")
    test.button(key="import-zotero").click().run()
    assert not test.exception
    assert "Zotero on this machine" in test.warning[0].value
