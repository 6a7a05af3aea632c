"""Concepts: the map of ideas, coloured by what has been read, and a page for each."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import library
from app.widgets import concept, conceptmap, frame, progress
from app.widgets.text import html
from app.widgets.words import count

_STYLE = Path(__file__).parents[1] / "widgets" / "concepts.css"


def _overview() -> None:
    cards = library.tracker().concepts()
    known = sum(card.known for card in cards)
    frame.head("Concepts", f"{count(len(cards), 'idea')}: what hangs below a box needs it. You know {known}.")
    progress.banner(brief=True)
    st.page_link("views/labs.py", label="Labs: look inside the model with your own words", icon=":material/science:")
    st.html(conceptmap.drawing(cards))
    st.html(conceptmap.legend(cards))
    for group in dict.fromkeys(card.group for card in cards):
        st.subheader(html(group), anchor=False)
        for card in cards:
            if card.group == group:
                with st.container(key=f"title-concept-{card.slug}", gap=None):
                    concept.concept_link(card)
                    read = f", {card.read} read" if card.read else ""
                    papers = f" · {count(card.papers, 'paper')}{read}" if card.papers else ""
                    st.html(f'<div class="tr-meta">{html(card.one_line)}{papers}</div>')


def page() -> None:
    """Draw the page."""
    st.html(_STYLE)
    slug = str(st.query_params.get("concept", "")).strip()
    if slug:
        concept.page(slug)
    else:
        _overview()


page()
