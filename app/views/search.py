"""Search: by words and by meaning, with the reasons for each hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from app import library
from app.widgets import cards, frame, progress
from app.widgets.text import label
from app.widgets.words import count
from tracker.errors import UsageError
from tracker.records import SearchResult

if TYPE_CHECKING:
    from tracker.service import SearchMode

MODES = {"hybrid": "Both", "words": "Words", "meaning": "Meaning"}
STEP = 20
MOST = 200
EXAMPLES = (
    "where do transformers store facts",
    "sentence embeddings trained with contrast",
    '"attention" -vision year:2017..2020',
    "retrieval augmented generation has:code",
)
_HELP = """
| Write | to find |
| --- | --- |
| `neural word vectors` | papers about that, by words and by meaning |
| `"key-value memories"` | the exact phrase |
| `attention -vision` | without a word |
| `year:2023..2025`, `year:2024..` | by year |
| `author:vaswani` | by author |
| `list:starter` | what a list names |
| `status:queued`, `tag:classic` | your own marks |
| `concept:attention` | by concept |
| `has:code`, `is:new` | with code; new since you looked |
"""


def _more() -> None:
    st.session_state["shown"] = min(st.session_state.get("shown", STEP) + STEP, MOST)


def _fewer() -> None:
    st.session_state["shown"] = STEP


def _invite() -> None:
    st.caption("For example")
    for example in EXAMPLES:
        st.page_link("views/search.py", label=label(example), icon=":material/search:", query_params={"q": example})


def _results(result: SearchResult, limit: int) -> None:
    for notice in result.notices:
        st.caption(label(notice, 300))
    if not result.hits:
        st.markdown("Nothing found. Fewer or other words may help; filters such as `year:` narrow the search.")
        return
    total = f" of {result.total:,}" if result.total and result.total > len(result.hits) else ""
    st.caption(f"{count(len(result.hits), 'paper')}{total} in {result.took_ms:.0f} ms")
    for found in result.hits:
        cards.hit(found, "search")
    if len(result.hits) >= limit and limit < MOST:
        st.button("More", on_click=_more, icon=":material/expand_more:")


def page() -> None:
    """Draw the page."""
    frame.head("Search")
    progress.banner(brief=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search", key="q", type="search", bind="query-params", on_change=_fewer, label_visibility="collapsed",
            placeholder="What are you looking for?", max_chars=2_000,
        )  # fmt: skip
        with st.popover("Help", icon=":material/help:", type="tertiary"):
            st.markdown(_HELP)
    mode = st.segmented_control(
        "Search by", list(MODES), format_func=MODES.__getitem__, default="hybrid", required=True, key="mode",
        bind="query-params", label_visibility="collapsed", on_change=_fewer,
    )  # fmt: skip
    query = (st.session_state.get("q") or "").strip()
    if not query:
        _invite()
        return
    limit = st.session_state.get("shown", STEP)
    try:
        with st.spinner("Searching …", show_time=False):
            result = library.tracker().search(query, limit, mode=cast("SearchMode", mode))
    except UsageError as error:
        st.warning(label(str(error), 500))
        return
    _results(result, limit)


page()
