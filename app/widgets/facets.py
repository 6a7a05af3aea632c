"""Narrowing a search: how many hits each list, year, status and concept has, a click to keep only those.

What a click does is written into the query itself, so that the address says all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

import streamlit as st

from app.widgets import cards, names
from app.widgets.text import label
from app.widgets.words import STATUS_NAMES, count

if TYPE_CHECKING:
    from tracker.store.facets import Facets

_FIELDS = "list|year|status|concept|has|is|tag|author|title|abstract"
_CLAUSE = re.compile(rf'(?<!\S)-?(?:{_FIELDS}):(?:"[^"]*"|\S+)(?!\S)', re.IGNORECASE)
_MARKS = {"has:code": "With code", "has:abstract": "With abstract", "has:notes": "With your notes", "is:new": "New"}
#: The kinds of filters, with their signs.
_KINDS = {
    "List": ":material/rss_feed:",
    "Year": ":material/calendar_month:",
    "Status": ":material/bookmarks:",
    "Concept": ":material/account_tree:",
    "More": ":material/tune:",
}


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


def bar(counted: Callable[[], Facets] | None, query: str, key: str, changed: Callable[[], None]) -> None:
    """Draw the filters in force, each with a click to take it away, and those that would narrow further.

    What would narrow is counted and drawn once somebody opens it: counting takes as long as searching, and fifty
    buttons that nobody sees would hold the hits up.

    Args:
        counted: gives the counts; None where there is nothing to narrow.
        query: as typed.
        key: of the widget that holds the query.
        changed: called after a click has changed the query.
    """
    held = clauses(query)
    if counted is not None:
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="facets"):
            for name, icon in _KINDS.items():
                # another query is another popover, so that a click closes it and shows what it found
                this = popover_key(name, query)
                with st.popover(name, icon=icon, type="tertiary", key=this, on_change="rerun") as opened:
                    if opened.open:
                        _narrowing(name, counted(), query, key, changed)
    if held:
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="clauses"):
            for clause in held:
                st.button(
                    label(said(clause), 80), key=f"without-{clause}", icon=":material/close:",
                    help="Take this filter away", on_click=_rewrite, args=(key, without(query, clause), changed),
                )  # fmt: skip


def popover_key(name: str, query: str) -> str:
    """The key of the part that holds one kind of filter: ``List``, ``Year`` and so on."""
    return f"narrow-{name}-{crc32(query.encode())}"


def _narrowing(name: str, found: Facets, query: str, key: str, changed: Callable[[], None]) -> None:
    held = clauses(query)
    left = [one for one in _valued(name, found) if one[1] not in held and one[2] > 0]
    left = [one for one in left if one[2] < found.papers or found.best]
    if not left:
        st.caption("Nothing here would narrow it further.")
        return
    st.caption(told(found))
    _values(left, query, key, changed)


def _valued(name: str, found: Facets) -> list[tuple[str, str, int]]:
    """What a kind of filter offers: its name, the clause and how many papers it leaves."""
    if name == "List":
        return [(cards.list_title(slug), f"list:{slug}", n) for slug, n in found.lists]
    if name == "Year":
        return [(str(year), f"year:{year}", n) for year, n in found.years]
    if name == "Status":
        return [(STATUS_NAMES[status], f"status:{status}", n) for status, n in found.statuses]
    if name == "Concept":
        return [(names.concept(slug), f"concept:{slug}", n) for slug, n in found.concepts]
    return [(_MARKS[mark], mark, n) for mark, n in found.marks]


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
        "concept": lambda: names.concept(value), "year": lambda: _years(value),
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
