"""Saved searches: keep this one, what is new in those that were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets.reading import attempt
from app.widgets.text import html, label
from app.widgets.words import ago

if TYPE_CHECKING:
    from tracker.library.searches import SavedSearch

_OPENED = "saved-opened"


def keep_button(query: str) -> None:
    """Save the search, or manage the one that this is."""
    held = next((one for one in library.tracker().saved_searches(news=False) if one.query == query), None)
    icon = ":material/bookmark_added:" if held else ":material/bookmark_add:"
    with st.popover("Saved" if held else "Save", icon=icon, type="tertiary"):
        st.caption("Its new hits are counted on the empty search page.")
        with st.form(f"save-search-{held.name if held else ''}", border=False):
            name = st.text_input("Name", value=held.name if held else query[:60], max_chars=100)
            if st.form_submit_button("Rename" if held else "Save search"):
                former = held.name if held else None
                if attempt(lambda: library.tracker().save_search(name, query, former=former)):
                    st.rerun()
        if held:
            st.button("Delete", key="forget-here", type="tertiary", icon=":material/delete:", on_click=_forget,
                      args=(held.name,))  # fmt: skip


def _forget(name: str) -> None:
    if attempt(lambda: library.tracker().forget_search(name)):
        st.toast(f"“{label(name, 80)}” is no longer saved")


def new_hits(query: str) -> frozenset[str]:
    """The ids of hits that are new in this search since it was looked at last; which is now, if it is a saved one."""
    opened: tuple[str, frozenset[str]] | None = st.session_state.get(_OPENED)
    if opened is not None and opened[0] == query:
        return opened[1]  # a click on this page is no new look
    tracker = library.tracker()
    held = next((one for one in tracker.saved_searches(news=False) if one.query == query), None)
    found = frozenset(tracker.see_search(held.name).new) if held else frozenset()
    st.session_state[_OPENED] = (query, found)
    return found


def shelf() -> None:
    """All saved searches with how many hits are new, each a link."""
    st.session_state.pop(_OPENED, None)
    tracker = library.tracker()
    held = tracker.saved_searches(news=False)
    if not held:
        return
    st.subheader("Saved searches", anchor=False)
    run = library.progress()
    key = (str(library.settings().home), held, tracker.desk_number(), run.updated if run else None)
    new = _new_counts(key)
    for one in held:
        _row(one, new.get(one.name, 0))


@st.cache_data(ttl=60, max_entries=16, show_spinner=False)
def _new_counts(key: tuple[object, ...]) -> dict[str, int]:
    """How many hits are new in each; counted anew when a search, a mark or the library changed (``key``)."""
    return {one.name: len(one.new) for one in library.tracker().saved_searches()}


def _row(one: SavedSearch, number: int) -> None:
    with st.container(key=f"card-saved-{one.name}", gap=None):
        with st.container(key=f"title-saved-{one.name}"):
            st.page_link("views/search.py", label=label(one.name), query_params={"q": one.query})
        new = f'<span class="tr-new">{number:,} new since you looked</span>' if number else "nothing new"
        asked = f" · {html(one.query, 200)}" if one.query != one.name else ""
        st.html(f'<div class="tr-meta">{new} · looked at {ago(one.seen)}{asked}</div>')
        with st.container(horizontal=True, gap="small"):
            with st.popover("Rename", type="tertiary"), st.form(f"rename-{one.name}", border=False):
                name = st.text_input("Name", value=one.name, max_chars=100)
                if st.form_submit_button("Rename") and attempt(
                    lambda: library.tracker().save_search(name, one.query, former=one.name)
                ):
                    st.rerun()
            with st.popover("Delete", type="tertiary"):
                st.markdown("Only the search is forgotten. Papers and marks stay.")
                st.button("Delete this search", key=f"forget-{one.name}", on_click=_forget, args=(one.name,))
