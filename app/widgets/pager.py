"""Pages of a list."""

from __future__ import annotations

import math

import streamlit as st

PAGE_SIZE = 20


def pager(key: str, total: int) -> int:
    """The page numbers, kept in the address, where one page is not enough; returns where the chosen page begins."""
    pages = math.ceil(total / PAGE_SIZE)
    if pages <= 1:
        return 0
    if st.session_state.get(key, 1) > pages:  # the list became shorter meanwhile
        st.session_state[key] = pages
    return (st.pagination(pages, key=key, bind="query-params") - 1) * PAGE_SIZE


def first(key: str) -> None:
    """Back to the first page, for when what is listed changes."""
    if key in st.session_state:
        st.session_state[key] = 1
