"""What another window, or the command line, changed while this page stood open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets.text import label
from app.widgets.words import STATUS_NAMES, count

if TYPE_CHECKING:
    from tracker.library.elsewhere import DeskChange

#: Seconds between two looks; each reads one number through an index.
_EVERY = 3.0
_NAMED = 3
_COUNTED = 100
#: The last change that this page shows, the last that its reader was told of, and what this window did itself.
_SHOWN, _TOLD, _OWN = "desk-shown", "desk-told", "desk-own"


def watch() -> None:
    """Look for changes from elsewhere every few seconds, and say so; called by the router before every page."""
    now = library.tracker().desk_number()  # what is drawn from here on shows all up to this
    st.session_state[_SHOWN] = now
    told = int(st.session_state.setdefault(_TOLD, now))
    if now > told and (found := _others(told)):
        # the page has them now, but its reader should know that it was not their own click
        st.toast(f"Changed elsewhere: {_told(found)}", icon=":material/sync_alt:", duration="long")
    st.fragment(_notice, run_every=_EVERY)()


def told() -> None:
    """Called by the router after a page that was drawn to its end.

    What a run said that was cut off by the next click may never have reached the browser: that run tells nothing,
    and the next says it again.
    """
    now = max(int(st.session_state[_SHOWN]), int(st.session_state[_TOLD]))
    st.session_state[_TOLD] = now
    st.session_state[_OWN] = [span for span in st.session_state.get(_OWN, []) if span[1] > now]


def mine(spans: Sequence[tuple[int, int]]) -> None:
    """These spans of changes were done by this window."""
    st.session_state.setdefault(_OWN, []).extend(span for span in spans if span[1] > span[0])


def _notice() -> None:
    shown = int(st.session_state.get(_SHOWN, 0))
    now = library.tracker().desk_number()
    if now <= shown:
        return
    found = _others(shown)
    if not found:
        return
    st.session_state[_TOLD] = now
    with st.container(horizontal=True, vertical_alignment="center", key="elsewhere"):
        st.markdown(f":material/sync_alt: Changed elsewhere: {_told(found)}")
        if st.button("Refresh", key="elsewhere-refresh", icon=":material/refresh:", type="tertiary"):
            st.rerun()


def _others(since: int) -> list[DeskChange]:
    """What happened after a change, without what this window did."""
    own: Sequence[tuple[int, int]] = st.session_state.get(_OWN, [])
    found = library.tracker().desk_changes(since, _COUNTED)
    return [one for one in found if not any(low < one.number <= high for low, high in own)]


def _told(found: Sequence[DeskChange]) -> str:
    named = [
        f"“{label(one.title, 60)}” ({STATUS_NAMES[one.status].lower()})"
        for one in found
        if one.title is not None
    ]  # fmt: skip
    if not named:
        return "papers were marked as seen"
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {count(more, 'more paper')}" if more > 0 else "")
