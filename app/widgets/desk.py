"""One paper of the reading list at hand: its dates, rating, priority, tags, and notes with a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets import cards, reading, undoing
from app.widgets.text import note as rendered
from app.widgets.words import day, joined

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.library.desk_views import ReadingEntry
    from tracker.records import Paper


def details(entry: ReadingEntry) -> None:
    """Everything that the reader may write about a paper, in one place."""
    paper = entry.paper
    with st.container(border=True, key="details"):
        cards.title_link(paper.id, paper.title, "details")
        st.caption(_dates(entry) or "Nothing was done with it yet.")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            reading.rating(paper)
            priority(paper)
        reading.tags(paper)
        reading.notes(paper)
        writing(paper.id)


def _dates(entry: ReadingEntry) -> str:
    def on(name: str, at: datetime | None) -> str:
        return f"{name} {day(at.astimezone().date())}" if at else ""

    return joined(on("queued", entry.queued), on("begun", entry.started), on("read", entry.finished))


def priority(paper: Paper) -> None:
    """From 0 (none) to 9 (first)."""
    key = f"priority-{paper.id}"
    st.session_state[key] = paper.priority
    st.number_input("Priority", 0, 9, key=key, width=120, on_change=_priority, args=(paper.id, key))


def _priority(paper_id: str, key: str) -> None:
    value = int(st.session_state[key])
    undoing.do(f"priority {value} given", lambda: library.tracker().act([paper_id], priority=value))


@st.fragment
def writing(paper_id: str) -> None:
    """A note being written, and how it will look; only this part is drawn anew while it is written."""
    key = f"draft-{paper_id}"
    body = st.text_area("New note", key=key, placeholder="Markdown", height=130, max_chars=100_000)
    if st.button(
        "Save note", key=f"save-{paper_id}", icon=":material/edit_note:", on_click=_save, args=(paper_id, key)
    ):
        st.rerun()
    if body.strip():  # below the button, which would else move away under a finger
        st.caption("Preview")
        st.html(f'<div class="tr-prose tr-preview">{rendered(body)}</div>')


def _save(paper_id: str, key: str) -> None:
    body = st.session_state[key]
    if not body.strip():
        st.toast("The note is empty.")
    elif reading.attempt(lambda: library.tracker().note(paper_id, body)):
        st.session_state[key] = ""
        st.toast("Note saved")
