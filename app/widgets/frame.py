"""What surrounds every page: its typography, its head, and honest words when something fails."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from tracker.errors import DiskFull, SchemaTooNew, StoreBusy, StoreCorrupt, TrackerError, UsageError

_STYLE = Path(__file__).with_name("style.css")


def style() -> None:
    """Our typography, once a page."""
    st.html(_STYLE)


def head(title: str, below: str = "") -> None:
    """A page's head; ``title`` and ``below`` are HTML already."""
    quiet = f'<div class="tr-quiet">{below}</div>' if below else ""
    st.html(f'<h1 class="tr-head">{title}</h1>{quiet}')


@contextlib.contextmanager
def honest() -> Iterator[None]:
    """Turn a known error into words that say what to do."""
    try:
        yield
    except TrackerError as error:
        failure(error)


def failure(error: TrackerError) -> None:
    """Say what went wrong and what to do about it."""
    from app.widgets import plain
    from app.widgets.text import label

    if isinstance(error, UsageError):
        st.warning(label(plain.told(str(error)), 1_000))
        return
    st.error(label(plain.told(str(error)), 1_000), icon=":material/error:")
    advice = _advice(error)
    if advice:
        st.markdown(advice)


def _advice(error: TrackerError) -> str:
    if isinstance(error, StoreBusy):
        return "Another process is writing. Wait a moment, then reload this page."
    if isinstance(error, StoreCorrupt):
        return "Run `tracker check --repair` in a terminal; `tracker restore FILE` puts a backup in place."
    if isinstance(error, SchemaTooNew):
        return "This library was written by a later version of the tracker: upgrade the tracker."
    if isinstance(error, DiskFull):
        return "Make room on the disk, then reload this page. What was finished is kept."
    return ""
