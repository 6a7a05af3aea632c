"""Narrowing a search: how many hits each list, year, status and concept has, a click to keep only those.

What a click does is written into the query itself, so that the address says all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

import streamlit as st

from app.widgets import cards
from app.widgets.text import label
from app.widgets.words import STATUS_NAMES, count

if TYPE_CHECKING:
    from tracker.store.facets import Facets

_FIELDS = "list|year|status|concept|has|is|tag|author|title|abstract"
_CLAUSE = re.compile(rf'(?<!\S)-?(?:{_FIELDS}):(?:"[^"]*"|\S+)(?!\S)', re.IGNORECASE)
_MARKS = {"has:code": "With code", "has:abstract": "With abstract", "has:notes": "With your notes", "is:new": "New"}


def clauses(query: str) -> list[str]:
    """The filters of a query, as typed: ``["year:2023..", "list:weekly"]``; not those joined by OR."""
    if re.search(r"(?<!\S)OR(?!\S)", query):
        return []
    return list(dict.fromkeys(found[0] for found in _CLAUSE.finditer(query)))


def without(query: str, clause: str) -> str:
    """The query without a filter."""
    return " ".join(re.sub(rf"(?<!\S){re.escape(clause)}(?!\S)", " ", query).split())


def narrowed(query: str, clause: str) -> str:
    """The query with one filter more; a year takes the place of the years there were."""
    if clause.startswith("year:"):
        for old in clauses(query):
            if old.lower().startswith("year:"):
                query = without(query, old)
    return query if clause in clauses(query) else f"{query} {clause}".strip()


def bar(found: Facets, query: str, key: str, changed: Callable[[], None]) -> None:
    """Draw the filters in force, each with a click to take it away, and those that would narrow further.

    Args:
        found: the counts.
        query: as typed.
        key: of the widget that holds the query.
        changed: called after a click has changed the query.
    """
    held = clauses(query)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="facets"):
        for name, icon, values in _kinds(found):
            left = [(said, clause, n) for said, clause, n in values if clause not in held and n > 0]
            left = [one for one in left if one[2] < found.papers or found.best]
            if left:
                # another query is another popover, so that a click closes it and shows what it found
                with st.popover(name, icon=icon, type="tertiary", key=f"narrow-{name}-{crc32(query.encode())}"):
                    st.caption(told(found))
                    _values(left, query, key, changed)
    if held:
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="clauses"):
            for clause in held:
                st.button(
                    label(said(clause), 80), key=f"without-{clause}", icon=":material/close:",
                    help="Take this filter away", on_click=_rewrite, args=(key, without(query, clause), changed),
                )  # fmt: skip


def _kinds(found: Facets) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    return [
        ("List", ":material/rss_feed:", [(cards.list_title(s), f"list:{s}", n) for s, n in found.lists]),
        ("Year", ":material/calendar_month:", [(str(y), f"year:{y}", n) for y, n in found.years]),
        ("Status", ":material/bookmarks:", [(STATUS_NAMES[s], f"status:{s}", n) for s, n in found.statuses]),
        ("Concept", ":material/account_tree:", [(_plain(s), f"concept:{s}", n) for s, n in found.concepts]),
        ("More", ":material/tune:", [(_MARKS[m], m, n) for m, n in found.marks]),
    ]


def _values(values: Sequence[tuple[str, str, int]], query: str, key: str, changed: Callable[[], None]) -> None:
    with st.container(gap=None, height=320 if len(values) > 9 else "content", border=False):
        for name, clause, number in values:
            st.button(
                f"{label(name, 60)} · {number:,}", key=f"with-{clause}", type="tertiary",
                on_click=_rewrite, args=(key, narrowed(query, clause), changed),
            )  # fmt: skip


def _rewrite(key: str, query: str, changed: Callable[[], None]) -> None:
    st.session_state[key] = query
    changed()


def said(clause: str) -> str:
    """A filter in words: "A Weekly List", "2023", "not read"."""
    negated = clause.startswith("-")
    field, _, value = clause.removeprefix("-").partition(":")
    value = value.strip('"')
    named = {
        "list": lambda: cards.list_title(value), "status": lambda: STATUS_NAMES.get(value, value),
        "concept": lambda: _plain(value), "year": lambda: _years(value),
        "has": lambda: _MARKS.get(f"has:{value}", clause), "is": lambda: _MARKS.get(f"is:{value}", clause),
        "tag": lambda: f"#{value}",
    }.get(field.lower(), lambda: f"{field} {value}")()  # fmt: skip
    return f"not {named}" if negated else named


def _years(value: str) -> str:
    low, dots, high = value.partition("..")
    if not dots:
        return value
    return f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"


def told(found: Facets) -> str:
    """What the counts are of."""
    return f"Counted among the best {found.papers:,}" if found.best else f"Counted among {count(found.papers, 'paper')}"


def _plain(slug: str) -> str:
    return slug.replace("-", " ").capitalize()
