"""Map: all papers in the plane by meaning; click one to see it, draw round many to queue them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import library
from app.widgets import cards, frame, progress, undoing
from app.widgets.board import move
from app.widgets.plot import BY, figure
from app.widgets.words import count, joined

if TYPE_CHECKING:
    from tracker.library.mapping import MapPoint, PaperMap

_LISTED = 12


def _draw_anew() -> None:
    with st.spinner("Drawing the map …"):
        number = library.tracker().draw_map()
    st.toast(f"{count(number, 'paper')} drawn")


def _filters(points: Sequence[MapPoint]) -> tuple[str, list[MapPoint]]:
    years = sorted({point.year for point in points if point.year})
    by = st.segmented_control(
        "Colour by", list(BY), format_func=BY.__getitem__, default="concept", required=True, key="colour",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    if len(years) < 2:
        return str(by), list(points)
    first, last = st.select_slider("Years", years, value=(years[0], years[-1]), key="years", bind="query-params")
    whole = (first, last) == (years[0], years[-1])
    return str(by), [p for p in points if (p.year is None and whole) or (p.year and first <= p.year <= last)]


def _chosen(state: Any, points: Sequence[MapPoint]) -> list[str]:
    """The ids of the points in a selection, in the order of the map; what is no point of the map is passed over."""
    wanted = {str(data[0]) for point in state.selection.points if (data := point.get("customdata"))}
    return [point.id for point in points if point.id in wanted]


def _selection(ids: list[str]) -> None:
    if not ids:
        st.caption("Click a point to see the paper. Draw round many with the lasso to queue them.")
        return
    tracker = library.tracker()
    if len(ids) == 1:
        cards.card(tracker.paper(ids[0]), "map")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="lassoed"):
        st.markdown(f"**{count(len(ids), 'paper')} chosen**", width="content")
        st.button("Queue all", icon=":material/playlist_add:", type="primary", on_click=move, args=(ids, "queued"))
        st.button("Skip all", type="tertiary", on_click=move, args=(ids, "skipped"))
    for paper_id in ids[:_LISTED]:
        paper = tracker.paper(paper_id)
        cards.title_link(paper.id, paper.title, "lasso")
    if len(ids) > _LISTED:
        st.caption(f"and {len(ids) - _LISTED:,} more")


def _show(drawn: PaperMap) -> None:
    by, points = _filters(drawn.points)
    if not points:
        st.markdown("No paper of these years. Widen the span.")
        return
    state = st.plotly_chart(
        figure(points, drawn.clusters, by, cards.list_title), key=f"map-{by}", on_select="rerun",
        selection_mode=("points", "box", "lasso"),
        config={"displaylogo": False, "scrollZoom": True, "modeBarButtonsToRemove": ["toImage", "autoScale2d"]},
        alt="Map of all papers by meaning",
    )  # fmt: skip
    _selection(_chosen(state, points))


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    frame.head("Map", "Papers that lie near each other are about the same things.")
    progress.banner(brief=True)
    if tracker.map_drawn():
        drawn = tracker.map()
    else:
        with st.spinner("Drawing the map for the first time: some seconds for some thousand papers …"):
            drawn = tracker.map()
    undoing.bar("map")
    if not drawn.points:
        st.markdown("There is nothing to draw yet: a paper comes onto the map once its text is embedded.")
        progress.begin_button("Bring in and embed")
        return
    _show(drawn)
    waiting = f"{drawn.waiting:,} not embedded yet" if drawn.waiting else ""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(joined(count(len(drawn.points), "paper"), waiting), width="content")
        st.button("Draw anew", type="tertiary", icon=":material/refresh:", on_click=_draw_anew,
                  help="New papers are put beside their neighbours; this lays all of them out again.")  # fmt: skip


page()
