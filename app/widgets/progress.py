"""What an update is doing right now, on any page, without holding the page up."""

from __future__ import annotations

import re

import streamlit as st

from app import library
from app.widgets import names, plain
from app.widgets.text import label
from app.widgets.words import ago, count, joined
from tracker.progressfile import RunProgress
from tracker.records import Progress

#: What a service's bar says of its last batch; anything else that it says is an error, and Jobs tells those.
_COUNTED = re.compile(r"\d+ of \d+ known")
#: More bars than this would push the page away.
_BARS = 3
_TOLD = "told-update"


def banner(*, brief: bool = False) -> None:
    """Bars (``brief``: one) while an update is at work; once, how it ended. Costs one small file a look."""
    st.fragment(_banner, run_every=1.0 if library.updating() else 15.0)(brief)


def _banner(brief: bool) -> None:
    now = library.progress()
    running = library.updating()
    seen = st.session_state.get("update-seen-running", False)
    if running:
        st.session_state["update-seen-running"] = True
        _bars(now, 1 if brief else _BARS)
        if not seen:
            st.rerun()  # the whole page, so that this looks every second from now on
    elif seen:
        st.session_state["update-seen-running"] = False
        st.session_state[_TOLD] = True
        st.rerun()
    elif now and st.session_state.get(_TOLD):
        _ended(now)


def _said(stage: Progress) -> str:
    """A stage's message, errors left out: their words and addresses are nothing for a bar."""
    if names.is_service(stage.stage) and not _COUNTED.fullmatch(stage.message):
        return "some answers are missing" if stage.message else ""
    return "" if "://" in stage.message else stage.message


def _bars(now: RunProgress | None, most: int) -> None:
    with st.container(border=most > 1, gap="small"):
        if most > 1:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.markdown("**Your library is being brought up to date.** You can search and read meanwhile.")
                if st.button("Show what has come", type="tertiary", icon=":material/refresh:"):
                    st.rerun()
        if now is None or not now.running() or not now.stages:
            st.progress(0.0, text="Starting …")
            return
        unfinished = [stage for stage in now.stages if stage.done != stage.total] or list(now.stages)
        for stage in unfinished[-most:]:
            part = min(stage.done / stage.total, 1.0) if stage.total else 0.0
            number = f"{stage.done:,} of {stage.total:,}" if stage.total else f"{stage.done:,}"
            st.progress(part, text=label(joined(names.stage(stage.stage), number, _said(stage)), 100))


def _ended(now: RunProgress) -> None:
    words = {
        "done": (st.success, "Up to date."),
        "partly": (st.warning, "Updated, but not everything could be had. What was there before is kept."),
        "failed": (st.error, "The update did not work. Your library is as it was."),
        "stopped": (st.info, "The update was stopped. What was finished is kept."),
        "running": (st.warning, "The update ended without a word. Start it again: it goes on where it stopped."),
    }
    show, sentence = words[now.outcome]
    lines = "".join(f"\n- {label(plain.told(names.summary(text)), 400)}" for text in now.lines[-12:])
    show(f"{sentence} {lines}")
    st.button("Dismiss", key="dismiss-update", on_click=lambda: st.session_state.update({_TOLD: False}))


def begin_button(name: str = "Update now", sources: tuple[str, ...] = (), key: str = "update-now") -> None:
    """A button that starts an update, or says that one is at work."""
    busy = library.updating()
    if st.button("Updating …" if busy else name, key=key, icon=":material/sync:", disabled=busy):
        library.start_update(sources, force=bool(sources))
        st.session_state["update-seen-running"] = True
        st.rerun()


def invitation(papers: int) -> None:
    """What to do with a library that has never been updated."""
    known = f"{count(papers, 'paper').capitalize()} to begin with. " if papers else "Your library is empty. "
    st.info(f"{known}An update reads the lists and asks public services for abstracts; it takes some minutes.")
    begin_button("Bring in the lists", key="update-first")


def last_line() -> str:
    """When the last update ended, in a few words."""
    now = library.progress()
    if now is None or now.outcome == "running":
        return ""
    return f"updated {ago(now.updated)}"
