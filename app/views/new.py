"""New: what came since the last visit, most endorsed first."""

from __future__ import annotations

import streamlit as st

from app import library
from app.widgets import cards, frame, progress
from app.widgets.words import count, joined

SHOWN = 30


def _all_seen() -> None:
    number = library.tracker().mark_seen()
    st.toast(f"{count(number, 'paper')} marked as seen")


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    new = tracker.count("is:new")
    total = tracker.count()
    frame.head("New", joined(f"{new:,} new of {count(total, 'paper')}", progress.last_line()))
    progress.banner()
    if library.progress() is None and not library.updating() and tracker.status().last_run is None:
        progress.invitation(total)
    if not new:
        if total:
            st.markdown(
                "Nothing new since you looked last. The **Library** has everything, **Search** finds it by meaning."
            )
        return
    papers = tracker.papers("is:new", sort="endorsed", limit=SHOWN)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption("Named by most lists first" + (f"; the first {SHOWN}" if new > len(papers) else ""))
        st.button("Mark all seen", icon=":material/done_all:", on_click=_all_seen, type="tertiary")
    for paper in papers:
        cards.card(paper, "new")


page()
