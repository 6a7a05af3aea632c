"""Paper: everything known about one, with where it comes from, and what you think of it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from app import library
from app.widgets import cards, desk, frame, names, plain, progress, reading, twins, undoing, words
from app.widgets.text import TITLE_LIMIT, host, html, label, link, paragraphs
from tracker.errors import TrackerError, UnknownPaper
from tracker.records import Link, Mention, Paper

_CONCEPTS = 6
_AUTHORS_LIMIT = 1_500


def _head(paper: Paper) -> None:
    authors = html(", ".join(paper.authors[:40]), _AUTHORS_LIMIT) + (
        f" and {len(paper.authors) - 40} more" if len(paper.authors) > 40 else ""
    )
    about = words.joined(words.when(paper), html(paper.venue or ""), html(paper.id))
    frame.head(html(paper.title, TITLE_LIMIT), f"{authors}<br>{about}" if authors else about)


def _own(paper: Paper) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        reading.status(paper.id, paper.status, "paper", paper.title)
        reading.rating(paper)
        desk.priority(paper)
    undoing.bar("paper")
    reading.tags(paper)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("Cite", icon=":material/format_quote:", type="tertiary"):
            st.caption("BibTeX; the button at its corner copies it.")
            st.code(library.tracker().bibtex(paper.id), language=None, wrap_lines=True)
        with st.container(key="quiet-near-paper", width="content"):
            st.page_link("views/search.py", label="Similar papers", icon=":material/hub:",
                         query_params={"like": paper.id})  # fmt: skip


def _abstract(paper: Paper) -> None:
    st.subheader("Abstract", anchor=False)
    if paper.abstract:
        st.html(f'<div class="tr-prose">{paragraphs(paper.abstract)}</div>')
        origin = paper.provenance.get("abstract")
        source = paper.abstract_source or (origin.source if origin else None)
        at = f", {words.day(origin.at.astimezone().date())}" if origin else ""
        if source:
            st.caption(f"From {label(names.origin(source))}{at}")
        return
    text = _stand_in(paper)
    if text:
        st.html(f'<div class="tr-prose">{paragraphs(text)}</div>')
        st.caption("No abstract is known yet; these are a list's own words.")
    else:
        st.markdown("No abstract is known yet. The next update asks again.")


def _stand_in(paper: Paper) -> str:
    """A list's own words, where no abstract is known."""
    return next((mention.text for mention in paper.mentions if mention.text), "")


def _named_link(one: Link, title: str) -> str:
    """A list's link by its label; by its host where the label is only the title again."""
    label_is_title = one.label.strip(" \"“”'") == title
    return link(host(one.url) if label_is_title or not one.label else one.label, one.url)


def _links(paper: Paper) -> None:
    shown = [link(one.label or host(one.url), one.url) for one in paper.urls]
    if shown:
        st.subheader("Links", anchor=False)
        st.html(f'<ul class="tr-list">{"".join(f"<li>{one}</li>" for one in dict.fromkeys(shown))}</ul>')


def _concepts(paper: Paper) -> None:
    if not paper.concepts:
        return
    st.subheader("Concepts", anchor=False)
    for tie in paper.concepts[:_CONCEPTS]:
        with st.container(key=f"tie-{tie.slug}", gap=None):
            evidence = f'<div class="tr-why">{html(tie.evidence, 500)}</div>' if tie.evidence else ""
            st.html(f'{cards.concept_chip(tie.slug)} <span class="tr-meta">{tie.score:.0%}</span>{evidence}')
            with st.container(horizontal=True, gap="small"):
                for name, accepted in (("Right", True), ("Wrong", False)):
                    st.button(name, key=f"tie-{accepted}-{tie.slug}", type="tertiary", on_click=_say,
                              args=(paper.id, tie.slug, accepted))  # fmt: skip


def _say(paper_id: str, slug: str, accepted: bool) -> None:
    if reading.attempt(lambda: library.tracker().say_concept(paper_id, slug, accepted)):
        st.toast("Noted: it is about that." if accepted else "Noted: it is not about that, and will not be said again.")


def _when(mention: Mention) -> date | None:
    """When a list named it: its week or month, else when it was first seen there."""
    if mention.week_start:
        return mention.week_start
    if mention.year:
        month = mention.month if mention.month and 1 <= mention.month <= 12 else 1
        return date(mention.year, month, 1)
    return mention.first_seen.astimezone().date() if mention.first_seen else None


