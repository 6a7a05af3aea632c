"""Notes in Markdown back in: those that we wrote, with what a person added to them, and notes of other makers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from tracker.export import markdown_notes
from tracker.export.json_rows import JsonRow
from tracker.export.markdown_notes import NOTE, OURS, obsidian_tag, properties, split
from tracker.export.rows import BadRowError, ImportBatch, ImportRow, Unkept, batch, clean, one_line, words
from tracker.records import Problem

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_NOTE_MARK = re.compile(rf"(?m)^{re.escape(NOTE)}(\[.*\]) %%$")
_ESCAPED_MARK = re.compile(r"(?m)^\\(\\*%%)")
_LINK = re.compile(r"(?m)^- \[(.*)\]\(<(.*)>\)$")
_ESCAPE = re.compile(r"\\([\\`*_\[\]<>#|~$%^])")
#: How a note says which paper it is about.
CURE = "give it properties such as title and authors, or a doi or arxiv id"
#: Properties by which others call ours.
_ALSO = {
    "authors": ("author", "creators", "creator"),
    "published": ("date", "issued", "publication-date"),
    "venue": ("journal", "publication", "conference", "container-title", "booktitle"),
    "status": ("reading-status", "readstatus", "state"),
    "tags": ("tag", "keywords", "topics"),
    "abstract": ("summary",),
    "url": ("link", "source", "pdf"),
    "added": ("created", "date-added"),
}
_KEYS = (
    "id", "title", "authors", "year", "published", "venue", "status", "rating", "priority", "identifiers", "code",
    "abstract-source", "added", "url", "abstract", "tags",
)  # fmt: skip
_SCHEMES = ("arxiv", "doi", "openreview", "acl", "eprint")
#: Properties that only keep an editor's books.
_BOOKS = words("cssclass cssclasses publish permalink modified updated aliases position")


def names_a_paper(text: str) -> bool:
    """Whether a Markdown file has properties that name a paper, rather than being a list of many."""
    try:
        return _about(text.replace("\r\n", "\n")) is not None
    except BadRowError:
        return True


def parse_files(files: Iterable[tuple[str, str]], name: str) -> ImportBatch:
    """The papers that notes are about.

    Args:
        files: name and text of each.
        name: of the folder, for messages.

    Raises:
        ImportFileError: there are notes, but not one can be read.
    """
    rows: list[ImportRow] = []
    problems: list[Problem] = []
    unkept, others = Unkept(), 0
    for number, (file, written) in enumerate(files, 1):
        text = written.replace("\r\n", "\n")
        found: list[Problem] = []
        try:
            values = _about(text)
            if values is None:
                others += 1
            elif markdown_notes.id_in(text):
                rows.append(_ours(number, text, values, found))
            else:
                rows.append(_foreign(number, text, values, found, unkept))
        except BadRowError as error:
            found.append(Problem("", str(error)))
        problems += [Problem(file, problem.message) for problem in found]
    left = [f"{others} other files name no paper in their properties and were left alone"] if others else []
    return batch(name, rows, problems, [*unkept.notices(), *left])


def _about(text: str) -> dict[str, Any] | None:
    """The properties of a note about one paper, their names in small letters; None for any other text."""
    front = _FRONT.match(text)
    if front is None:
        return None
    if '\nid: "' in f"\n{front[1]}" and markdown_notes.id_in(text) is None and "%% paper-tracker" in text:
        raise BadRowError("the properties cannot be read as YAML; mend them or export the note anew")
    values = {key.strip().casefold().replace("_", "-").replace(" ", "-"): v for key, v in properties(front[1]).items()}
    named = any(values.get(scheme) for scheme in (*_SCHEMES, "identifiers"))
    told = values.get("title") and any(values.get(key) for key in ("authors", *_ALSO["authors"], "url", "year"))
    return values if named or told or markdown_notes.id_in(text) else None


def _ours(number: int, text: str, values: Mapping[str, Any], problems: list[Problem]) -> ImportRow:
    before, own, after = split(text)
    head, _, noted = own.partition("\n## Notes\n")
    head, _, told = head.partition("\n## Abstract\n")
    abstract = told.partition("\n## Lists\n")[0]
    record = _record(values, _as_is)
    tags, exact = _texts(values.get("tags")), _texts(values.get("tags-as-written"), mark="")
    record["tags"] = exact if exact and [obsidian_tag(tag) for tag in exact] == tags else tags
    record["abstract"] = _ESCAPE.sub(r"\1", abstract.strip())
    record["urls"] = [{"label": _label(label), "url": url} for label, url in _LINK.findall(head)]
    record["notes"] = [*_notes(noted), *_around(before, after, noted)]
    return JsonRow(number, problems).row(record)


def _foreign(number: int, text: str, values: Mapping[str, Any], problems: list[Problem], unkept: Unkept) -> ImportRow:
    record = _record(values, _words)
    used = {*record, *_SCHEMES, *(other for names in _ALSO.values() for other in names), *OURS, *_BOOKS}
    unkept.saw(key for key, value in values.items() if key not in used and value not in (None, "", [], {}))
    record.pop("id", None)  # another program's
    front = _FRONT.match(text)
    body = clean(text[front.end() :] if front else text)
    record["notes"] = [body] if body else []
    record["tags"] = _texts(record.get("tags"))
    named = [f"{'arxiv' if s == 'eprint' else s}:{values[s]}" for s in _SCHEMES if values.get(s)]
    record["identifiers"] = [*_texts(values.get("identifiers")), *named]
    return JsonRow(number, problems).row(record)


def _record(values: Mapping[str, Any], text: Callable[[str], str]) -> dict[str, Any]:
    """The values under the keys of JSON lines; dates as texts, texts by ``text``."""
    record: dict[str, Any] = {}
    for key in _KEYS:
        value = next((values[name] for name in (key, *_ALSO.get(key, ())) if values.get(name)), None)
        if value is not None:
            record[key.replace("-", "_")] = _plain(value, text)
    return record


def _plain(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item, text) for item in value]
    return text(value) if isinstance(value, str) else value


def _as_is(text: str) -> str:
    return text


def _words(text: str) -> str:
    """Links of Obsidian's as their words."""
    return re.sub(r"\[\[(?:[^\]|]*\|)?([^\]|]*)\]\]", r"\1", text)


