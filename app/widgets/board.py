"""The reading list as a board: a column for each status, a card for each paper, one click to move it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import streamlit as st

from app import library
from app.widgets import cards, undoing, words
from app.widgets.text import html
from tracker.records import READING_STATUSES, ReadingStatus

if TYPE_CHECKING:
    from tracker.library.desk_views import ReadingEntry

#: Cards a column; the table has them all.
SHOWN = 6
TOLD = {"inbox": "moved to the inbox", "queued": "queued", "reading": "begun", "read": "marked as read",
        "skipped": "skipped"}  # fmt: skip


def move(ids: list[str], status: str, title: str | None = None) -> None:
    """Move papers to a status, with the way back."""
    said = f"“{title[:80]}” {TOLD[status]}" if title else undoing.papers(len(ids), TOLD[status])
    undoing.do(said, lambda: library.tracker().act(ids, cast("ReadingStatus", status)))


def board(columns: Mapping[str, tuple[ReadingEntry, ...]], counts: Mapping[str, int]) -> None:
    """Draw the columns; ``counts`` say how many papers each status has in all."""
    with st.container(key="board"):
        for status, place in zip(READING_STATUSES, st.columns(len(READING_STATUSES), gap="small"), strict=True):
            with place:
                st.markdown(f"**{words.STATUS_NAMES[status]}** {counts.get(status, 0):,}")
                for entry in columns[status]:
                    _card(entry, status)
                left = counts.get(status, 0) - len(columns[status])
                if left > 0:
                    st.button(
                        f"{left:,} more", key=f"more-{status}", type="tertiary", on_click=_table, args=(status,)
                    )  # fmt: skip


def _table(status: str) -> None:
    st.session_state["layout"] = "table"
    st.session_state["status"] = status


def _card(entry: ReadingEntry, status: str) -> None:
    paper = entry.paper
    with st.container(border=True, gap=None, key=f"boardcard-{paper.id}"):
        cards.title_link(paper.id, paper.title, "board")
        stars = "★" * (paper.rating or 0)
        urgent = f"priority {paper.priority}" if paper.priority else ""
        noted = words.count(len(paper.notes), "note") if paper.notes else ""
        tags = " ".join(f"#{html(tag, 30)}" for tag in paper.tags[:4])
        about = words.joined(html(words.names(paper.authors, 1)), str(paper.year or ""), urgent, stars, noted, tags)
        st.html(f'<div class="tr-meta">{about}</div><div class="tr-meta">{dated(entry, status)}</div>')
        others = [other for other in READING_STATUSES if other != status]
        st.menu_button(
            "Move", others, format_func=lambda name: words.STATUS_NAMES[name], key=f"move-{paper.id}",
            type="tertiary", on_click=_moved, args=(paper.id, paper.title),
        )  # fmt: skip


def _moved(paper_id: str, title: str) -> None:
    chosen = st.session_state.get(f"move-{paper_id}")
    if chosen:
        move([paper_id], str(chosen), title)


def dated(entry: ReadingEntry, status: str) -> str:
    """Since when a paper is where it is."""
    moments = {
        "queued": ("queued", entry.queued),
        "reading": ("begun", entry.started),
        "read": ("read", entry.finished),
        "skipped": ("skipped", entry.since),
    }
    name, at = moments.get(status, ("", None))
    return f"{name} {words.ago(at)}" if at else ""
