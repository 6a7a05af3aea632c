"""The Map page over a real library: what is sent to the browser, what an address asks for, what is chosen."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as hs

from app.widgets.plotmap import BY, Look, message, packed
from tests.app.conftest import text_of
from tests.app.desk_library import PAPERS, fill, id_of
from tracker.records import READING_STATUSES
from tracker.service import Tracker


@pytest.fixture
def tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracker]:
    """A library that the pages find as their own, its map drawn as an update leaves it."""
    fill(tmp_path)
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    st.cache_resource.clear()
    with Tracker.open(tmp_path) as opened:
        opened.keep_map_up()
        yield opened
    st.cache_resource.clear()


def unpacked(data: bytes) -> tuple[dict[str, Any], bytes, dict[str, Any], np.ndarray, list[str]]:
    """As the browser reads it: head, statuses, facts, columns [5, n], titles and then ids."""
    length = struct.unpack("<I", data[:4])[0]
    head = json.loads(data[4 : 4 + length])
    n = head["count"]
    raw = zlib.decompress(data[4 + length + n :])
    inner = struct.unpack("<I", raw[:4])[0]
    columns = np.frombuffer(raw[4 + inner : 4 + inner + 10 * n], "<i2").reshape(5, n)
    text = raw[4 + inner + 10 * n :].decode().split("\n")
    return head, data[4 + length : 4 + length + n], json.loads(raw[4 : 4 + inner]), columns, text


def choosing(visit: Callable[..., Any], *ids: str) -> Any:
    """The page as it is when somebody comes back to it with papers chosen."""
    test = visit()
    test.session_state["map-chosen"] = list(ids)
    test.switch_page("views/map.py").run()
    assert not test.exception
    return test


def sent(test: Any) -> tuple[dict[str, Any], bytes, dict[str, Any], np.ndarray, list[str]]:
    (component,) = test.get("bidi_component")
    return unpacked(component.proto.bytes)


def test_the_browser_gets_what_the_library_has(tracker: Tracker, visit: Callable[..., Any]) -> None:
    tracker.act([id_of(2)], "queued")
    test = visit("map")
    assert not test.exception
    head, statuses, facts, columns, text = sent(test)
    assert (head["count"], head["by"], head["chosen"]) == (6, "concept", [])
    assert sorted(text[:6]) == sorted(title for title, *_ in PAPERS)
    at = text[6:].index(id_of(2))
    assert READING_STATUSES[statuses[at]] == "queued"
    years, lists = columns[2], columns[4]
    assert years[at] == tracker.paper(id_of(2)).year
    assert facts["lists"][lists[at]] == "A Weekly List"
    assert lists[text[6:].index(id_of(5))] == -1
    assert "6 papers" in text_of(test)


def test_places_keep_their_distances_on_the_way(tracker: Tracker) -> None:
    sheet = tracker.map_sheet()
    assert sheet.fixed is not None
    facts, columns = unpacked(message(sheet, Look(), (), packed(sheet, str)))[2:4]
    left, bottom, right, top = facts["bounds"]
    x = left + columns[0].view("<u2") / 65535 * (right - left)
    y = bottom + columns[1].view("<u2") / 65535 * (top - bottom)
    assert np.allclose(np.column_stack([x, y]), sheet.fixed.positions, atol=1e-3)


@pytest.mark.parametrize("colour", list(BY))
def test_an_address_says_how_the_map_is_looked_at(tracker: Tracker, visit: Callable[..., Any], colour: str) -> None:
    head = sent(visit("map", colour=colour, years="2021-2023"))[0]
    assert (head["by"], head["first"], head["last"]) == (colour, 2021, 2023)


@given(by=hs.sampled_from(sorted(BY)), span=hs.none() | hs.tuples(hs.integers(1000, 9999), hs.integers(1000, 9999)))
def test_a_look_comes_back_from_its_address(by: str, span: tuple[int, int] | None) -> None:
    look = Look(by, *(span or (None, None)))
    assert Look.of(look.params()) == look


@given(hs.dictionaries(hs.sampled_from(["colour", "years"]), hs.text(max_size=12)))
def test_an_address_of_nonsense_is_the_whole_map(params: dict[str, str]) -> None:
    look = Look.of(params)
    assert look.by in BY
    assert look.first is None or 0 <= look.first <= 9999


def test_one_chosen_is_shown_and_many_are_queued(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = choosing(visit, id_of(0))
    assert PAPERS[0][0] in [link.proto.label for link in test.get("page_link")]
    test = choosing(visit, *(id_of(n) for n in range(4)))
    assert "4 papers chosen" in text_of(test)
    queue = next(b for b in test.button if b.label == "Queue all")
    assert queue.proto.type == "primary"
    queue.click().run()
    assert not test.exception
    assert next(b for b in test.button if b.label == "Queue all").proto.type == "secondary"
    assert tracker.count("status:queued") == 4
    assert list(sent(test)[1]).count(READING_STATUSES.index("queued")) == 4
    test.button(key="undo-map").click().run()
    assert tracker.count("status:queued") == 0


def test_a_chosen_paper_that_is_gone_is_told(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = choosing(visit, "arxiv:9999.99999")
    assert "not in the library any more" in text_of(test)


def test_drawing_anew(tracker: Tracker, visit: Callable[..., Any]) -> None:
    test = visit("map")
    next(b for b in test.button if b.label == "Draw anew").click().run()
    assert not test.exception
    assert "6 papers drawn" in test.toast[0].value


def test_an_empty_map_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visit: Callable[..., Any]
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "empty"))
    st.cache_resource.clear()
    test = visit("map")
    assert not test.exception
    assert "nothing to draw yet" in text_of(test)
    st.cache_resource.clear()
