"""Reading list: what to read next and why, the board, the table with bulk actions, and the weeks gone by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import streamlit as st

from app import library
from app.widgets import cards, frame, pager, plots, progress, undoing, words
from app.widgets.board import SHOWN, TOLD, board, dated, move
from app.widgets.desk import details
from app.widgets.text import html
from app.widgets.words import STATUS_NAMES, ago, count, joined
from tracker.records import READING_STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.library.desk_views import ReadingEntry, ReadingWeek
    from tracker.service import Sort

VIEWS = {"board": "Board", "table": "Table", "progress": "Progress"}
SORTS = {
    "priority": "Priority",
    "added": "Newest",
    "endorsed": "Most lists",
    "published": "Published",
    "title": "Title",
}
PAGE = "page"
_NEXT = 3


def _read_next() -> None:
    found = library.tracker().read_next(_NEXT)
    if not found:
        return
    with st.expander("Read next", expanded=True, icon=":material/auto_stories:"):
        for place, (one, column) in enumerate(zip(found, st.columns(_NEXT, gap="medium"), strict=False)):
            paper = one.entry.paper
            with column, st.container(key=f"next-{paper.id}", gap=None):
                cards.title_link(paper.id, paper.title, "next")
                reasons = "; ".join(html(reason, 200) for reason in one.reasons)
                st.html(f'<div class="tr-meta">{reasons[:1].upper()}{reasons[1:]}</div>')
                with st.container(horizontal=True, gap="small"):
                    icon = ":material/play_arrow:"
                    _move_button("Start reading", "reading", one.entry, "next", icon, None if place else "G")
                    _move_button("Skip", "skipped", one.entry, "next", None)


def _move_button(
    name: str, status: str, entry: ReadingEntry, place: str, icon: str | None, shortcut: str | None = None
) -> None:
    st.button(
        name, key=f"{status}-{place}-{entry.paper.id}", icon=icon, on_click=move, shortcut=shortcut,
        type="secondary" if icon else "tertiary", args=([entry.paper.id], status, entry.paper.title),
    )  # fmt: skip


def _forgotten() -> None:
    found = library.tracker().forgotten(3)
    if not found:
        return
    with st.expander("Forgotten in your queue: still want these?", expanded=True, icon=":material/history:"):
        for entry in found:
            with st.container(key=f"card-old-{entry.paper.id}", gap=None):
                cards.title_link(entry.paper.id, entry.paper.title, "old")
                st.html(f'<div class="tr-meta">Queued {ago(entry.queued or entry.since)}</div>')
                with st.container(horizontal=True, gap="small"):
                    st.button(
                        "Keep", key=f"keep-{entry.paper.id}", icon=":material/push_pin:", on_click=_keep,
                        args=(entry.paper.id, entry.paper.title),
                    )  # fmt: skip
                    _move_button("Skip", "skipped", entry, "old", None)


def _keep(paper_id: str, title: str) -> None:
    undoing.do(f"“{title[:80]}” queued anew", lambda: library.tracker().requeue([paper_id]))


# ---------------------------------------------------------------- table and bulk actions


def _query() -> str:
    status = st.session_state.get("status")
    written = (st.session_state.get("filter") or "").strip()
    return " ".join(part for part in (f"status:{status}" if status else "", written) if part)


def _usual() -> Sort:
    """The order where none was chosen: nobody gives a priority to what is still in the inbox."""
    return "endorsed" if st.session_state.get("status") == "inbox" else "priority"


def _again() -> None:
    pager.first(PAGE)


def _other_status() -> None:
    if st.session_state.get("sort") in ("endorsed", "priority"):
        st.session_state["sort"] = _usual()
    _again()


def _filters() -> None:
    st.segmented_control(
        "Status", list(READING_STATUSES), format_func=STATUS_NAMES.__getitem__, key="status", bind="query-params",
        default="queued", label_visibility="collapsed", on_change=_other_status,
    )  # fmt: skip
    with st.container(horizontal=True):
        st.text_input(
            "Filter", key="filter", type="search", bind="query-params", label_visibility="collapsed",
            placeholder="Filter: words, tag:…, year:2023.., has:notes", max_chars=2_000, on_change=_again,
        )  # fmt: skip
        st.selectbox(
            "Sort", list(SORTS), format_func=SORTS.__getitem__, key="sort", bind="query-params",
            index=list(SORTS).index(_usual()), label_visibility="collapsed", width=160, on_change=_again,
        )  # fmt: skip


def _rows(entries: Sequence[ReadingEntry]) -> list[dict[str, Any]]:
    return [
        {
            "Title": e.paper.title[:300],
            "Since": dated(e, e.paper.status) or STATUS_NAMES[e.paper.status].lower(),
            "Priority": str(e.paper.priority or ""),
            "Rating": "★" * (e.paper.rating or 0),
            "Tags": list(e.paper.tags),
            "Lists": e.lists,
            "Year": str(e.paper.year or ""),
            "Notes": str(len(e.paper.notes) or ""),
        }
        for e in entries
    ]


def _table() -> None:
    _filters()
    tracker = library.tracker()
    query = _query()
    total = tracker.count(query)
    if not total:
        st.markdown("No paper is here. Queue some on the page **New**, by **Search**, or with a lasso on the **Map**.")
        return
    actions = st.container()  # above the table, where they are seen when a row is ticked
    listing = st.container()  # above the page numbers, yet filled after them
    offset = pager.pager(PAGE, total, pager.ROWS_A_PAGE)
    order = cast("Sort", st.session_state.get("sort") or _usual())
    entries = tracker.reading_entries(query, sort=order, limit=pager.ROWS_A_PAGE, offset=offset)
    with listing:
        chosen = _chosen(entries, total, offset)
    if chosen:
        with actions:
            _bulk([entry.paper.id for entry in chosen])
    if len(chosen) == 1:
        details(chosen[0])


def _chosen(entries: Sequence[ReadingEntry], total: int, offset: int) -> list[ReadingEntry]:
    """Draw the rows, and say which are ticked."""
    # rows are chosen by their place: when other papers take these places, nothing may stay chosen
    these = f"{crc32(' '.join(entry.paper.id for entry in entries).encode()):08x}"
    state = st.dataframe(
        _rows(entries), key=f"rows-{these}", hide_index=True, on_select="rerun", selection_mode="multi-row",
        height=min(38 + 35 * len(entries), 460),
        column_config={"Title": st.column_config.TextColumn(width="large"), "Tags": st.column_config.ListColumn()},
        alt="Papers of the reading list",
    )  # fmt: skip
    part = f", {offset + 1:,} to {offset + len(entries):,} are shown" if total > len(entries) else ""
    st.caption(f"{count(total, 'paper')}{part}. Tick rows to act on them; one alone shows its notes.")
    everything = st.checkbox(f"All {len(entries):,} shown", key=f"all-shown-{these}")
    return list(entries) if everything else [entries[i] for i in state.selection.rows if i < len(entries)]


def _bulk(ids: list[str]) -> None:
    with st.container(border=True, key="bulk"):
        st.markdown(f"**{count(len(ids), 'paper')} chosen**")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            for status in READING_STATUSES:
                st.button(STATUS_NAMES[status], key=f"bulk-{status}", on_click=move, args=(ids, status))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.number_input("Priority", 0, 9, key="bulk-priority", width=120)
            st.button("Set priority", key="bulk-set-priority", on_click=_priority, args=(ids,))
            st.number_input("Rating", 0, 5, key="bulk-rating", width=120, help="0 takes it away")
            st.button("Set rating", key="bulk-set-rating", on_click=_rating, args=(ids,))
            st.text_input("Tag", key="bulk-tag", width=150, max_chars=100)
            st.button("Add tag", key="bulk-add-tag", on_click=_tag, args=(ids, True))
            st.button("Remove tag", key="bulk-remove-tag", on_click=_tag, args=(ids, False), type="tertiary")


def _priority(ids: list[str]) -> None:
    value = int(st.session_state["bulk-priority"])
    said = undoing.papers(len(ids), f"given priority {value}" if value else "without priority")
    undoing.do(said, lambda: library.tracker().act(ids, priority=value))


def _rating(ids: list[str]) -> None:
    value = int(st.session_state["bulk-rating"])
    said = undoing.papers(len(ids), f"rated {value}" if value else "without rating")
    undoing.do(said, lambda: library.tracker().act(ids, rating=value))


def _tag(ids: list[str], add: bool) -> None:
    word = st.session_state["bulk-tag"].strip()
    if not word:
        st.toast("Write a tag first.")
        return
    said = undoing.papers(len(ids), f"{'tagged' if add else 'without tag'} {word}")
    tracker = library.tracker()
    undoing.do(said, lambda: tracker.tag_many(ids, add=[word]) if add else tracker.tag_many(ids, remove=[word]))


# ---------------------------------------------------------------- the board and the weeks


def _board(counts: Mapping[str, int]) -> None:
    tracker = library.tracker()
    if not sum(n for status, n in counts.items() if status != "inbox"):
        st.info("Nothing is queued yet. Move papers from the inbox, or queue them on the page **New**.")
    orders: dict[str, Sort] = {"inbox": "endorsed", "queued": "priority", "read": "added"}
    columns: dict[str, tuple[ReadingEntry, ...]] = {
        status: tracker.reading_entries(f"status:{status}", sort=orders.get(status, "priority"), limit=SHOWN)
        for status in READING_STATUSES
    }
    board(columns, counts)


def _progress() -> None:
    weeks = library.tracker().reading_weeks(26)
    done, queued = sum(week.read for week in weeks), sum(week.queued for week in weeks)
    st.subheader("The last 26 weeks", anchor=False)
    st.caption(joined(f"{done:,} read", f"{queued:,} queued", _streak(weeks)))
    if not done and not queued:
        st.markdown("Nothing was queued or read in these weeks. What you mark from now on is drawn here.")
        return
    figure = plots.weeks([week.start for week in weeks], [week.read for week in weeks], [week.queued for week in weeks])
    st.plotly_chart(
        figure, key="weeks", width="stretch", config={"displayModeBar": False},
        alt="Papers read and queued in each of the last 26 weeks",
    )  # fmt: skip


def _streak(weeks: Sequence[ReadingWeek]) -> str:
    """How many weeks in a row, up to this one, something was read; this week may still be empty."""
    past = list(weeks[:-1]) if not weeks[-1].read else list(weeks)
    number = next((i for i, week in enumerate(reversed(past)) if not week.read), len(past))
    return f"{number} weeks in a row" if number > 1 else ""


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    status = tracker.status()
    by = status.by_status
    frame.head("Reading list", joined(*(f"{by.get(name, 0):,} {words.STATUS_NAMES[name].lower()}" for name in TOLD)))
    progress.banner(brief=True)
    if not status.papers:
        progress.invitation(0)
        return
    undoing.bar("reading")
    view = st.segmented_control(
        "View", list(VIEWS), format_func=VIEWS.__getitem__, default="board", required=True, key="layout",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    if view == "table":
        with st.container(key="table"):
            _table()
        return
    if view == "progress":
        _progress()
        return
    _read_next()
    _forgotten()
    _board(by)


page()
