"""What a lab begins with: the reader's own words, the address's, or a sentence of any paper of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets.text import label
from tracker.errors import TrackerError, UnknownPaper

if TYPE_CHECKING:
    from tracker.library.lab_infos import LabInfo

MOST = 500
_FOUND = 8


def begin(key: str, example: str) -> None:
    """Fill a field for the first time: with ``query`` of the address, the title of its ``paper``, or the example."""
    given, paper = (str(st.query_params.get(name, "")).strip() for name in ("query", "paper"))
    if st.session_state.get(f"{key}-from") != (given, paper):
        st.session_state[f"{key}-from"] = (given, paper)
        if given or paper:
            st.session_state[key] = (given or _title(paper) or example)[:MOST]
    st.session_state.setdefault(key, example)


def sentence(info: LabInfo, key: str, name: str = "A sentence") -> str:
    """A sentence to look at: typed, or taken from a paper."""
    begin(key, str(info.inputs[0].example))
    text = st.text_input(name, key=key, max_chars=MOST)
    with st.popover("Take it from a paper", icon=":material/description:", type="tertiary"):
        _from_paper(key)
    return text


def _title(paper: str) -> str:
    try:
        return next(iter(library.tracker().lab_sentences(paper)), "")
    except UnknownPaper:
        return ""


def _from_paper(key: str) -> None:
    wanted = st.text_input("Which paper: words of it, or its id", key=f"{key}-paper", max_chars=200)
    if not wanted.strip():
        return
    tracker = library.tracker()
    try:
        titles = {hit.id: hit.title for hit in tracker.search(wanted, _FOUND).hits}
    except TrackerError as error:
        st.caption(label(str(error), 300))
        return
    if not titles:
        st.caption("Nothing is found for that.")
        return
    paper = st.selectbox("Paper", list(titles), format_func=lambda one: titles.get(one, one), key=f"{key}-papers")
    sentences = tracker.lab_sentences(paper) if paper else ()
    if not sentences:
        st.caption("It has no sentence that is short enough.")
        return
    chosen = st.selectbox("Its title, or a sentence of its abstract", sentences, key=f"{key}-sentences")
    st.button("Use it", key=f"{key}-use", type="primary", on_click=_use, args=(key, chosen))


def _use(key: str, text: str) -> None:
    st.session_state[key] = text[:MOST]


def uses(word: str, key: str) -> None:
    """A button that fills a field with sentences of the library that hold a word."""
    st.button(
        "Sentences from my library", key=f"{key}-uses", icon=":material/library_books:", type="tertiary",
        on_click=_fill, args=(word, key),
    )  # fmt: skip


def _fill(word: str, key: str) -> None:
    found = library.tracker().lab_uses(word)
    if len(found) < 2:
        st.toast("Fewer than two sentences of your library hold this word.")
        return
    st.session_state[key] = "\n".join(found)