def _mention(mention: Mention, paper: Paper) -> str:
    gone = f"left the list on {words.day(mention.gone_at.astimezone().date())}" if mention.gone_at else ""
    came = mention.first_seen.astimezone().date() if mention.first_seen else None
    place = words.joined(
        f"<strong>{html(cards.list_title(mention.source))}</strong>",
        words.week(mention),
        f"rank {mention.rank}" if mention.rank else "",
        html(" › ".join(mention.section)),
        html(mention.marker or ""),
        gone,
    )
    named = f"as “{html(mention.title, 300)}”" if mention.title not in ("", paper.title) else ""
    about = words.joined(named, f"first seen here {words.day(came)}" if came else "")
    shown_above = paper.abstract is None and mention.text == _stand_in(paper)
    text = f'<div class="tr-text">{html(mention.text, 1_500)}</div>' if mention.text and not shown_above else ""
    links = words.joined(*(_named_link(one, mention.title) for one in mention.links[:20]))
    css = ' class="tr-gone"' if mention.gone_at else ""
    return f'<li{css}>{place}<div class="tr-meta">{about}</div>{text}<div class="tr-meta">{links}</div></li>'


def _mentions(paper: Paper) -> None:
    if not paper.mentions:
        return
    st.subheader("Where it is listed", anchor=False)
    current = len({mention.source for mention in paper.mentions if mention.gone_at is None})
    over = f", {count_gone} no longer" if (count_gone := sum(m.gone_at is not None for m in paper.mentions)) else ""
    st.caption(f"{words.count(current, 'list')} {'names' if current == 1 else 'name'} it now{over}; earliest first.")
    timeline = sorted(paper.mentions, key=lambda one: (_when(one) or date.max, one.source, one.key))
    st.html(f'<ul class="tr-list">{"".join(_mention(mention, paper) for mention in timeline)}</ul>')


def _results(paper: Paper) -> None:
    if not paper.results and not paper.code:
        return
    st.subheader("Code and results", anchor=False)
    rows = [f"<li>{link(host(url), url)} <span class='tr-meta'>{html(url, 200)}</span></li>" for url in paper.code[:20]]
    rows += [
        f"<li>{words.joined(html(r.task), html(r.dataset), html(r.model), html(f'{r.metric} {r.value}'))}"
        f"{f' · rank {r.rank}' if r.rank else ''}</li>"
        for r in paper.results[:30]
    ]
    st.html(f'<ul class="tr-list">{"".join(rows)}</ul>')


def _similar(paper: Paper) -> None:
    st.subheader("Near in meaning", anchor=False)
    try:
        near = library.tracker().similar(paper.id, 8)
    except TrackerError as error:
        st.caption(label(str(error), 300))
        return
    for notice in near.notices:
        st.caption(label(notice, 300))
    if not near.hits:
        st.caption("Nothing yet: this paper or its neighbours are not embedded. The next update does it.")
    for found in near.hits:
        with st.container(key=f"near-{found.id}", gap=None):
            cards.title_link(found.id, found.title, "near")
            st.html(
                f'<div class="tr-meta">{words.joined(html(words.names(found.authors)), str(found.year or ""))}</div>'
            )


def _provenance(paper: Paper) -> None:
    with st.expander("Where each field comes from"):
        titles = {slug: title for slug, (title, _) in cards.lists().items()}
        rows = []
        for field, origin in sorted(paper.provenance.items()):
            said = names.origin(origin.source, titles.get(origin.source, ""))
            rows.append(f"<li>{html(field)}: {html(said)}, {words.day(origin.at.astimezone().date())}</li>")
        known = [html(str(identifier)) for identifier in paper.identifiers] + [html(alias) for alias in paper.aliases]
        rows += [f"<li>goes by: {', '.join(known)}</li>"] if known else []
        st.html(f'<ul class="tr-list tr-meta">{"".join(rows) or "<li>nothing is recorded</li>"}</ul>')


def page() -> None:
    """Draw the page."""
    wanted = st.query_params.get("id", "").strip()
    if not wanted:
        frame.head("Paper")
        st.markdown("No paper is chosen. Pick one in the **Library** or by **Search**.")
        return
    try:
        paper = library.tracker().paper(wanted)
    except UnknownPaper as error:
        frame.head("Paper")
        st.warning(label(plain.told(str(error)), 300))
        return
    _head(paper)
    progress.banner(brief=True)
    _own(paper)
    _abstract(paper)
    _concepts(paper)
    _links(paper)
    _results(paper)
    st.subheader("Notes", anchor=False)
    reading.notes(paper)
    desk.writing(paper.id)
    _mentions(paper)
    twins.of_paper(paper.id)
    _similar(paper)
    _provenance(paper)


page()
