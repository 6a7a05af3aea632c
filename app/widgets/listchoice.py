"""One list to choose, by its short name in the address: a title or a count there would break when it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app.widgets import cards
from app.widgets.text import label

_KEY = "list-chosen"
_PARAMETER = "list"
ALL = "All lists"


def given() -> str | None:
    """The list that the address names, by its short name; a title is understood too."""
    name = str(st.query_params.get(_PARAMETER, "")).strip()
    if not name:
        return None
    held = cards.lists()
    return next((slug for slug, (title, entries) in held.items() if entries and name in (slug, title)), name)


def title(slug: str | None) -> str:
    """What the list that is chosen is called, as a widget's label."""
    return label(cards.lists().get(slug, (slug, 0))[0], 60) if slug else ALL


def choose(names: Sequence[str], changed: Callable[[], None], counts: Mapping[str, int] | None = None) -> None:
    """Let the reader choose one of ``names``; ``changed`` is called when it was."""
    held = cards.lists()

    def said(slug: str) -> str:
        number = (counts or {}).get(slug)
        return held.get(slug, (slug, 0))[0] + (f" ({number:,})" if number is not None else "")

    chosen = given()
    options = list(names) if chosen is None or chosen in names else [*names, chosen]
    st.session_state[_KEY] = chosen
    st.selectbox(
        "List", options, index=None, key=_KEY, format_func=said, on_change=_changed, args=(changed,),
        placeholder=ALL, label_visibility="collapsed",
    )  # fmt: skip


def _changed(changed: Callable[[], None]) -> None:
    chosen = st.session_state[_KEY]
    if chosen is None:
        st.query_params.pop(_PARAMETER, None)
    else:
        st.query_params[_PARAMETER] = str(chosen)
    changed()
