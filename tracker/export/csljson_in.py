"""CSL-JSON in: our own items whole, and those of Zotero, pandoc, Crossref and every other program that writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tracker.export import hints
from tracker.export.json_rows import JsonRow
from tracker.export.jsonl import values
from tracker.export.rows import (
    BadRowError,
    ImportBatch,
    ImportNote,
    ImportRow,
    Unkept,
    as_date,
    as_status,
    as_year,
    batch,
    clean,
    decoded,
    one_line,
    unique,
    words,
)
from tracker.records import Problem

#: Stands in ``custom`` of the items that we wrote.
WRITER = "paper-tracker/1"
#: What an item can be (CSL 1.0.2, appendix III).
CSL_TYPES = words(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset"
    " document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation"
    " manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical"
    " personal_communication post post-weblog regulation report review review-book software song speech standard thesis"
    " treaty webpage"
)
#: Fields that are read, and those that only keep another program's books.
_KNOWN = words(
    "id type title title-short author editor issued container-title event-title abstract DOI number URL keyword note"
    " custom categories"
)
_BOOKS = words("citation-key citation-label accessed source language shortTitle journalAbbreviation")
#: The markup that the format allows inside titles.
_MARKUP = re.compile(r"</?(?:i|b|sc|sup|sub|span)(?:\s[^<>]*)?>")


def parse(data: bytes, name: str) -> ImportBatch:
    """Read an array of items, one item, or an item a line; one that cannot be read becomes a problem.

    Raises:
        ImportFileError: it is not text or not JSON, or not one item can be read.
    """
    rows: list[ImportRow] = []
    problems: list[Problem] = []
    unkept = Unkept()
    for line, item in _items(decoded(data, name), name, problems):
        try:
            rows.append(_row(line, item, problems, unkept))
        except BadRowError as error:
            problems.append(Problem(f"line {line}", str(error)))
    return batch(name, rows, problems, unkept.notices())


def _items(text: str, name: str, problems: list[Problem]) -> Iterable[tuple[int, Any]]:
    """Also one object over several lines, and the object with ``items`` that some services answer with."""
    if not text.lstrip().startswith("{"):
        return values(text, name, problems)
    whole = list(values(f"[{text}]", name, problems)) if "\n" in text.strip() else []
    if len(whole) == 1:
        line, found = whole[0]
        inner = found.get("items") if isinstance(found, dict) else None
        return [(line, item) for item in inner] if isinstance(inner, list) else [(line, found)]
    return whole or values(text, name, problems)


def _row(line: int, item: Any, problems: list[Problem], unkept: Unkept) -> ImportRow:
    if not isinstance(item, dict):
        raise BadRowError("an item is expected, an object with id and type")
    custom = item.get("custom")
    if isinstance(custom, dict) and custom.get("written-by") == WRITER:
        return _own(line, item, custom, problems)
    title = _plain(_text(item, "title") or _text(item, "title-short"))
    note, told = hints.labelled(_text(item, "note"))
    identifiers = unique(_identifiers(item, told))
    url = one_line(_text(item, "URL")) or None
    if not title and not identifiers and not url:
        raise BadRowError("a paper needs a title, a DOI or a URL")
    unkept.saw(key for key, said in item.items() if key not in _KNOWN | _BOOKS and said not in (None, "", [], {}))
    return ImportRow(
        line=line,
        title=title,
        abstract=clean(_MARKUP.sub("", _text(item, "abstract"))) or None,
        authors=names_of(item.get("author") or item.get("editor")),
        year=_year(item.get("issued")),
        published=_day(item.get("issued")),
        venue=_venue(item),
        identifiers=identifiers,
        url=url,
        status=as_status(told.get("readstatus", "")),
        tags=_keywords(item),
        notes=(ImportNote(body=note),) if note else (),
    )


def _own(line: int, item: Mapping[str, Any], custom: Mapping[str, Any], problems: list[Problem]) -> ImportRow:
    """An item of ours: ``custom`` says what the fields cannot, and a field that somebody edited counts."""
    record = {key.replace("-", "_"): value for key, value in custom.items() if key != "written-by"}
    authors = names_of(item.get("author"))
    tags = record.get("tags") or []
    bodies = [note.get("body") for note in record.get("notes") or [] if isinstance(note, dict)]
    abstract = _text(item, "abstract")
    record |= {
        "id": item.get("id"),
        "title": _text(item, "title"),
        "venue": _text(item, "container-title"),
        "url": _text(item, "URL"),
        "year": _year(item.get("issued")),
    }
    if day := _day(item.get("issued")):
        record["published"] = day.isoformat()
    if [_folded(str(n)) for n in record.get("authors") or []] != [_folded(n) for n in authors]:
        record["authors"] = list(authors)
    if one_line(str(record.get("abstract") or "")) != one_line(abstract):
        record["abstract"] = abstract
    if ", ".join(one_line(str(tag)) for tag in tags) != _text(item, "keyword"):
        record["tags"] = list(_keywords(item))
    if "\n\n".join(map(str, bodies)) != _text(item, "note"):
        record["notes"] = [_text(item, "note")] if _text(item, "note") else []
    return JsonRow(line, problems).row(record)


def names_of(value: Any) -> tuple[str, ...]:
    """Names with the first name first."""
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    found = []
    for name in value if isinstance(value, list) else []:
        if isinstance(name, str):
            found.append(one_line(name))
        elif isinstance(name, dict):
            whole = " ".join(one_line(str(name[part])) for part in parts if name.get(part))
            found.append(whole or one_line(str(name.get("literal") or "")))
    return tuple(name for name in found if name)


def _text(item: Mapping[str, Any], key: str) -> str:
    """A text or number; Crossref gives texts in lists."""
    value = item.get(key)
    if isinstance(value, list) and value:
        value = value[0]
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _plain(title: str) -> str:
    return one_line(_MARKUP.sub("", title))


def _identifiers(item: Mapping[str, Any], told: Mapping[str, str]) -> Iterable[str]:
    places = ("number", "note", "archive_location", "container-title", "URL")
    return hints.identifiers(_text(item, "DOI"), (_text(item, place) for place in places), told)


def _venue(item: Mapping[str, Any]) -> str | None:
    venue = _plain(_text(item, "container-title") or _text(item, "event-title"))
    return None if not venue or re.match(r"arxiv|corr\b", venue, re.IGNORECASE) else venue


def _keywords(item: Mapping[str, Any]) -> tuple[str, ...]:
    words = re.split(r"[;,]", _text(item, "keyword"))
    listed = item.get("categories")
    words += [str(word) for word in listed if isinstance(word, str)] if isinstance(listed, list) else []
    return unique(map(one_line, words))


def _parts(issued: Any) -> list[int]:
    """Year, month and day as far as they are told; numbers may stand as texts."""
    if isinstance(issued, str):
        issued = {"raw": issued}
    if not isinstance(issued, dict):
        return []
    dates = issued.get("date-parts")
    first = dates[0] if isinstance(dates, list) and dates and isinstance(dates[0], list) else []
    told = [str(part) for part in first if part is not None]
    if not told:
        written = next((str(issued[k]) for k in ("raw", "literal", "edtf") if issued.get(k)), "")
        day = as_date(written)
        return [day.year, day.month, day.day] if day else [year] if (year := as_year(written)) else []
    return [int(part) for part in told[:3]] if all(part.strip().isdecimal() for part in told[:3]) else []


def _year(issued: Any) -> int | None:
    parts = _parts(issued)
    return as_year(f"{parts[0]:04d}") if parts else None


def _day(issued: Any) -> date | None:
    parts = _parts(issued)
    return as_date(f"{parts[0]:04d}-{parts[1]:02d}-{parts[2]:02d}") if len(parts) == 3 else None


def _folded(name: str) -> str:
    return "".join(sorted(c for c in name.casefold() if c.isalnum()))
