"""JSON answers of services that list papers: shape checks that end in a ParseError, and fields read with care."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

from tracker.errors import ParseError
from tracker.records import Document
from tracker.sources.inline import squeezed

_ARXIV_ID = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")

Item = Mapping[str, object]


def items(document: Document, *keys: str) -> list[object]:
    """The list that ``document`` is, or that it holds under the first of ``keys`` that is there.

    Raises:
        ParseError: it is not JSON, or holds no such list.
    """
    try:
        data = json.loads(document.body)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{document.url} did not answer with JSON") from error
    if isinstance(data, dict):
        data = next((data[key] for key in keys if key in data), None)
    if not isinstance(data, list):
        raise ParseError(f"{document.url} did not answer with a list of papers")
    return data


def text(item: Item, *names: str) -> str | None:
    """The first of the fields ``names`` that holds text, on one line."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            return squeezed(value)
    return None


def day(item: Item, *names: str) -> date | None:
    """The first of the fields ``names`` that begins with an ISO date."""
    for name in names:
        value = text(item, name)
        if value is None:
            continue
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            continue
    return None


def names(item: Item, field: str) -> tuple[str, ...]:
    """The people in ``field``: a list of strings or of objects with a ``name``."""
    value = item.get(field)
    people = value if isinstance(value, list) else ()
    found = (person if isinstance(person, str) else _name(person) for person in people)
    return tuple(squeezed(name) for name in found if name and name.strip())


def arxiv_id(item: Item, *fields: str) -> str | None:
    """The arXiv id in the first of ``fields`` that holds one, its version removed."""
    for field in fields:
        value = text(item, field)
        if value and _ARXIV_ID.fullmatch(value):
            return re.sub(r"v\d+$", "", value)
    return None


def _name(person: object) -> str:
    value = person.get("name") if isinstance(person, dict) else None
    return value if isinstance(value, str) else ""
