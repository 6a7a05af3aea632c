"""What a reader does with a paper: status, rating, tags and notes.

The library is the truth: each run writes its values into the widgets before
they are drawn, so that a click in another tab or on the command line shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import streamlit as st

from app import library
from app.widgets import plain
from app.widgets.text import label
from tracker.errors import TrackerError
from tracker.records import Paper, ReadingStatus

CHOICES: dict[str, str] = {"queued": "Queue", "reading": "Reading", "read": "Read", "skipped": "Skip"}
_DONE = {
    "inbox": "back in the inbox",
    "queued": "in your queue",
    "reading": "you are reading it",
    "read": "read",
    "skipped": "skipped",
}


def status(paper_id: str, now: ReadingStatus, place: str, title: str | None = None) -> None:
    """The status of a paper, one click to change; choosing the chosen one again puts it back in the inbox.

    With a ``title`` the change can be taken back on pages that have the bar for it.
    """
    key = f"status-{place}-{paper_id}"
    st.session_state[key] = None if now == "inbox" else now
    st.segmented_control(
        "Reading status",
        list(CHOICES),
        format_func=CHOICES.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=_mark,
        args=(paper_id, key, title),
    )


def _mark(paper_id: str, key: str, title: str | None) -> None:
    from app.widgets import undoing  # which needs this module

    chosen = cast("ReadingStatus", st.session_state[key] or "inbox")
    if title is not None:  # the bar says what was done
        said = f"“{title[:80]}”: {_DONE[chosen]}"
        undoing.do(said, lambda: library.tracker().act([paper_id], chosen))
    elif attempt(lambda: library.tracker().mark(paper_id, chosen)):
        st.toast(_DONE[chosen].capitalize())


def rating(paper: Paper) -> None:
    """One to five stars."""
    key = f"rating-{paper.id}"
    st.session_state[key] = paper.rating - 1 if paper.rating else None
    st.feedback("stars", key=key, on_change=_rate, args=(paper.id, key))


def _rate(paper_id: str, key: str) -> None:
    stars = st.session_state[key]
    number = 0 if stars is None else stars + 1
    if attempt(lambda: library.tracker().mark(paper_id, rating=number)):
        st.toast(f"Rated {number} of 5" if number else "Rating removed")


def tags(paper: Paper) -> None:
    """The reader's own words on a paper."""
    key = f"tags-{paper.id}"
    st.session_state[key] = list(paper.tags)
    st.multiselect(
        "Tags",
        options=list(paper.tags),
        key=key,
        accept_new_options=True,
        placeholder="Add a tag and press Enter",
        on_change=_tag,
        args=(paper.id, paper.tags, key),
    )


def _tag(paper_id: str, before: tuple[str, ...], key: str) -> None:
    after = tuple(st.session_state[key])
    added = [word for word in after if word not in before]
    removed = [word for word in before if word not in after]
    attempt(lambda: library.tracker().tag(paper_id, add=added, remove=removed))


def note_popover(paper: Paper, place: str) -> None:
    """A button that opens a form for one more note; the form is not drawn before."""
    key = f"noting-{place}-{paper.id}"
    noted = f"Note ({len(paper.notes)})" if paper.notes else "Note"
    with st.popover(noted, icon=":material/edit_note:", type="tertiary", key=key, on_change="rerun") as opened:
        if opened.open:
            new_note(paper)


def new_note(paper: Paper) -> None:
    """A form for one more note."""
    with st.form(f"note-{paper.id}", clear_on_submit=True, border=False):
        body = st.text_area(
            "New note", key=f"note-body-{paper.id}", placeholder="Markdown", height=110, max_chars=100_000
        )
        if st.form_submit_button("Save note", icon=":material/edit_note:"):
            if not body.strip():
                st.info("The note is empty.")
            elif attempt(lambda: library.tracker().note(paper.id, body)):
                st.rerun()


def notes(paper: Paper) -> None:
    """All notes on a paper, each to edit or remove."""
    from app.widgets.text import note as rendered
    from app.widgets.words import ago

    for one in paper.notes:
        with st.container(border=True):
            st.html(f'<div class="tr-prose">{rendered(one.body)}</div>')
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f"Written {ago(one.updated)}")
                with st.popover("Edit", type="tertiary"):
                    _edit(one.id, one.body)
                with st.popover("Remove", type="tertiary"):
                    st.button("Remove this note", key=f"remove-{one.id}", on_click=_remove, args=(one.id,))


def _edit(note_id: str, body: str) -> None:
    with st.form(f"edit-{note_id}", border=False):
        text = st.text_area("Note", value=body, height=160, max_chars=100_000)
        changed = st.form_submit_button("Save")
    if changed and text.strip() and attempt(lambda: library.tracker().edit_note(note_id, text)):
        st.rerun()


def _remove(note_id: str) -> None:
    if attempt(lambda: library.tracker().delete_note(note_id)):
        st.toast("Note removed")


def attempt(action: Callable[[], object]) -> bool:
    """Do what a click asked for; say what went wrong where it could not be done."""
    from app.widgets import elsewhere

    try:
        with library.tracker().desk_spans() as spans:
            action()
        elsewhere.mine(spans)
    except TrackerError as error:
        st.toast(label(plain.told(str(error)), 300), icon=":material/error:", duration="long")
        return False
    return True
