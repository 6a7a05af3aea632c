"""Items of Zotero as its API gives them, as "Better BibTeX JSON" exports them, and as it copies them: one shape.

A note or highlight below an item becomes a note of the paper; collections become tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.export import hints
from tracker.export.html_text import markdown
from tracker.export.jsonl import values
from tracker.export.rows import (
    BadRowError,
    ImportBatch,
    ImportNote,
    ImportRow,
    Unkept,
    as_date,
    as_moment,
    as_rating,
    as_status,
    as_year,
    batch,
    clean,
    decoded,
    one_line,
    unique,
    words,
)
from tracker.records import Link, Problem

_TITLES = ("title", "caseName", "nameOfAct", "subject")
_VENUES = ("publicationTitle", "proceedingsTitle", "conferenceName", "bookTitle", "seriesTitle", "university")
_READ = frozenset(
    (*_TITLES, *_VENUES, "creators", "abstractNote", "date", "DOI", "url", "extra", "tags", "notes", "collections")
).union(words("archiveID repository dateAdded itemType shortTitle attachments"))
#: Fields that only keep Zotero's books.
_BOOKS = words(
    "key version parentItem relations dateModified accessDate libraryCatalog language rights journalAbbreviation"
    " citationKey itemID itemKey libraryID uri select inPublications deleted callNumber archive"
)
_BELOW = frozenset({"note", "attachment", "annotation"})
_AUTHORS = frozenset({"author", "presenter", "programmer", "inventor", "contributor", "artist", "podcaster"})
#: Lines of "Extra" that are read, with their names folded.
_TOLD = frozenset({"arxiv", "doi", "readstatus", "rating", "citationkey", "readstatusdate"})


@dataclass(slots=True)
class _Below:
    """What hangs below the items, by the key of its parent."""

    notes: dict[str, list[ImportNote]] = field(default_factory=dict)
    attachments: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    alone: dict[str, int] = field(default_factory=dict)


def parse(data: bytes, name: str) -> ImportBatch:
    """Read an array of items, or the object that Better BibTeX exports.

    Raises:
        ImportFileError: it is not JSON of Zotero's, or not one item can be read.
    """
    text, problems = decoded(data, name), list[Problem]()
    found = list(values(f"[{text}]" if text.lstrip().startswith("{") else text, name, problems))
    shelves: Mapping[str, str] = {}
    if len(found) == 1 and isinstance(found[0][1], dict) and isinstance(found[0][1].get("items"), list):
        whole = found[0][1]
        found = [(_line_of(text, item, found[0][0]), item) for item in whole["items"]]
        shelves = _shelves_of(whole.get("collections"))
    return read(found, name, shelves, problems)


def read(
    items: Iterable[tuple[int, Any]],
    name: str,
    shelves: Mapping[str, str],
    problems: Sequence[Problem] = (),
    place: str = "line",
) -> ImportBatch:
    """The papers among Zotero's items.

    Args:
        items: each with its line, or its number where there are no lines.
        name: of the file, for messages.
        shelves: names of collections by key.
        problems: what was found wrong before.
        place: what the number of an item counts.

    Raises:
        ImportFileError: there is something, but no paper among it.
    """
    told, rows, unkept = list(problems), list[ImportRow](), Unkept()
    pairs: list[tuple[int, Mapping[str, Any]]] = []
    for line, item in items:
        data = item.get("data", item) if isinstance(item, dict) else None
        if isinstance(data, dict) and isinstance(data.get("itemType"), str):
            pairs.append((line, data))
        else:
            told.append(Problem(f"{place} {line}", "not an item of Zotero's, which has an itemType"))
    below = _gathered([data for _, data in pairs])
    for line, data in pairs:
        if data["itemType"] in _BELOW:
            continue
        try:
            rows.append(_row(line, data, below, shelves, unkept))
        except BadRowError as error:
            told.append(Problem(f"{place} {line}", str(error)))
    alone = [f"{number} {what}s that belong to no paper were left out" for what, number in below.alone.items()]
    return batch(name, rows, told, [*unkept.notices(), *alone])


def _gathered(items: Sequence[Mapping[str, Any]]) -> _Below:
    below = _Below()
    for data in items:
        parent = _text(data, "parentItem") or _text(data, "parentKey")
        if data["itemType"] == "attachment" and parent:
            below.attachments[_text(data, "key")] = (parent, _text(data, "url") or None)
        elif data["itemType"] in ("attachment", "note") and not parent:
            below.alone[data["itemType"]] = below.alone.get(data["itemType"], 0) + 1
    for data in items:
        parent = _text(data, "parentItem") or _text(data, "parentKey")
        if data["itemType"] == "annotation":
            parent = below.attachments.get(parent, (parent, None))[0]
        if data["itemType"] in ("note", "annotation") and parent and (note := _note(data)) is not None:
            below.notes.setdefault(parent, []).append(note)
    return below


def _row(line: int, data: Mapping[str, Any], below: _Below, shelves: Mapping[str, str], unkept: Unkept) -> ImportRow:
    key = _text(data, "key") or _text(data, "itemKey")
    title = one_line(re.sub(r"</?(?:i|b|sc|sup|sub|span)(?:\s[^<>]*)?>", "", _first(data, _TITLES)))
    left, told = hints.labelled(_text(data, "extra"), _TOLD)
    identifiers = unique(_identifiers(data, told))
    url = one_line(_text(data, "url")) or None
    if not title and not identifiers and not url:
        raise BadRowError("a paper needs a title, a DOI or a URL")
    unkept.saw(k for k, said in data.items() if k not in _READ | _BOOKS and said not in (None, "", [], {}, False))
    notes = [*below.notes.get(key, ()), *(n for v in _list(data.get("notes")) if (n := _note(v)) is not None)]
    notes += [ImportNote(body=left)] if left else []
    day, venue = as_date(_text(data, "date")), one_line(_first(data, _VENUES))
    links = [Link("Paper", url)] if url else []
    links += [Link("PDF", u) for parent, u in below.attachments.values() if parent == key and u and u != url]
    return ImportRow(
        line=line,
        title=title,
        abstract=clean(_text(data, "abstractNote")) or None,
        authors=_people(data.get("creators")),
        year=as_year(_text(data, "date")),
        published=day,
        venue=None if re.match(r"arxiv|corr\b", venue, re.IGNORECASE) else venue or None,
        identifiers=identifiers,
        url=url,
        urls=tuple(links),
        status=as_status(told.get("readstatus", "")),
        rating=as_rating(told.get("rating", "")),
        tags=_tags(data, shelves, key),
        notes=tuple(notes),
        added=as_moment(_text(data, "dateAdded")),
    )


def _people(creators: Any) -> tuple[str, ...]:
    """Authors, or where there are none editors and others; first names first."""
    people = [c for c in _list(creators) if isinstance(c, dict)]
    chosen = [c for c in people if c.get("creatorType", "author") in _AUTHORS] or people
    whole = (_text(c, "name") or f"{_text(c, 'firstName')} {_text(c, 'lastName')}" for c in chosen)
    return tuple(name for one in whole if (name := one_line(one)))


def _tags(data: Mapping[str, Any], shelves: Mapping[str, str], key: str) -> tuple[str, ...]:
    words = [t.get("tag") if isinstance(t, dict) else t for t in _list(data.get("tags"))]
    words += [shelves.get(str(c)) for c in _list(data.get("collections"))]
    mine = (f"item:{data.get('itemID')}/", f"item:{key}/")
    words += [name for place, name in shelves.items() if place.startswith(mine)]
    return unique(one_line(word) for word in words if isinstance(word, str))


def _identifiers(data: Mapping[str, Any], told: Mapping[str, str]) -> Iterator[str]:
    places = ("archiveID", "extra", "number", "reportNumber", "publicationTitle", "url")
    return hints.identifiers(_text(data, "DOI"), (_text(data, place) for place in places), told)


def _note(value: Any) -> ImportNote | None:
    """A note below an item, or a highlight with its comment."""
    if isinstance(value, str):
        value = {"note": value}
    if not isinstance(value, dict):
        return None
    quoted, comment = clean(_text(value, "annotationText")), clean(_text(value, "annotationComment"))
    body = "\n\n".join(part for part in (quoted and "> " + quoted.replace("\n", "\n> "), comment) if part)
    body = body or markdown(_text(value, "note"))
    if not body:
        return None
    key, created = _text(value, "key"), as_moment(_text(value, "dateAdded"))
    updated = as_moment(_text(value, "dateModified"))
    return ImportNote(body=body, id=f"zotero-{key}" if key else None, created=created, updated=updated or created)


def _shelves_of(collections: Any) -> dict[str, str]:
    """Names of collections by key, and by the items that Better BibTeX lists under them."""
    found: dict[str, str] = {}
    for key, shelf in collections.items() if isinstance(collections, dict) else ():
        if isinstance(shelf, dict) and (name := one_line(_text(shelf, "name"))):
            found[str(key)] = name
            found |= {f"item:{item}/{key}": name for item in _list(shelf.get("items"))}
    return found


def _line_of(text: str, item: Any, otherwise: int) -> int:
    """The line of an item inside a larger object, by its key."""
    key = (item.get("itemKey") or item.get("key") or item.get("title")) if isinstance(item, dict) else None
    at = text.find(f'"{key}"') if key else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else otherwise


def _first(data: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((text for name in names if (text := _text(data, name))), "")


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
