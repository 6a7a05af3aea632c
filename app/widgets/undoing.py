"""Actions that can be taken back: what was done last, and the button that undoes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets.reading import attempt
from app.widgets.text import label
from app.widgets.words import count

if TYPE_CHECKING:
    from tracker.library.undo import Undo

_DONE = "done-actions"
#: So many actions can be taken back, one after another.
_MOST = 20


def do(said: str, action: Callable[[], Undo]) -> bool:
    """Act, and remember how to take it back; ``said`` names it: "3 papers queued"."""
    found: list[Undo] = []
    if not attempt(lambda: found.append(action())):
        return False
    done: list[tuple[str, Undo]] = st.session_state.setdefault(_DONE, [])
    done.append((said, found[0]))
    del done[:-_MOST]
    return True


def bar(place: str) -> None:
    """What was done last, with a button that takes it back; nothing where nothing was done."""
    done: list[tuple[str, Undo]] = st.session_state.get(_DONE, [])
    if not done:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"undo-bar-{place}"):
        st.markdown(f":material/check: {label(done[-1][0], 160)}", width="content")
        st.button(
            "Undo", key=f"undo-{place}", icon=":material/undo:", type="tertiary", on_click=_undo, shortcut="Z"
        )  # fmt: skip


def _undo() -> None:
    done: list[tuple[str, Undo]] = st.session_state.get(_DONE, [])
    if not done:
        return
    said, action = done.pop()
    number: list[int] = []
    if attempt(lambda: number.append(library.tracker().undo(action))):
        if number[0]:
            st.toast(f"Taken back: {label(said, 160)}")
        else:
            st.toast("Nothing was taken back: something else was decided since, here or in another window.")


def papers(number: int, done: str) -> str:
    """``3 papers queued``."""
    return f"{count(number, 'paper')} {done}"
