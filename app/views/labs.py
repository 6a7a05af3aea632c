"""Labs: what a transformer does with the reader's own words, on the very model that ranks the search."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import library
from app.widgets import frame, labs

_STYLE = Path(__file__).parents[1] / "widgets" / "concepts.css"


def page() -> None:
    """Draw the page."""
    st.html(_STYLE)
    frame.head("Labs", "Computed now, on the model that ranks your search.")
    infos = {info.name: info for info in library.tracker().labs()}
    given = str(st.query_params.get("lab", "")).strip()
    if given and given not in infos:
        from tracker.library.lab_infos import info

        st.query_params["lab"] = info(given).name
    chosen = st.pills(
        "Lab", list(infos), format_func=lambda name: infos[name].title, key="lab", bind="query-params",
        default="word-arithmetic", label_visibility="collapsed",
    )  # fmt: skip
    if chosen is None:
        st.markdown("Choose a lab.")
        return
    st.subheader(infos[chosen].title, anchor=False)
    labs.lab(infos[chosen])


page()
