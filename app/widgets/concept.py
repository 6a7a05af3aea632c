"""A concept's page: what it is, where it stands, its lab, the way there, and the papers about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from app import library
from app.widgets import cards, frame, labs, plots, reading
from app.widgets.text import html, label, link, paragraphs
from app.widgets.words import count, joined, when
from tracker.errors import UsageError
from tracker.records import ConceptLink, Paper

if TYPE_CHECKING:
    from tracker.concepts.paths import PlanStep, ReadingPlan
    from tracker.library.concepts import ConceptCard, ConceptPage

PAGE = "views/concepts.py"
_TIED = 300
_SHOWN = 5
_CHECKED = 10
_LONGEST = 40


def page(slug: str) -> None:
    """Draw the page of a concept."""
    found = library.tracker().concept(slug, _TIED)
    concept, card = found.concept, found.card
    known = "you know it: a core paper is read" if card.known else ""
    number = joined(html(concept.group), count(card.papers, "paper"), f"{card.read} read" if card.read else "", known)
    frame.head(html(concept.title), f"{html(concept.one_line)}<br>{number}")
    st.page_link(PAGE, label="All concepts", icon=":material/account_tree:")
    st.html(f'<div class="tr-prose">{paragraphs(concept.explanation)}</div>')
    _neighbours("Stands on", found.needs)
    _neighbours("Leads to", found.leads_to)
    _lab(found)
    _way(slug)
    _key_papers(found)
    _resources(found)
    _library(found)
    _check(found)


def _neighbours(title: str, near: Sequence[ConceptCard]) -> None:
    if not near:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(title, width="content")
        for card in near:
            concept_link(card)


def concept_link(card: ConceptCard) -> None:
    """A concept's name that leads to its page; a tick where it is known."""
    icon = ":material/check_circle:" if card.known else None
    st.page_link(PAGE, label=label(card.title), icon=icon, query_params={"concept": card.slug}, width="content")


def _lab(found: ConceptPage) -> None:
    from tracker.library.lab_infos import parts

    if found.concept.lab is None:
        return
    st.subheader("See it live", anchor=False)
    for number, info in enumerate(parts(found.concept.lab)):
        with st.expander(info.title, expanded=number == 0):
            labs.lab(info)


# ---------------------------------------------------------------- the way there


def _way(slug: str) -> None:
    st.subheader("The way there", anchor=False)
    st.fragment(_plan)(slug)


def _plan(slug: str) -> None:
    limited = st.toggle("I have only so many hours", key=f"path-limited-{slug}")
    hours = st.slider("Hours", 1, _LONGEST, 8, key=f"path-hours-{slug}") if limited else None
    try:
        plan = library.tracker().path(slug, hours)
    except UsageError as error:
        st.warning(label(str(error), 300))
        return
    show_plan(plan)


def show_plan(plan: ReadingPlan) -> None:
    """The steps of a reading plan."""
    st.markdown(f"**{count(len(plan.steps), 'step')}, {plan.hours:g} hours**")
    if plan.over:
        st.caption("Even the shortest way takes longer than that.")
    if plan.known:
        st.caption("You know: " + label(", ".join(one.title for one in plan.known), 500))
    st.html(f'<ul class="tr-list tr-steps">{"".join(_step(step) for step in plan.steps)}</ul>')
    if plan.left_out:
        left = "; ".join(one.title for one in plan.left_out)
        st.caption(f"Left out for want of time ({sum(one.hours for one in plan.left_out):g} hours): {label(left, 800)}")


def _step(step: PlanStep) -> str:
    where = f"concepts?concept={html(step.concept)}" if step.paper is None else f"paper?id={html(step.paper)}"
    kind = "understand" if step.paper is None else "read"
    others = "; ".join(html(other.title, 160) for other in step.alternatives)
    instead = f'<div class="tr-meta">or instead: {others}</div>' if others else ""
    return (
        f'<li><span class="tr-meta">{step.number} · {kind} · {step.hours:g} h</span><br>'
        f'<a href="{where}" target="_self">{html(step.title, 300)}</a>'
        f'<div class="tr-meta">{html(step.reason)}</div>{instead}</li>'
    )


# ---------------------------------------------------------------- papers


