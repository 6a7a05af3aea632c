"""New: what came since the last visit, by week and list, most endorsed first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias, cast

import streamlit as st

from app import library
from app.widgets import cards, frame, listchoice, progress, reading, undoing
from app.widgets.text import html
from app.widgets.words import count, day, joined
from tracker.records import Paper, ReadingStatus

if TYPE_CHECKING:
    from tracker.library.desk_views import News, NewsGroup

#: Cards of one group until it is opened, and then; a list may bring in thousands at once.
FEW, MANY = 4, 48
#: Groups are shown until so many cards are.
STEP = 8
_OPEN = "new-open"
Place: TypeAlias = tuple[str | None, date | None]
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


def _list_seen(source: str, number: int) -> None:
    """Mark what was shown of a list; what came since, of which the reader knows nothing, stays news."""
    news = library.tracker().news_by_week(source=source, limit=number, each=1)
    if news.total > number:
        st.toast("More has come on this list meanwhile: have a look before you mark it seen.")
        return
    _seen([name for group in news.groups for name in group.ids])


def _all_seen(moment: datetime, number: int) -> None:
    undoing.do(undoing.papers(number, "marked as seen"), lambda: library.tracker().see_until(moment))


def _more() -> None:
    st.session_state["new-shown"] = st.session_state.get("new-shown", STEP) + STEP


def _fewer() -> None:
    st.session_state["new-shown"] = STEP


def _open(place: Place, number: int) -> None:
    st.session_state[_OPEN] = {**st.session_state.get(_OPEN, {}), place: number}


def _board(source: str | None) -> News:
    return library.tracker().news_by_week(
        source=source,
        limit=st.session_state.get("new-shown", STEP),
        each=FEW,
        opened=st.session_state.get(_OPEN, {}),
    )


def _when(group: NewsGroup) -> str:
    """The week that the list gives, or in which its papers came where it gives none."""
    if group.week is None:
        return ""
    weeks = {
        mention.week_start for paper in group.papers for mention in paper.mentions if mention.source == group.source
    }
    return f"{'week' if group.week in weeks else 'came in the week'} of {day(group.week)}"


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
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"group-{place}"
    ):
        about = joined(_when(group), count(len(group.ids), "paper"))
        st.html(f'<h2 class="tr-group">{html(name, 120)}<span>{about}</span></h2>', width="content")
        st.button(
            "Group seen", key=f"group-seen-{place}", icon=":material/done:", type="tertiary",
            on_click=_seen, args=(group.ids,),
        )  # fmt: skip
    first = group.papers[0].id if place == 0 else ""
    cards.deck(group.papers, "new", lambda paper: _actions(paper, "new", first=paper.id == first))
    _rest(group, place, len(group.papers))


def _rest(group: NewsGroup, place: int, shown: int) -> None:
    """A button that opens the group, and one more for each further part of a very long one."""
    number = len(group.ids)
    if shown < number:
        st.button(
            f"All {number:,} of this group" if shown <= FEW else f"{number - shown:,} more of this group",
            key=f"group-open-{place}", icon=":material/expand_more:", type="tertiary",
            on_click=_open, args=((group.source, group.week), shown + MANY if shown > FEW else MANY),
        )  # fmt: skip


def _list_filter(news: News, source: str | None) -> None:
    """Closed until it is asked for: a browser that is new here need not load a choice to show the papers."""
    if len(news.by_list) > 1 or source:
        # another list is another popover, so that a choice closes it and shows what it found
        with st.popover(listchoice.title(source), icon=":material/rss_feed:", type="tertiary", key=f"list-{source}"):
            listchoice.choose(list(news.by_list), _fewer, news.by_list)


def _empty(total: int, source: str | None) -> None:
    if source:
        st.markdown("Nothing new on this list. Take the filter away to see the others.")
    elif total:
        st.markdown(
            "Nothing new since you looked last. Your queue is on the **Reading list**, the **Library** has everything,"
            " and **Search** finds it by meaning."
        )


def _bar(news: News, source: str | None) -> None:
    """How the page is ordered, its keys, and a button for all of it."""
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
        else:
            st.button(
                "Mark this list seen", icon=":material/done_all:", type="tertiary",
                on_click=_list_seen, args=(source, news.total),
            )  # fmt: skip


def _groups(news: News) -> None:
    for place, group in enumerate(news.groups):
        _group(group, place)
    left = news.total - sum(len(group.ids) for group in news.groups)
    if left:
        st.button(f"{left:,} more in other groups", key="more-groups", on_click=_more, icon=":material/expand_more:")


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    source = listchoice.given()
    with st.spinner("Reading what is new …"):
        news = _board(source)
        total = tracker.count()
    frame.head("New", joined(f"{news.total:,} new of {count(total, 'paper')}", progress.last_line()))
    progress.banner()
    if library.progress() is None and not library.updating() and not tracker.runs(1):
        progress.invitation(total)
    undoing.bar("new")
    _list_filter(news, source)
    if news.total:
        _bar(news, source)
        _groups(news)
    else:
        _empty(total, source)


page()
