"""Map: all papers in the plane by meaning; click one to see it, draw round many to queue them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets import cards, frame, plotmap, progress, reading, undoing
from app.widgets.board import move
from app.widgets.plotmap import Look
from app.widgets.text import html
from app.widgets.words import STATUS_NAMES, count, joined, names, when
from tracker.errors import UnknownPaper
from tracker.records import READING_STATUSES, ReadingStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from tracker.library.mapping import MapSheet

_LISTED = 12
_CHOSEN = "map-chosen"
#: Room for what is chosen, so that the map stays where it is when something is.
_ROOM = "<style>.st-key-map-chosen-bar { min-height: 5rem; }</style>"


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
    """The clicked paper in two lines, so that the map below it hardly moves."""
    try:
        paper = library.tracker().paper(paper_id)
    except UnknownPaper:
        st.caption("This paper is not in the library any more.")
        return
    cards.title_link(paper.id, paper.title, "lasso")
    about = joined(html(names(paper.authors, 2)), when(paper), html(paper.venue or "", 60))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.html(f'<div class="tr-meta">{about}</div>', width="content")
        reading.status(paper.id, paper.status, "map")


def _many(ids: list[str], statuses: list[ReadingStatus]) -> None:
    """How many are chosen and what can be done with all of them."""
    done = statuses.count("queued") == len(statuses)
    with st.container(horizontal=True, vertical_alignment="center", key="lassoed"):
        st.markdown(f"**{count(len(ids), 'paper')} chosen**", width="content")
        st.button(
            "Queue all", icon=":material/playlist_add:", type="secondary" if done else "primary", on_click=move,
            args=(ids, "queued"),
        )  # fmt: skip
        st.button("Skip all", type="tertiary", on_click=move, args=(ids, "skipped"))


def _listed(ids: list[str], places: Mapping[str, int], sheet: MapSheet) -> None:
    """The first papers of many, a line each."""
    assert sheet.fixed is not None  # noqa: S101  # nothing can be chosen on an empty map
    with st.container(gap=None, key="lassoed-papers"):
        for name in ids[:_LISTED]:
            if (place := places.get(name)) is None:
                continue
            with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
                cards.title_link(name, sheet.fixed.titles[place], "lasso")
                status = STATUS_NAMES[READING_STATUSES[sheet.statuses[place]]]
                st.caption(joined(str(sheet.fixed.years[place] or ""), status), width="content")
        if len(ids) > _LISTED:
            st.caption(f"and {len(ids) - _LISTED:,} more")


def _selection(ids: list[str], sheet: MapSheet, above: DeltaGenerator) -> None:
    """What is chosen and what to do with it ``above`` the map; below it, which papers many are."""
    with above:
        undoing.bar("map")
        if not ids:
            st.caption("Click a point to see the paper, double-click to open it. Draw round many to queue them.")
        elif len(ids) == 1:
            _one(ids[0])
    if len(ids) < 2 or sheet.fixed is None:
        return
    wanted = set(ids)
    places = {name: place for place, name in enumerate(sheet.fixed.ids) if name in wanted}
    with above:
        _many(ids, [READING_STATUSES[sheet.statuses[place]] for place in places.values()])
    _listed(ids, places, sheet)


def _chosen() -> Sequence[str]:
    """What is chosen at this moment; where the map is not drawn yet, what was when the page was left."""
    held = st.session_state.get(plotmap.KEY) or {}
    now: Sequence[str] | None = held.get("chosen")
    return st.session_state.get(_CHOSEN, ()) if now is None else now


@st.fragment
def _desk() -> None:
    """The map and what is chosen on it, drawn anew without the rest of the page."""
    if asked := st.session_state.pop("map-open", None):
        st.switch_page(cards.PAPER_PAGE, query_params={"id": str(asked)})
    sheet = library.tracker().map_sheet()
    above = st.container(key="map-chosen-bar", gap=None, vertical_alignment="bottom")
    look = Look.of(st.query_params.to_dict())
    ids = plotmap.show(sheet, look, _chosen(), cards.list_title, _looked, _opened)
    st.session_state[_CHOSEN] = ids
    _selection(ids, sheet, above)


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
    st.html(_ROOM)
    _desk()
    waiting = f"{sheet.waiting:,} have no place yet: the next update embeds them" if sheet.waiting else ""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(joined(count(len(sheet), "paper"), waiting), width="content")
        st.button("Draw anew", type="tertiary", icon=":material/refresh:", on_click=_draw_anew,
                  help="New papers are put beside their neighbours; this lays all of them out again.")  # fmt: skip


page()
