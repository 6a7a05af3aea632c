"""What reference formats have no field for, in one field of ours.

BibTeX and RIS know nothing of reading states, dated notes or further
identifiers.  They carry them in a text of ASCII letters without braces and
line breaks, which other programs keep or ignore.  A value that the format has
a field for is taken from that field, so that edits made elsewhere count.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.export.rows import (
    ImportNote,
    as_date,
    as_moment,
    as_priority,
    as_rating,
    as_status,
    clean,
    moment_text,
    one_line,
    unique,
)
from tracker.records import Link, Paper, ReadingStatus

_MARK = "paper-tracker/2"
#: The number of values in each edition of the field.
_EDITIONS = {"paper-tracker/1": 11, _MARK: 14}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the field said; all None and empty where there is none, or none that can be read."""

    id: str | None = None
    status: ReadingStatus | None = None
    rating: int | None = None
    priority: int | None = None
    published: date | None = None
    added: datetime | None = None
    abstract_source: str | None = None
    identifiers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    notes: tuple[ImportNote, ...] = ()
    code: tuple[str, ...] = ()
    urls: tuple[Link, ...] = ()


def dump(paper: Paper) -> str:
    """The field's text for a paper."""
    values = [
        _MARK,
        paper.id,
        paper.status,
        paper.rating,
        paper.published.isoformat() if paper.published else None,
        moment_text(paper.added),
        paper.abstract_source,
        [str(identifier) for identifier in paper.identifiers],
        list(paper.authors),
        list(paper.tags),
        [[note.id, note.body, moment_text(note.created), moment_text(note.updated)] for note in paper.notes],
        paper.priority,
        list(paper.code),
        [[link.label, link.url] for link in paper.urls],
    ]
    # lists only, so that every brace and at-sign stands inside a text and can be written as an escape
    text = json.dumps(values, ensure_ascii=True, separators=(",", ":"))
    for char in "{}@%$#&~^_<>":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def load(text: str) -> State:
    """Read the field; what somebody garbled says nothing."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return State()
    if not isinstance(values, list) or not values or len(values) != _EDITIONS.get(_text(values[0])):
        return State()
    _, name, status, rating, published, added, source, identifiers, authors, tags, notes = values[:11]
    priority, code, urls = values[11:] or (0, [], [])
    return State(
        id=one_line(_text(name)) or None,
        status=as_status(_text(status)),
        rating=as_rating(str(rating)) if isinstance(rating, int) else None,
        priority=(as_priority(str(priority)) or None) if isinstance(priority, int) else None,
        published=as_date(_text(published)),
        added=as_moment(_text(added)),
        abstract_source=_text(source) or None,
        identifiers=_texts(identifiers),
        authors=_texts(authors),
        tags=_texts(tags),
        notes=tuple(note for value in _list(notes) if (note := _note(value)) is not None),
        code=unique(_texts(code)),
        urls=tuple(link for value in _list(urls) if (link := _link(value)) is not None),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one_line(item) for item in _list(value) if isinstance(item, str) and one_line(item))


def _note(value: Any) -> ImportNote | None:
    if not isinstance(value, list) or len(value) != 4 or not clean(_text(value[1])):
        return None
    name, body, created, updated = map(_text, value)
    return ImportNote(body=clean(body), id=name or None, created=as_moment(created), updated=as_moment(updated))


def _link(value: Any) -> Link | None:
    if not isinstance(value, list) or len(value) != 2 or not one_line(_text(value[1])):
        return None
    return Link(one_line(_text(value[0])), one_line(_text(value[1])))
