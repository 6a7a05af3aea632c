"""Search: by words and by meaning, with the reasons for each hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from app import library
from app.widgets import cards, facets, frame, progress, saved
from app.widgets.text import label
from app.widgets.words import count, joined
from tracker.errors import UsageError
from tracker.records import SearchResult

if TYPE_CHECKING:
    from tracker.service import SearchMode

MODES = {"hybrid": "Both", "words": "Words", "meaning": "Meaning"}
STEP = 12
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
| `list:starter-shelf` | what a list names |
| `status:queued`, `tag:classic` | your own marks |
| `concept:attention` | by concept |
| `has:code`, `is:new` | with code; new since you looked |
| `title:herds OR abstract:herds` | one or the other |

The buttons under the box narrow a search and write such filters for you. A search is an address: bookmark it,
or **save** it to be told of its new hits.
"""


def _more() -> None:
    st.session_state["shown"] = min(st.session_state.get("shown", STEP) + STEP, MOST)


def _fewer() -> None:
    st.session_state["shown"] = STEP


def _invite() -> None:
    saved.shelf()
    st.subheader("Try", anchor=False)
    for example in EXAMPLES:
        st.page_link("views/search.py", label=label(example), icon=":material/search:", query_params={"q": example})


def _told(result: SearchResult, limit: int) -> str:
    """How many were found; where everything is ranked, as many as were asked for, which says nothing."""
    shown = len(result.hits)
    if result.total is None and shown >= limit:
        return f"The best {shown:,}"
    return count(shown, "paper") + (f" of {result.total:,}" if result.total and result.total > shown else "")


def _by_meaning_alone(result: SearchResult) -> bool:
    """Whether words were looked for and no hit has one; None stands for what was not asked."""
    return all(
        found.semantic is not None and found.lexical == 0 and not cards.matched_words(found) for found in result.hits
    )


def _results(result: SearchResult, limit: int) -> None:
    for notice in result.notices:
        st.caption(label(notice, 300))
    if not result.hits:
        st.markdown("Nothing found. Fewer or other words may help; a filter can be taken away above.")
        return
    new = saved.new_hits(result.query)
    arrived = f"{len(new):,} new since you looked" if new else ""
    st.caption(joined(f"{_told(result, limit)} in {result.took_ms:.0f} ms", arrived))
    if _by_meaning_alone(result):
        st.caption("No paper has these words; these are nearest in meaning.")
    for found in result.hits:
        cards.hit(found, "search", result.query, new=found.id in new)
    if len(result.hits) >= limit and limit < MOST:
        st.button("More", on_click=_more, icon=":material/expand_more:")


def _like(paper_id: str) -> None:
    """The papers nearest to one."""
    tracker = library.tracker()
    paper = tracker.paper(paper_id)
    frame.head("Similar papers", "nearest in meaning first")
    with st.container(key="card-like", gap=None):
        st.caption("To this paper:")
        cards.title_link(paper.id, paper.title, "like")
    st.page_link("views/search.py", label="Back to search", icon=":material/arrow_back:", query_params={})
    limit = st.session_state.get("shown", STEP)
    result = tracker.similar(paper.id, limit)
    for notice in result.notices:
        st.caption(label(notice, 300))
    if not result.hits:
        st.markdown("Nothing yet: this paper or its neighbours are not embedded. The next update does it.")
    for found in result.hits:
        cards.hit(found, "search")
    if len(result.hits) >= limit and limit < MOST:
        st.button("More", on_click=_more, icon=":material/expand_more:")


def _keep(query: str) -> None:
    """Save the search, or manage the one that this is.

    Once it is saved another box holds the button, so that the form closes and does not become the one that deletes.
    """
    held = any(one.query == query for one in library.tracker().saved_searches(news=False))
    if held and st.session_state.get("search-unsaved") == query:
        st.toast("Saved")
    st.session_state["search-unsaved"] = None if held else query
    with st.container(key=f"keep-{held}", width="content"):
        saved.keep_button(query)


def _ask() -> tuple[str, SearchMode]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search", key="q", type="search", bind="query-params", on_change=_fewer, label_visibility="collapsed",
            placeholder="What are you looking for?", max_chars=2_000,
        )  # fmt: skip
        with st.popover("Help", icon=":material/help:", type="tertiary"):
            st.markdown(_HELP)
    query = (st.session_state.get("q") or "").strip()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        mode = st.segmented_control(
            "Search by", list(MODES), format_func=MODES.__getitem__, default="hybrid", required=True, key="mode",
            bind="query-params", label_visibility="collapsed", on_change=_fewer,
        )  # fmt: skip
        if query:
            _keep(query)
    return query, cast("SearchMode", mode)


def page() -> None:
    """Draw the page."""
    like = str(st.query_params.get("like", "")).strip()
    if like:
        _like(like)
        return
    frame.head("Search")
    progress.banner(brief=True)
    query, mode = _ask()
    if not query:
        _invite()
        return
    narrowing = st.container()  # here also while it is searched, so that the page does not jump
    limit = st.session_state.get("shown", STEP)
    tracker = library.tracker()
    try:
        with st.spinner("Searching …", show_time=False):
            result = tracker.search(query, limit, mode=mode)
    except UsageError as error:
        st.warning(label(str(error), 500))
        return
    with narrowing:
        counted = (lambda: tracker.facets(query, mode=mode)) if result.hits else None
        facets.bar(counted, query, "q", _fewer)
    _results(result, limit)


page()
