"""Two entries that may be one paper: the evidence side by side, and a click that decides."""

from __future__ import annotations

import streamlit as st

from app import library
from app.widgets import cards
from app.widgets.reading import attempt
from app.widgets.text import html
from app.widgets.words import joined, names
from tracker.records import DuplicatePair, Paper

_MERGED = "merged-last"


def pair(one: DuplicatePair) -> None:
    """A doubtful pair with its two answers."""
    with st.container(key=f"card-pair-{one.number}", gap=None):
        for side, paper in (("a", one.first), ("b", one.second)):
            cards.title_link(paper.id, paper.title, f"pair-{side}-{one.number}")
            st.html(f'<div class="tr-meta">{_about(paper)}</div>')
        evidence = f"{one.score:.0%} alike: {', '.join(one.evidence)}"
        st.html(f'<div class="tr-meta tr-evidence">{html(evidence, 400)}</div>')
        with st.container(horizontal=True):
            st.button(
                "The same paper", key=f"merge-{one.number}", icon=":material/merge:", on_click=_merge, args=(one,)
            )
            st.button(
                "Two papers", key=f"apart-{one.number}", icon=":material/call_split:", on_click=_apart, args=(one,)
            )


def _about(paper: Paper) -> str:
    held = cards.lists()
    named = dict.fromkeys(m.source for m in paper.mentions if m.gone_at is None)
    listed = ", ".join(held.get(slug, (slug, 0))[0] for slug in named)
    return joined(
        html(names(paper.authors)), str(paper.year or ""), html(paper.id), f"on {html(listed, 200)}" if listed else ""
    )


def _merge(one: DuplicatePair) -> None:
    made: list[Paper] = []
    if attempt(lambda: made.append(library.tracker().merge(one.first.id, one.second.id))):
        st.session_state[_MERGED] = made[0].id
        st.toast("One paper now. All that you wrote about either is kept.")


def _apart(one: DuplicatePair) -> None:
    if attempt(lambda: library.tracker().keep_apart(one.first.id, one.second.id)):
        st.toast("They stay two papers and are not proposed again.")


def undo_last() -> None:
    """The way back from the last merge of this window."""
    merged = st.session_state.get(_MERGED)
    if merged:
        with st.container(horizontal=True, vertical_alignment="center", key="undo-bar-merge"):
            st.markdown(":material/merge: Two entries became one paper.", width="content")
            st.button("Split them again", key="split-last", icon=":material/undo:", type="tertiary",
                      on_click=split, args=(str(merged),))  # fmt: skip


def split(name: str) -> None:
    """Take a merge back."""
    if attempt(lambda: library.tracker().split(name)):
        st.session_state.pop(_MERGED, None)
        st.toast("Two papers again; they stay apart.")


def of_paper(paper_id: str) -> None:
    """What may be, or was, the same paper as this one; nothing where there is no doubt."""
    tracker = library.tracker()
    pairs, merged = tracker.duplicates_of(paper_id), tracker.merged(paper_id)
    if not pairs and not merged:
        return
    st.subheader("The same paper?", anchor=False)
    for one in pairs:
        pair(one)
    for name in merged:
        with st.container(horizontal=True, vertical_alignment="center", key=f"merged-{name}"):
            st.html(f'<div class="tr-meta">Merged with what went by {html(name, 200)}</div>', width="content")
            st.button("Split", key=f"split-{name}", type="tertiary", icon=":material/call_split:",
                      on_click=split, args=(name,), help="Two papers again, and they stay so")  # fmt: skip
