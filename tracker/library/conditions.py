"""From the query language to conditions on the store's rows."""

from __future__ import annotations

from tracker.errors import QueryError
from tracker.search.lexical import match_expression
from tracker.search.query import Atom, Condition, Query, Text
from tracker.store import filters
from tracker.store.filters import Filter


def condition_of(query: Query, *, words: bool = False) -> Filter:
    """All conditions of a query as one filter.

    Args:
        query: as parsed.
        words: plain words are conditions too, each of them: for lists, which rank by something else.
    """
    parts: list[Filter] = [_of(condition) for condition in query.conditions]
    if words:
        asked = [atom.text for condition in query.conditions for atom in condition.any_of if isinstance(atom, Text)]
        parts += [filters.Matches(match_expression(Text(word))) for word in query.ranked if word not in asked]
    return filters.All(tuple(parts)) if parts else filters.EVERYTHING


def _of(condition: Condition) -> Filter:
    found = tuple(map(filter_of, condition.any_of))
    whole: Filter = found[0] if len(found) == 1 else filters.AnyOf(found)
    return filters.Not(whole) if condition.negated else whole


def filter_of(atom: Atom) -> Filter:
    """One text or filter of the query language.

    Raises:
        QueryError: a filter that the store does not know.
    """
    if isinstance(atom, Text):
        if atom.field == "authors":
            return filters.Author(atom.text)
        return filters.Matches(match_expression(atom))
    match atom.field, atom.value:
        case "list", slug:
            return filters.OnList(slug)
        case "year", _:
            return filters.Years(atom.low, atom.high)
        case "status", ("inbox" | "queued" | "reading" | "read" | "skipped") as status:
            return filters.Status(status)
        case "tag", name:
            return filters.Tagged(name)
        case "concept", slug:
            return filters.About(slug)
        case "has", ("code" | "abstract" | "notes") as what:
            return filters.Has(what)
        case "is", "new":
            return filters.Is("new")
    raise QueryError(f"{atom.field}:{atom.value} is no filter")