def _texts(value: Any, mark: str = "#") -> list[str]:
    """The words of a property, without the ``mark`` that people write before tags."""
    items = value if isinstance(value, list) else re.split(r"[,;]", value) if isinstance(value, str) else []
    return [word for item in items if isinstance(item, str | int) and (word := one_line(str(item)).lstrip(mark + " "))]


def _label(label: str) -> str:
    plain = _ESCAPE.sub(r"\1", label)
    return "" if plain == "Link" else plain


def _notes(section: str) -> Iterator[dict[str, Any]]:
    """Each note with the id and times in its mark; words without a mark (of older files) are one note."""
    marks = list(_NOTE_MARK.finditer(section))
    ends = [*(mark.start() for mark in marks[1:]), len(section)]
    if loose := clean(section[: marks[0].start()] if marks else section):
        yield {"body": loose}
    for mark, end in zip(marks, ends, strict=False):  # without marks there is only the end
        try:
            name, created, updated = json.loads(mark[1])
        except ValueError:
            name, created, updated = None, None, None
        body = _ESCAPED_MARK.sub(r"\1", section[mark.end() : end].strip("\n"))
        yield {"body": body, "id": name, "created": created, "updated": updated}


def _around(before: str, after: str, noted: str) -> list[dict[str, str]]:
    """What a person wrote around our part, as notes, unless a note says the same already."""
    texts = [clean(text) for text in (before, after)]
    held = {clean(str(note["body"])) for note in _notes(noted)}
    return [{"body": text} for text in texts if text and text not in held]
