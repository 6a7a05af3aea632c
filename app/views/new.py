"""New: what came since the last visit, by week and list, most endorsed first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

import streamlit as st

from app import library
from app.widgets import cards, frame, listchoice, progress, reading, undoing
from app.widgets.text import html
from app.widgets.words import count, day, joined
from tracker.records import Paper, ReadingStatus

if TYPE_CHECKING:
    from tracker.library.desk_views import News, NewsGroup

STEP = 12
#: What a click does, its key for the first card, and how it is told.
ACTIONS: dict[str, tuple[str, str, str, str]] = {
    "queued": ("Queue", ":material/playlist_add:", "Q", "queued"),
    "read": ("Read", ":material/check:", "D", "marked as read"),
    "skipped": ("Skip", ":material/block:", "S", "skipped"),
}


def _mark(paper_id: str, title: str, status: str) -> None:
    said = f"“{title[:80]}” {ACTIONS[status][3]}"
    undoing.do(said, lambda: library.tracker().act([paper_id], cast("ReadingStatus", status)))


def _seen(ids: Sequence[str]) -> None:
    undoing.do(undoing.papers(len(ids), "marked as seen"), lambda: library.tracker().see(ids))


def _all_seen(moment: datetime, number: int) -> None:
    undoing.do(undoing.papers(number, "marked as seen"), lambda: library.tracker().see_until(moment))


def _more() -> None:
    st.session_state["new-shown"] = st.session_state.get("new-shown", STEP) + STEP


def _fewer() -> None:
    st.session_state["new-shown"] = STEP


def _actions(paper: Paper, place: str, *, first: bool = False) -> None:
    for status, (name, icon, key, _) in ACTIONS.items():
        st.button(
            name, key=f"{status}-{place}-{paper.id}", icon=icon, on_click=_mark,
            args=(paper.id, paper.title, status), shortcut=key if first else None,
        )  # fmt: skip
    st.button("Seen", key=f"seen-{place}-{paper.id}", type="tertiary", on_click=_seen, args=([paper.id],))
    reading.note_popover(paper, place)


def _group(group: NewsGroup, place: int) -> None:
    name = cards.list_title(group.source) if group.source else "Added by you"
    when = f"week of {day(group.week)}" if group.week else ""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"group-{place}"
    ):
        about = joined(when, count(len(group.ids), "paper"))
        st.html(f'<h2 class="tr-group">{html(name, 120)}<span>{about}</span></h2>', width="content")
        st.button(
            "Group seen", key=f"group-seen-{place}", icon=":material/done:", type="tertiary",
            on_click=_seen, args=(group.ids,),
        )  # fmt: skip
    first = group.papers[0].id if place == 0 else ""
    cards.deck(group.papers, "new", lambda paper: _actions(paper, "new", first=paper.id == first))


def _list_filter(news: News, source: str | None) -> None:
    if len(news.by_list) > 1 or source:
        listchoice.choose(list(news.by_list), _fewer, news.by_list)


def _empty(total: int, source: str | None) -> None:
    if source:
        st.markdown("Nothing new on this list. Take the filter away to see the others.")
    elif total:
        st.markdown(
            "Nothing new since you looked last. Your queue is on the **Reading list**, the **Library** has everything,"
            " and **Search** finds it by meaning."
        )


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    source = listchoice.given()
    shown = st.session_state.get("new-shown", STEP)
    news = tracker.news_by_week(source=source, limit=shown)
    total = tracker.count()
    frame.head("New", joined(f"{news.total:,} new of {count(total, 'paper')}", progress.last_line()))
    progress.banner()
    if library.progress() is None and not library.updating() and not tracker.runs(1):
        progress.invitation(total)
    undoing.bar("new")
    _list_filter(news, source)
    if not news.total:
        _empty(total, source)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(
            '<div class="tr-meta">By week and list, named by most lists first.'
            '<span class="tr-keys"> Keys: Q queue, D done, S skip, Z undo.</span></div>',
            width="content",
        )
        if source is None:
            st.button(
                "Mark all seen", icon=":material/done_all:", type="tertiary",
                on_click=_all_seen, args=(news.as_of, news.total),
            )  # fmt: skip
    for place, group in enumerate(news.groups):
        _group(group, place)
    if news.shown < news.total:
        st.button(f"Show more of {news.total:,}", on_click=_more, icon=":material/expand_more:")


page()
