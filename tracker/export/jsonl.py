"""JSON lines: one paper a line, with all that is known of it and all that its reader wrote.

This is the format without losses but for the moments at which entries were
first met: two libraries that read the same lists export the same, whenever
they read them, ``added`` apart.  Its first keys are a contract: always
there, in this order.  What the contract has no key for (venue, priority,
further identifiers, leaderboard results, the rest of a mention) follows under
keys of its own, and only where there is something to say.  Import takes the
same keys, and also what people write by hand: ``authors`` as one text,
``identifiers`` as a list, ``notes`` as plain texts.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker.errors import ImportFileError
from tracker.export.json_rows import JsonRow
from tracker.export.rows import BadRowError, ImportBatch, ImportRow, Unkept, batch, decoded, moment_text
from tracker.records import Identifier, Mention, Note, Paper, Problem

# ---------------------------------------------------------------- out


def export(papers: Iterable[Paper]) -> Iterator[str]:
    """One line a paper, each ended by a line feed."""
    for paper in papers:
        yield json.dumps(record(paper), ensure_ascii=False) + "\n"


def record(paper: Paper) -> dict[str, Any]:
    """A paper in plain JSON types: the keys of the contract in their order, then what else is known."""
    values: dict[str, Any] = {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "abstract_source": paper.abstract_source,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "year": paper.year,
        "identifiers": by_scheme(paper.identifiers),
        "urls": [{"label": link.label, "url": link.url} for link in paper.urls],
        "code": list(paper.code),
        "mentions": [_mention(mention) for mention in paper.mentions],
        "concepts": [{"slug": c.slug, "score": c.score, "evidence": c.evidence} for c in paper.concepts],
        "status": paper.status,
        "rating": paper.rating,
        "tags": list(paper.tags),
        "notes": [note_record(note) for note in paper.notes],
        "added": moment_text(paper.added),
    }
    first = {f"{scheme}:{value}" for scheme, value in by_scheme(paper.identifiers).items()}
    return values | _said(
        venue=paper.venue,
        priority=paper.priority,
        other_identifiers=[str(identifier) for identifier in paper.identifiers if str(identifier) not in first],
        results=[_said(**dataclasses.asdict(result)) for result in paper.results],
    )


def _said(**values: Any) -> dict[str, Any]:
    """The values that say something."""
    return {key: value for key, value in values.items() if value not in (None, "", 0, [])}


def by_scheme(identifiers: Sequence[Identifier]) -> dict[str, str]:
    """One value a scheme: the first, which is the strongest."""
    values: dict[str, str] = {}
    for identifier in identifiers:
        values.setdefault(identifier.scheme, identifier.value)
    return values


def note_record(note: Note) -> dict[str, Any]:
    """A note in plain JSON types."""
    return {
        "id": note.id,
        "body": note.body,
        "created": moment_text(note.created),
        "updated": moment_text(note.updated),
    }


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "source": mention.source,
        "section": list(mention.section),
        "title": mention.title,
        "url": mention.url,
        "week_start": mention.week_start.isoformat() if mention.week_start else None,
        "week_end": mention.week_end.isoformat() if mention.week_end else None,
        "rank": mention.rank,
        "marker": mention.marker,
        "year": mention.year,
        "line": mention.line,
        "text": mention.text,
    } | _said(
        alias=mention.alias,
        links=[{"label": link.label, "url": link.url} for link in mention.links],
        authors=list(mention.authors),
        month=mention.month,
        document=mention.document,
        gone_at=moment_text(mention.gone_at),
    )


# ---------------------------------------------------------------- in


def parse(data: bytes, name: str) -> ImportBatch:
    """Read JSON lines, or one JSON array of objects.

    A line that cannot be read becomes a problem and the rest is kept; a value
    of the wrong kind is left out of its row, with a problem that says so.

    Raises:
        ImportFileError: it is not text, or not one line can be read.
    """
    text = decoded(data, name)
    rows: list[ImportRow] = []
    problems: list[Problem] = []
    unkept = Unkept()
    for line, value in values(text, name, problems):
        reader = JsonRow(line, problems, unkept)
        try:
            rows.append(reader.row(value))
        except BadRowError as error:
            problems.append(Problem(f"line {line}", str(error)))
    return batch(name, rows, problems, unkept.notices())


def values(text: str, name: str, problems: list[Problem]) -> Iterator[tuple[int, Any]]:
    """The values of a file of JSON lines, or of one JSON array, each with the line that it begins at.

    Raises:
        ImportFileError: an array that breaks off.
    """
    if text.lstrip().startswith("["):
        yield from _array(text, name)
        return
    for line, written in enumerate(text.split("\n"), 1):
        if written.strip():
            try:
                yield line, json.loads(written)
            except ValueError as error:
                problems.append(Problem(f"line {line}", f"not JSON: {error}"))
            except RecursionError:
                problems.append(Problem(f"line {line}", "not JSON of a paper: nested too deeply"))


def _array(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """The objects of one array, each with the line it begins at."""
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    lines, counted = 1, 0
    while (found := re.compile(r"[\s,]*").match(text, at)) is not None and text[found.end() : found.end() + 1] not in (
        "]",
        "",
    ):
        start = found.end()
        lines, counted = lines + text.count("\n", counted, start), start
        try:
            value, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            raise ImportFileError(f"{name} is not JSON: {error}") from error
        yield lines, value
