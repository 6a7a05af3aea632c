"""Sources: each list and how its fetches go, the doubts about duplicates, and the library's health."""

from __future__ import annotations

import streamlit as st

from app import library
from app.widgets import frame, progress
from app.widgets.reading import attempt
from app.widgets.text import html, label, link
from app.widgets.words import ago, count, joined, names, soon
from tracker.errors import TrackerError
from tracker.records import DuplicatePair, LibraryStatus, SourceState


def _numbers(state: LibraryStatus) -> None:
    shown = (
        (state.papers, "papers"),
        (state.abstracts, "with abstract"),
        (state.embedded, "known by meaning"),
        (state.new_papers, "new"),
    )
    st.html(f'<div class="tr-stats">{"".join(f"<div><b>{number:,}</b> {name}</div>" for number, name in shown)}</div>')
    waiting = joined(*(f"{number:,} for {label(name)}" for name, number in state.waiting.items() if number))
    if waiting:
        st.caption(f"Still to be asked: {waiting}")


def _enable(slug: str, key: str) -> None:
    attempt(lambda: library.tracker().enable_source(slug, bool(st.session_state[key])))


def _remove(slug: str) -> None:
    if attempt(lambda: library.tracker().remove_source(slug)):
        st.toast("No longer read. Its papers stay.")


def _source(state: SourceState) -> None:
    spec = state.spec
    with st.container(key=f"card-source-{spec.slug}", gap=None):
        about = joined(
            count(state.entries, "entry", "entries"),
            f"{state.gone:,} left the list" if state.gone else "",
            f"read {ago(state.last_success)}" if state.last_success else "not read yet",
            f"changed {ago(state.last_change)}" if state.last_change else "",
            "" if spec.enabled else "switched off",
            f"next {soon(state.next_fetch)}" if spec.enabled and spec.url else "",
        )
        st.html(
            f"<strong>{link(spec.title, spec.url)}</strong>"
            f'<div class="tr-text">{html(spec.description, 600)}</div><div class="tr-meta">{about}</div>'
        )
        if state.error and spec.enabled:
            st.warning(
                f"{label(state.error, 400)}. What it brought before is kept; tried again {soon(state.next_fetch)}."
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            key = f"enabled-{spec.slug}"
            st.session_state[key] = spec.enabled
            st.toggle("On", key=key, on_change=_enable, args=(spec.slug, key))
            if spec.enabled and spec.url:
                progress.begin_button("Fetch now", (spec.slug,), key=f"fetch-{spec.slug}")
            with st.popover("Remove", type="tertiary"):
                st.markdown("The tracker reads it no more. Its papers and all you wrote stay.")
                st.button("Remove this list", key=f"remove-{spec.slug}", on_click=_remove, args=(spec.slug,))


def _add() -> None:
    with st.form("add-source", clear_on_submit=True):
        url = st.text_input("Add a list", placeholder="https://github.com/OWNER/REPO")
        if st.form_submit_button("Add", icon=":material/add:") and url.strip():
            try:
                state = library.tracker().add_source(url.strip())
            except TrackerError as error:
                st.warning(label(str(error), 400))
                return
            library.start_update((state.spec.slug,))
            st.rerun()


def _merge(pair: DuplicatePair) -> None:
    if attempt(lambda: library.tracker().merge(pair.first.id, pair.second.id)):
        st.toast("Merged. “tracker duplicates split” undoes it.")


def _apart(pair: DuplicatePair) -> None:
    if attempt(lambda: library.tracker().keep_apart(pair.first.id, pair.second.id)):
        st.toast("They stay apart.")


def _doubts() -> None:
    pairs = library.tracker().duplicates()
    if not pairs:
        return
    st.subheader("The same paper?", anchor=False)
    for pair in pairs[:20]:
        rows = [
            f"<li><strong>{html(p.title, 300)}</strong>"
            f'<div class="tr-meta">{joined(html(names(p.authors)), str(p.year or ""), html(p.id))}</div></li>'
            for p in (pair.first, pair.second)
        ]
        evidence = f"{pair.score:.2f}: {', '.join(pair.evidence)}"
        with st.container(key=f"card-pair-{pair.number}", gap=None):
            st.html(f'<ul class="tr-list">{"".join(rows)}</ul><div class="tr-meta">{html(evidence, 400)}</div>')
            with st.container(horizontal=True):
                st.button("One paper", key=f"merge-{pair.number}", on_click=_merge, args=(pair,))
                st.button("Two papers", key=f"apart-{pair.number}", on_click=_apart, args=(pair,))
    if len(pairs) > 20:
        st.caption(f"and {len(pairs) - 20} more")


def _health() -> None:
    st.subheader("Health", anchor=False)
    st.caption("Reads the whole database, the full-text index and the vectors.")
    if st.button("Check now", icon=":material/health_and_safety:"):
        with st.spinner("Checking …"):
            findings = library.tracker().check()
        for finding in findings:
            show = st.success if finding.ok else st.error
            cure = f" ({label(finding.cure)})" if finding.cure and not finding.ok else ""
            show(f"{label(finding.message, 400)}{cure}")


def page() -> None:
    """Draw the page."""
    state = library.tracker().status()
    last = f"updated {ago(state.last_run)}, {state.last_outcome}" if state.last_run else "never updated"
    frame.head("Sources", html(joined(last, state.home)))
    progress.banner()
    progress.begin_button()
    _numbers(state)
    st.subheader("Lists", anchor=False)
    for source in state.sources:
        _source(source)
    _add()
    _doubts()
    _health()


page()
