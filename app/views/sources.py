"""Sources & jobs: each list and how its fetches go, what runs did, doubtful pairs, and the library's health."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path

import streamlit as st

from app import library
from app.widgets import carrying, frame, names, plain, progress, twins
from app.widgets.reading import attempt
from app.widgets.text import html, label, link
from app.widgets.words import ago, count, folder, joined, soon
from tracker.errors import TrackerError
from tracker.records import LibraryStatus, SourceState

#: Their names stand in the address, so they never change with a count.
_PARTS = {"lists": "Lists", "duplicates": "Duplicates", "jobs": "Jobs", "health": "Health", "files": "In & out"}
_PAIRS = 10
_RUNS = 15
_OUTCOMES = {
    "done": "done", "partly": "done in part", "failed": "failed", "interrupted": "broken off", "running": "at work",
}  # fmt: skip


def _numbers(state: LibraryStatus) -> None:
    shown = (
        (state.papers, "papers"),
        (state.abstracts, "with abstract"),
        (state.embedded, "known by meaning"),
        (state.new_papers, "new"),
    )
    st.html(f'<div class="tr-stats">{"".join(f"<div><b>{number:,}</b> {name}</div>" for number, name in shown)}</div>')
    waiting = joined(
        *(f"{number:,} for {label(names.service(name))}" for name, number in state.waiting.items() if number)
    )
    if waiting:
        st.caption(f"Still to be asked: {waiting}")


# ---------------------------------------------------------------- lists


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
            _trouble(state)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            key = f"enabled-{spec.slug}"
            st.session_state[key] = spec.enabled
            st.toggle("On", key=key, on_change=_enable, args=(spec.slug, key))
            if spec.enabled and spec.url:
                progress.begin_button("Fetch now", (spec.slug,), key=f"fetch-{spec.slug}")
            with st.container(key=f"quiet-new-{spec.slug}", width="content"):
                st.page_link("views/library.py", label="Its papers", query_params={"list": spec.slug})
            with st.popover("Remove", type="tertiary"):
                st.markdown("The tracker reads it no more. Its papers and all you wrote stay.")
                st.button("Remove this list", key=f"remove-{spec.slug}", on_click=_remove, args=(spec.slug,))


def _trouble(state: SourceState) -> None:
    error = state.error or ""
    times = f" It failed {state.failures} times in a row." if state.failures > 1 else ""
    kept = "What it brought before is kept; it" if state.entries else "It"
    st.warning(f"{plain.words(error)}{times} {kept} is tried again {soon(state.next_fetch)}.")
    st.html(f'<div class="tr-meta">In the words of the program: {html(plain.told(error), 400)}</div>')


def _add() -> None:
    if st.session_state.pop("added-source", False):
        st.session_state["add-source-url"] = ""  # a widget's value can only be set before it is drawn
    with st.form("add-source", clear_on_submit=False):
        url = st.text_input(
            "Add a list", placeholder="https://github.com/OWNER/REPO", max_chars=2_000, key="add-source-url",
            help="A repository with a README that lists papers, a Markdown or HTML page, or a feed",
        )  # fmt: skip
        if st.form_submit_button("Add", icon=":material/add:"):
            if not url.strip():
                st.info("Paste the address of a list first.")
                return
            try:
                state = library.tracker().add_source(url.strip())
            except TrackerError as error:
                st.warning(label(plain.told(str(error)), 400))
                return
            if not library.start_update((state.spec.slug,)):
                st.toast("Added. It is read by the next update, since one is at work.")
            st.session_state["update-seen-running"] = True
            st.session_state["added-source"] = True
            st.rerun()


def _lists(state: LibraryStatus) -> None:
    _add()
    failing = [s for s in state.sources if s.error and s.spec.enabled]
    for source in (*failing, *(s for s in state.sources if s not in failing)):
        _source(source)


# ---------------------------------------------------------------- doubts, runs, health


def _doubts() -> None:
    st.caption(
        "Entries that look alike but not enough to be joined without you. A wrong click can be taken back: "
        "split them here or on the paper's page."
    )
    twins.undo_last()
    pairs = library.tracker().duplicates()
    if not pairs:
        st.markdown("No doubts: every entry is clearly one paper or another.")
    for pair in pairs[:_PAIRS]:
        twins.pair(pair)
    if len(pairs) > _PAIRS:
        st.caption(f"and {len(pairs) - _PAIRS:,} more, which come up when these are decided")


def _outages() -> None:
    """What a person should be told, whichever part of the page is open."""
    plan = library.tracker().plan()
    for outage in plan.outages:
        last = f"It last answered {ago(outage.since)}." if outage.since else "It never answered."
        name = label(_titles().get(outage.slug, outage.slug))
        st.warning(f"**{name}** failed {outage.failures} times in a row. {last} {plain.words(outage.error)}")
    if not plan.updates_ok:
        held = f" The next one waits until {soon(plan.held_until)}." if plan.held_until else ""
        st.error(f"The last {plan.broken_runs} updates broke off before their end.{held} **Jobs** tells why.")


def _jobs() -> None:
    tracker = library.tracker()
    plan = tracker.plan()
    due = f"{count(len(plan.due), 'list')} due now" if plan.due else "Nothing is due now"
    coming = f"the next turn {soon(plan.wake)}" if plan.wake else ""
    quiet = f"quiet {soon(plan.quiet_until)}" if plan.quiet_until else ""
    st.caption(joined(due, coming, quiet) + ". Turns come by themselves while `tracker serve` runs.")
    runs = tracker.runs(_RUNS)
    if not runs:
        st.markdown("Nothing has run yet. **Update now** reads the lists and asks the services.")
        return
    titles = _titles()
    rows = "".join(
        f"<li><strong>{html(run.kind.capitalize())}</strong> {ago(run.started)}, "
        f"{_OUTCOMES.get(run.outcome, html(run.outcome))}{_took(run.started, run.ended)}"
        f"{_told(run.report, titles) or _silent(run.outcome)}</li>"
        for run in runs
    )
    st.html(f'<ul class="tr-list">{rows}</ul>')


def _took(started: datetime, ended: datetime | None) -> str:
    if ended is None:
        return ""
    seconds = (ended - started).total_seconds()
    return f" in {seconds:.0f} s" if seconds < 120 else f" in {seconds / 60:.0f} min"


def _titles() -> dict[str, str]:
    """What each list is called, by its slug."""
    return {state.spec.slug: state.spec.title for state in library.tracker().sources()}


def _told(report: dict[str, object], titles: dict[str, str]) -> str:
    """What a run changed and what failed, from its entry in the journal."""
    sources = [s for s in _records(report.get("sources")) if s.get("state") != "unchanged"]
    lines = []
    for source in sources:
        numbers = joined(
            *(f"{source[name]:,} {said}" for name, said in (
                ("added", "added"), ("changed", "changed"), ("gone", "gone"), ("new_papers", "new papers")
            ) if isinstance(source.get(name), int) and source[name])
        )  # fmt: skip
        error = plain.words(str(source["error"])) if source.get("error") else ""
        if numbers or error:
            slug = str(source.get("slug", ""))
            lines.append(joined(html(titles.get(slug, slug), 100), numbers, error))
    for service in _records(report.get("services")):
        name = html(names.service(str(service.get("service", ""))), 60)
        if service.get("error"):
            lines.append(joined(name, plain.words(str(service["error"]))))
        elif service.get("found"):
            lines.append(joined(name, f"{service['found']:,} found"))
    if report.get("error"):
        lines.append(html(plain.told(str(report["error"])), 400))
    return "".join(f'<div class="tr-meta">{one}</div>' for one in lines[:12])


def _silent(outcome: str) -> str:
    said = {"done": "nothing new", "interrupted": "what was finished is kept; the next run goes on from there"}
    return f'<div class="tr-meta">{said.get(outcome, "")}</div>'


def _records(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []


def _health(state: LibraryStatus) -> None:
    _numbers(state)
    st.html(f'<div class="tr-meta">In {html(folder(state.home))} · model {html(state.model or "missing")}</div>')
    st.subheader("Check", anchor=False)
    st.caption("Reads the whole database, the full-text index, the vectors and the model's file.")
    if st.button("Check now", icon=":material/health_and_safety:"):
        with st.spinner("Checking …"):
            findings = library.tracker().check()
        for finding in findings:
            show = st.success if finding.ok else st.error
            cure = f" ({finding.cure})" if finding.cure and not finding.ok else ""
            show(label(plain.told(f"{finding.message}{cure}"), 600))
        if not all(finding.ok for finding in findings):
            st.markdown("`tracker check --repair` in a terminal rebuilds all that can be rebuilt. Make a backup first.")
    _backup()


def _backup() -> None:
    st.subheader("Backup", anchor=False)
    st.caption("A whole copy of the library in one file, made while everything goes on.")
    if st.button("Back up now", icon=":material/save:"):
        here = library.settings().home
        try:
            with st.spinner("Copying …"):
                file = library.tracker().backup(
                    here / f"tracker-backup-{datetime.now().astimezone():%Y%m%d-%H%M%S}.sqlite3"
                )
        except TrackerError as error:
            frame.failure(error)
        else:
            st.success(f"Kept in {label(str(file), 1_000)}")
            st.markdown("Copy it to another disk too. This puts it back, in a terminal:")
            st.code(f"tracker restore {shlex.quote(str(Path(file).absolute()))}", language=None, wrap_lines=True)


def _part() -> str:
    """The part of the page that is open; the address names it, in any case."""
    asked = st.query_params.get("part", "")
    named = next((key for key, name in _PARTS.items() if asked.casefold() in (key, name.casefold())), "lists")
    mended = "part" not in st.session_state and named != "lists" and asked != _PARTS[named]
    if mended:
        st.session_state["part"] = named  # the widget itself knows only the exact name
    chosen = st.segmented_control(
        "Part", list(_PARTS), format_func=_PARTS.__getitem__, required=True, key="part",
        default=None if mended else "lists",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    return chosen or "lists"


def page() -> None:
    """Draw the page."""
    tracker = library.tracker()
    state = tracker.status()
    outcome = _OUTCOMES.get(state.last_outcome or "", state.last_outcome or "")
    last = f"updated {ago(state.last_run)}, {outcome}" if state.last_run else "never updated"
    doubts = f"{count(state.unsure_pairs, 'doubtful pair')} to decide" if state.unsure_pairs else ""
    frame.head("Sources &amp; jobs", html(joined(last, count(state.papers, "paper"), doubts)))
    progress.banner()
    _outages()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        part = _part()
        progress.begin_button()
    if part == "duplicates":
        _doubts()
    elif part == "jobs":
        _jobs()
    elif part == "health":
        _health(state)
    elif part == "files":
        carrying.part()
    else:
        _lists(state)


page()
