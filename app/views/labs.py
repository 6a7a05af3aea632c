"""Labs: what a transformer does with the reader's own words, on the very model that ranks the search.

Addresses: ``/labs?lab=NAME`` opens a lab, by a name of ``tracker lab`` or the
one that concepts give it.  ``&query=WORDS`` is what it looks at (a sentence, a query,
a sum of words).  ``&paper=ID`` is a paper, under any of its ids: the hit that
``lens`` explains, or else the paper whose title is the sentence.  So a hit of a
search is explained by ``/labs?lab=lens&query=QUERY&paper=ID``.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import library
from app.widgets import frame, labs
from tracker.library.lab_infos import info

_STYLE = Path(__file__).parents[1] / "widgets" / "concepts.css"

_CHOSEN = "lab-chosen"


def _choose() -> None:
    st.query_params.from_dict({"lab": str(st.session_state[_CHOSEN])})


def page() -> None:
    """Draw the page."""
    st.html(_STYLE)
    frame.head("Labs", "Computed now, on the model that ranks your search.")
    infos = {info.name: info for info in library.tracker().labs()}
    given = str(st.query_params.get("lab", "")).strip()
    # The address says which lab, by its short name, so that a link to one is short and lasts.
    st.session_state[_CHOSEN] = info(given).name if given else next(iter(infos))
    st.pills(
        "Lab",
        list(infos),
        format_func=lambda name: infos[name].title,
        key=_CHOSEN,
        required=True,
        on_change=_choose,
        label_visibility="collapsed",
    )
    chosen = str(st.session_state[_CHOSEN])
    st.subheader(infos[chosen].title, anchor=False)
    labs.lab(infos[chosen])


page()
