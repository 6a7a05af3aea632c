"""Paper: everything known about one, with where it comes from, and what you think of it."""

from __future__ import annotations

import streamlit as st

from app import library
from app.widgets import cards, frame, progress, reading, words
from app.widgets.text import host, html, label, link, paragraphs
from tracker.errors import TrackerError, UnknownPaper
from tracker.records import Link, Mention, Paper


def _head(paper: Paper) -> None:
    authors = html(", ".join(paper.authors[:40])) + (
        f" and {len(paper.authors) - 40} more" if len(paper.authors) > 40 else ""
    )
    about = words.joined(words.when(paper), html(paper.venue or ""), html(paper.id))
    frame.head(html(paper.title, 1_000), f"{authors}<br>{about}" if authors else about)


def _own(paper: Paper) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        reading.status(paper.id, paper.status, "paper")
        reading.rating(paper)
    reading.tags(paper)


def _abstract(paper: Paper) -> None:
    st.subheader("Abstract", anchor=False)
    if paper.abstract:
        st.html(f'<div class="tr-prose">{paragraphs(paper.abstract)}</div>')
        origin = paper.provenance.get("abstract")
        source = paper.abstract_source or (origin.source if origin else None)
        at = f", {words.day(origin.at.astimezone().date())}" if origin else ""
        if source:
            st.caption(f"From {label(source)}{at}")
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
    shown += [f"{link(host(url), url)} (code)" for url in paper.code]
    if shown:
        st.subheader("Links", anchor=False)
        st.html(f'<ul class="tr-list">{"".join(f"<li>{one}</li>" for one in dict.fromkeys(shown))}</ul>')


def _mention(mention: Mention, paper: Paper) -> str:
    gone = f"left the list on {words.day(mention.gone_at.astimezone().date())}" if mention.gone_at else ""
    place = words.joined(
        f"<strong>{html(cards.list_title(mention.source))}</strong>",
        words.week(mention),
        f"rank {mention.rank}" if mention.rank else "",
        html(" › ".join(mention.section)),
        html(mention.marker or ""),
        gone,
    )
    named = f"as “{html(mention.title, 300)}”" if mention.title not in ("", paper.title) else ""
    shown_above = paper.abstract is None and mention.text == _stand_in(paper)
    text = f'<div class="tr-text">{html(mention.text, 1_500)}</div>' if mention.text and not shown_above else ""
    links = words.joined(*(_named_link(one, mention.title) for one in mention.links[:20]))
    css = ' class="tr-gone"' if mention.gone_at else ""
    return f'<li{css}>{place}<div class="tr-meta">{named}</div>{text}<div class="tr-meta">{links}</div></li>'


def _mentions(paper: Paper) -> None:
    if not paper.mentions:
        return
    st.subheader("Where it is listed", anchor=False)
    st.html(f'<ul class="tr-list">{"".join(_mention(mention, paper) for mention in paper.mentions)}</ul>')


def _results(paper: Paper) -> None:
    if not paper.results:
        return
    st.subheader("Results", anchor=False)
    rows = [
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
        cards.title_link(found.id, found.title, "near")
        st.html(f'<div class="tr-meta">{words.joined(html(words.names(found.authors)), str(found.year or ""))}</div>')


def _provenance(paper: Paper) -> None:
    with st.expander("Where each field comes from"):
        rows = [
            f"<li>{html(field)}: {html(origin.source)}, {words.day(origin.at.astimezone().date())}</li>"
            for field, origin in sorted(paper.provenance.items())
        ]
        names = [html(str(identifier)) for identifier in paper.identifiers] + [html(alias) for alias in paper.aliases]
        rows += [f"<li>goes by: {', '.join(names)}</li>"] if names else []
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
        st.warning(label(str(error), 300))
        return
    _head(paper)
    progress.banner(brief=True)
    _own(paper)
    _abstract(paper)
    _links(paper)
    st.subheader("Notes", anchor=False)
    reading.notes(paper)
    reading.new_note(paper)
    _mentions(paper)
    _results(paper)
    _similar(paper)
    _provenance(paper)


page()
