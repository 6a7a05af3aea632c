"""Pages of a list."""

from __future__ import annotations

import math

import streamlit as st

#: Cards on one page: as many as a browser draws anew without a pause that is felt.
PAGE_SIZE = 12
#: Of a table, whose rows are one line each.
ROWS_A_PAGE = 200


def pager(key: str, total: int, size: int = PAGE_SIZE) -> int:
    """The page numbers, kept in the address, where one page is not enough; returns where the chosen page begins."""
    pages = math.ceil(total / size)
    if pages <= 1:
        return 0
    if st.session_state.get(key, 1) > pages:  # the list became shorter meanwhile
        st.session_state[key] = pages
    return (st.pagination(pages, key=key, bind="query-params") - 1) * size


def first(key: str) -> None:
    """Back to the first page, for when what is listed changes."""
    if key in st.session_state:
        st.session_state[key] = 1