def _key_papers(found: ConceptPage) -> None:
    st.subheader("Key papers, in reading order", anchor=False)
    for number, (key, paper) in enumerate(found.key_papers, 1):
        title = paper.title if paper else key.id
        about = f"{key.hours:g} h{', core' if key.core else ''}"
        labs.row(key.id, title, f"{number}. {key.why}", "key-concept", paper, about)


def _resources(found: ConceptPage) -> None:
    if not found.resources:
        return
    st.subheader("Also good", anchor=False)
    rows = [
        f'<li>{link(one.title, one.url)}<div class="tr-meta">{html(one.text)}</div></li>' for one in found.resources
    ]
    st.html(f'<ul class="tr-list">{"".join(rows)}</ul>')


def _library(found: ConceptPage) -> None:
    st.subheader("In your library", anchor=False)
    if not found.papers:
        st.markdown("No paper of your library is tied to it yet. The next update looks again.")
        return
    _timeline(found.papers)
    tracker, query = library.tracker(), f"concept:{found.concept.slug}"
    newest = tracker.papers(query, sort="published", limit=_SHOWN)
    endorsed = tracker.papers(query, sort="endorsed", limit=_SHOWN)
    left, right = st.columns(2)
    with left:
        st.markdown("**Newest**")
        _short(newest, "newest")
    with right:
        st.markdown("**Named by most lists**")
        _short(endorsed, "endorsed")
    st.page_link(
        "views/library.py", label=f"All {count(found.card.papers, 'paper')}", icon=":material/library_books:",
        query_params={"filter": query},
    )  # fmt: skip


def _short(papers: Sequence[Paper], place: str) -> None:
    for paper in papers:
        cards.title_link(paper.id, paper.title, f"near-{place}")
        lists = len({m.source for m in paper.mentions if m.gone_at is None})
        listed = f"on {count(lists, 'list')}" if lists else ""
        st.html(f'<div class="tr-meta">{joined(when(paper), listed)}</div>')


def _timeline(papers: Sequence[Paper]) -> None:
    counts = Counter(paper.year for paper in papers if paper.year)
    if len(counts) < 2:
        return
    read = Counter(paper.year for paper in papers if paper.year and paper.status == "read")
    labs.draw(plots.years(counts, read), "concept-years")
    st.caption("Papers about it by year; green ones you have read.")


# ---------------------------------------------------------------- a person's word


def _check(found: ConceptPage) -> None:
    slug = found.concept.slug
    last = st.session_state.get("said")
    if last and last[1] == slug:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"You said {'yes' if last[2] else 'no'} to {label(last[3], 120)}.", width="content")
            st.button("Undo", key="said-undo", type="tertiary", on_click=_say, args=(last[0], slug, last[4], last[3]))
    rows = [(paper, tie) for paper in found.papers for tie in paper.concepts if tie.slug == slug]
    if not rows:
        return
    with st.expander(f"Is this right? {count(len(rows), 'paper')} and what speaks for each"):
        st.caption("What you say is remembered, and the next update sorts the other papers better for it.")
        # The doubtful ones first: there a word helps most.
        for paper, tie in sorted(rows, key=lambda row: row[1].score)[:_CHECKED]:
            _judged(paper, tie, paper.id in found.said)


def _judged(paper: Paper, tie: ConceptLink, confirmed: bool) -> None:
    with st.container(key=f"card-judge-{paper.id}", gap=None):
        cards.title_link(paper.id, paper.title, "near-judge")
        sure = "you said yes" if confirmed else f"sure to {tie.score:.0%}"
        evidence = f'<div class="tr-why">{html(tie.evidence, 400)}</div>' if tie.evidence else ""
        st.html(f'{evidence}<div class="tr-meta">{sure}</div>')
        with st.container(horizontal=True):
            for name, icon, accepted in (("Yes", "check", True), ("No", "close", False)):
                st.button(
                    name, key=f"{name.lower()}-{paper.id}", icon=f":material/{icon}:", type="tertiary",
                    on_click=_say, args=(paper.id, tie.slug, accepted, paper.title, True if confirmed else None),
                )  # fmt: skip


def _say(paper_id: str, slug: str, accepted: bool | None, title: str, before: bool | None = None) -> None:
    if not reading.attempt(lambda: library.tracker().say_concept(paper_id, slug, accepted)):
        return
    undone = st.session_state.get("said-undo", False)
    st.session_state["said"] = None if undone or accepted is None else (paper_id, slug, accepted, title, before)
    st.toast("Taken back" if undone else "Confirmed" if accepted else "Rejected")
