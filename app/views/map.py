"""Map: all papers in the plane by meaning; click one to see it, draw round many to queue them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets import cards, frame, plotmap, progress, undoing
from app.widgets.board import move
from app.widgets.plotmap import Look
from app.widgets.words import STATUS_NAMES, count, joined
from tracker.errors import UnknownPaper
from tracker.records import READING_STATUSES

if TYPE_CHECKING:
    from tracker.library.mapping import MapSheet

_LISTED = 12
_CHOSEN = "map-chosen"


def _draw_anew() -> None:
    with st.spinner("Drawing the map …"):
        number = library.tracker().draw_map()
    st.toast(f"{count(number, 'paper')} drawn")


def _looked() -> None:
    """Keep in the address how the map is looked at."""
    view = st.session_state[plotmap.KEY].get("view") or {}
    span = (None, None) if view.get("whole") else (view.get("first"), view.get("last"))
    look = Look(str(view.get("by") or "concept"), *span)
    for name in ("colour", "years"):
        st.query_params.pop(name, None)
    st.query_params.update(look.params())


def _opened() -> None:
    """Remember which paper was asked for; the page is left once its script runs."""
    st.session_state["map-open"] = st.session_state[plotmap.KEY].get("open")


def _one(paper_id: str) -> None:
    try:
        paper = library.tracker().paper(paper_id)
    except UnknownPaper:
        st.caption("This paper is not in the library any more.")
        return
    cards.deck([paper], "map")


def _selection(ids: list[str], sheet: MapSheet) -> None:
    if not ids:
        st.caption("Click a point to see the paper, double-click to open it. Draw round many to queue them.")
        return
    if len(ids) == 1:
        _one(ids[0])
        return
    with st.container(horizontal=True, vertical_alignment="center", key="lassoed"):
        st.markdown(f"**{count(len(ids), 'paper')} chosen**", width="content")
        st.button("Queue all", icon=":material/playlist_add:", type="primary", on_click=move, args=(ids, "queued"))
        st.button("Skip all", type="tertiary", on_click=move, args=(ids, "skipped"))
    assert sheet.fixed is not None  # noqa: S101  # nothing can be chosen on an empty map
    wanted = set(ids[:_LISTED])
    for place, name in enumerate(sheet.fixed.ids):
        if name in wanted:
            cards.title_link(name, sheet.fixed.titles[place], "lasso")
            status = STATUS_NAMES[READING_STATUSES[sheet.statuses[place]]]
            st.caption(joined(str(sheet.fixed.years[place] or ""), status))
    if len(ids) > _LISTED:
        st.caption(f"and {len(ids) - _LISTED:,} more")


@st.fragment
def _desk() -> None:
    """The map and what is chosen on it, drawn anew without the rest of the page."""
    if asked := st.session_state.pop("map-open", None):
        st.switch_page(cards.PAPER_PAGE, query_params={"id": str(asked)})
    sheet = library.tracker().map_sheet()
    ids = plotmap.show(
        sheet, Look.of(st.query_params.to_dict()), st.session_state.get(_CHOSEN, ()), cards.list_title, _looked, _opened
    )
    st.session_state[_CHOSEN] = ids
    undoing.bar("map")
    _selection(ids, sheet)


def _nothing_yet() -> None:
    """No map: an update is at work and will draw it, or one has to begin."""
    if library.updating():
        st.markdown("The map is drawn at the end of the update that is at work. You can read and search meanwhile.")
        return
    st.markdown("There is nothing to draw yet: a paper comes onto the map once its text is embedded.")
    progress.begin_button("Bring in and embed")


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    frame.head("Map", "Papers that lie near each other are about the same things.")
    progress.banner(brief=True)
    sheet = tracker.map_sheet()
    if not len(sheet):
        _nothing_yet()
        return
    _desk()
    waiting = f"{sheet.waiting:,} have no place yet: the next update embeds them" if sheet.waiting else ""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(joined(count(len(sheet), "paper"), waiting), width="content")
        st.button("Draw anew", type="tertiary", icon=":material/refresh:", on_click=_draw_anew,
                  help="New papers are put beside their neighbours; this lays all of them out again.")  # fmt: skip


page()
