"""Library: every paper, filtered and sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from app import library
from app.widgets import cards, frame, listchoice, pager, progress
from app.widgets.words import STATUS_NAMES, count, joined

if TYPE_CHECKING:
    from tracker.service import Sort

SORTS = {
    "added": "Newest in the library",
    "published": "Newest published",
    "endorsed": "Named by most lists",
    "priority": "Your priority",
    "title": "Title",
}
PAGE = "page"


def _again() -> None:
    pager.first(PAGE)


def _query() -> str:
    """The filters as one query, in the language of the search."""
    status = st.session_state.get("status")
    source = listchoice.given()
    return " ".join(
        part
        for part in (
            st.session_state.get("filter", "").strip(),
            f"status:{status}" if status else "",
            f"list:{source}" if source else "",
        )
        if part
    )


def _filters() -> None:
    st.segmented_control(
        "Status", list(STATUS_NAMES), format_func=STATUS_NAMES.__getitem__, key="status", bind="query-params",
        on_change=_again, label_visibility="collapsed",
    )  # fmt: skip
    st.text_input(
        "Filter", key="filter", type="search", bind="query-params", on_change=_again, label_visibility="collapsed",
        placeholder="Filter: words, year:2023.., author:…, tag:…, has:code", max_chars=2_000,
    )  # fmt: skip
    with st.container(horizontal=True):
        listchoice.choose(cards.lists_with_entries(), _again)
        st.selectbox(
            "Sort", list(SORTS), format_func=SORTS.__getitem__, key="sort", bind="query-params", on_change=_again,
            label_visibility="collapsed",
        )  # fmt: skip


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    total = tracker.count()
    frame.head("Library", joined(count(total, "paper"), progress.last_line()))
    progress.banner(brief=True)
    if not total:
        progress.invitation(0)
        return
    _filters()
    query = _query()
    found = tracker.count(query) if query else total
    if not found:
        st.markdown("No paper fits. Take a filter away, or try **Search**, which also finds by meaning.")
        return
    if query:
        st.caption(f"{count(found, 'paper')} of {total:,}")
    listing = st.container()  # above the page numbers, yet filled after them, since they say what to fill it with
    offset = pager.pager(PAGE, found)
    order = cast("Sort", st.session_state.get("sort") or "added")
    with listing:
        cards.deck(tracker.papers(query, sort=order, limit=pager.PAGE_SIZE, offset=offset), "library")


page()
