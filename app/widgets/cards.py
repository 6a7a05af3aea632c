"""A paper as a card: in lists, and as a hit with the reasons why it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st

from app import library
from app.widgets import names, reading, words
from app.widgets.text import html, label, link, marked
from tracker.records import Hit, Mention, Paper

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

PAPER_PAGE = "views/paper.py"
_LISTS_SHOWN = 3


@st.cache_resource(ttl=30, max_entries=4, show_spinner=False)
def _lists(home: str) -> Mapping[str, tuple[str, int]]:
    return {state.spec.slug: (state.spec.title, state.entries) for state in library.tracker().sources()}


def lists() -> Mapping[str, tuple[str, int]]:
    """All lists by short name: title and number of entries, as they were at most half a minute ago."""
    return _lists(str(library.settings().home))


def list_title(slug: str) -> str:
    """A list's title by its short name; for many, look :func:`lists` up once."""
    return lists().get(slug, (slug, 0))[0]


def lists_with_entries() -> list[str]:
    """The short names of the lists that name at least one paper."""
    return [slug for slug, (_, entries) in lists().items() if entries]


def title_link(paper_id: str, title: str, place: str) -> None:
    """A paper's title that leads to its page."""
    with st.container(key=f"title-{place}-{paper_id}"):
        st.page_link(PAPER_PAGE, label=label(title), query_params={"id": paper_id})


def deck(papers: Iterable[Paper], place: str, actions: Callable[[Paper], None] | None = None) -> None:
    """Papers as cards, each with its reading status to choose or other ``actions``."""
    held = lists()
    for paper in papers:
        _card(paper, place, held, actions)


def _card(
    paper: Paper, place: str, held: Mapping[str, tuple[str, int]], actions: Callable[[Paper], None] | None
) -> None:
    with _whole(place, paper.id):
        st.page_link(PAPER_PAGE, label=label(paper.title), query_params={"id": paper.id})
        new = '<span class="tr-new">new</span>' if paper.is_new and place != "new" else ""
        code = link("code", paper.code[0]) if paper.code else ""
        about = words.joined(new, html(words.names(paper.authors)), words.when(paper), html(paper.venue or ""), code)
        st.html(f'<div class="tr-meta">{about}</div>{_listed(paper, held)}{_blurb(paper)}{_chips(paper)}')
        if actions:
            actions(paper)
        else:
            reading.status(paper.id, paper.status, place)


def _whole(place: str, paper_id: str) -> DeltaGenerator:
    """A card in one box, whose first two parts (title and text) the style makes as wide as the box.

    Every box and every label costs the browser a millisecond or two at each click, and a page has many cards.
    """
    return st.container(
        key=f"card-{place}-{paper_id}", horizontal=True, vertical_alignment="center", gap="small"
    )  # fmt: skip


def hit(found: Hit, place: str, query: str = "", *, new: bool = False) -> None:
    """A search result with what speaks for it; ``new`` since the saved search was looked at.

    Without a ``query`` nothing was asked, and only the nearest sentence speaks for it.
    """
    with _whole(place, found.id):
        st.page_link(PAPER_PAGE, label=label(found.title), query_params={"id": found.id})
        badge = '<span class="tr-new">new here</span>' if new else ""
        about = words.joined(badge, html(words.names(found.authors)), str(found.year or ""), _strength(found))
        st.html(f'<div class="tr-meta">{about}</div>{_why(found) if query else _nearest(found)}')
        reading.status(found.id, found.status, place)
        if query and found.semantic is not None:
            st.page_link(
                "views/labs.py", label="Why this? Word by word", icon=":material/science:",
                query_params={"lab": "lens", "query": query, "paper": found.id},
            )  # fmt: skip
        st.page_link("views/search.py", label="Similar", icon=":material/hub:", query_params={"like": found.id})


def matched_words(found: Hit) -> tuple[str, ...]:
    """The words of the query that were found."""
    texts = [match.text for match in found.matched if match.kind in ("words", "tokens")]
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    return tuple({word.casefold(): word for word in reversed(words)}.values())[::-1]


def _nearest(found: Hit, hits: Iterable[str] = ()) -> str:
    """The sentence of a paper that is nearest to what was asked, its ``hits`` marked."""
    sentence = next((match.text for match in found.matched if match.kind == "sentence"), "") or found.snippet
    return f'<div class="tr-why">{marked(sentence.lstrip("•●*- "), hits, 500)}</div>' if sentence else ""


def _why(found: Hit) -> str:
    hits = matched_words(found)
    parts = [_nearest(found, hits)]
    fields = dict.fromkeys(match.field for match in found.matched if match.kind in ("words", "title"))
    if hits:
        where = f" in {html(', '.join(fields))}" if fields else ""
        parts.append(f'<div class="tr-meta">Found {marked(", ".join(hits), hits, 200)}{where}</div>')
    elif found.semantic is not None:
        parts.append('<div class="tr-meta">Near in meaning; shares no word with what you asked</div>')
    return "".join(parts)


def _strength(found: Hit) -> str:
    parts = [
        f"{name} {value:.2f}"
        for name, value in (("words", found.lexical), ("meaning", found.semantic))
        if value is not None
    ]
    return " / ".join(parts)


def _listed(paper: Paper, held: Mapping[str, tuple[str, int]]) -> str:
    current: dict[str, Mention] = {}
    for mention in paper.mentions:
        if mention.gone_at is None:
            current.setdefault(mention.source, mention)
    if not current:
        return ""
    shown = [_place(mention, held) for mention in list(current.values())[:_LISTS_SHOWN]]
    more = f" +{len(current) - _LISTS_SHOWN} more" if len(current) > _LISTS_SHOWN else ""
    return f'<div class="tr-meta">On {html("; ".join(shown) + more)}</div>'


def _place(mention: Mention, held: Mapping[str, tuple[str, int]]) -> str:
    title, _ = held.get(mention.source, (mention.source, 0))
    return ", ".join(part for part in (title, words.week(mention)) if part)


def _blurb(paper: Paper) -> str:
    text = paper.abstract or next((m.text for m in paper.mentions if m.text), "")
    return f'<p class="tr-text tr-clamp">{html(text, 320)}</p>' if text else ""


def concept_chip(slug: str) -> str:
    """A concept's name that leads to its page, as HTML."""
    name = html(names.concept(slug), 40)
    return f'<a class="tr-chip" href="concepts?concept={quote(slug)}" target="_self">{name}</a>'


def _chips(paper: Paper) -> str:
    chips = [concept_chip(c.slug) for c in paper.concepts[:5]]
    chips += [f'<span class="tr-chip">#{html(tag, 40)}</span>' for tag in paper.tags[:8]]
    return f'<div class="tr-chips">{"".join(chips)}</div>' if chips else ""
