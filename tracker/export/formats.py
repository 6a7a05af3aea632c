"""The formats by name, and which one a file is in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Literal, get_args

from tracker.errors import UsageError
from tracker.export.rows import ImportBatch
from tracker.records import Paper

ExportFormat = Literal["jsonl", "bibtex", "ris", "csv"]
ImportFormat = Literal["jsonl", "bibtex", "ris", "csv", "markdown"]
#: Those that are read back without loss; ``csljson`` in addition is written only.
EXPORTS: tuple[ExportFormat, ...] = get_args(ExportFormat)
IMPORTS: tuple[ImportFormat, ...] = get_args(ImportFormat)

_ENDINGS: dict[str, ImportFormat] = {
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "jsonl",
    "bib": "bibtex",
    "bibtex": "bibtex",
    "biblatex": "bibtex",
    "ris": "ris",
    "csv": "csv",
    "tsv": "csv",
    "md": "markdown",
    "markdown": "markdown",
    "mdown": "markdown",
}
_SIGNS: tuple[tuple[ImportFormat, re.Pattern[str]], ...] = (
    ("jsonl", re.compile(r"\s*(?:\{\s*\"|\[\s*\{)")),
    ("ris", re.compile(r"(?m)^TY  ?- ?\w")),
    ("bibtex", re.compile(r"(?m)^\s*@[A-Za-z]+\s*[{(]")),
    (
        "csv",
        re.compile(r"(?i)[^\n]*\b(?:title|doi|arxiv)\b[^\n]*[,;\t][^\n]*\n|(?i:[^\n]*[,;\t][^\n]*\b(?:title|doi)\b)"),
    ),
    ("markdown", re.compile(r"(?m)^\s*(?:#{1,6} |[-*+] |\d+[.)] |\|.+\|)|\]\(https?://")),
)


def exporter(format: str) -> Callable[[Iterable[Paper]], Iterator[str]]:
    """The function that writes a format.

    Raises:
        UsageError: there is none of that name.
    """
    match format:
        case "jsonl":
            from tracker.export import jsonl

            return jsonl.export
        case "bibtex":
            from tracker.export import bibtex

            return bibtex.export
        case "ris":
            from tracker.export import ris

            return ris.export
        case "csv":
            from tracker.export import csv_file

            return csv_file.export
        case "csljson":
            from tracker.export import csljson

            return csljson.export
    raise UsageError(f"there is no format {format!r} to export to", cure=f"one of {', '.join((*EXPORTS, 'csljson'))}")


def importer(format: str) -> Callable[[bytes, str], ImportBatch]:
    """The function that reads a format; Markdown lists are read by the sources, not here.

    Raises:
        UsageError: there is none of that name.
    """
    match format:
        case "jsonl":
            from tracker.export import jsonl

            return jsonl.parse
        case "bibtex":
            from tracker.export import bibtex

            return bibtex.parse
        case "ris":
            from tracker.export import ris

            return ris.parse
        case "csv":
            from tracker.export import csv_file

            return csv_file.parse
    raise UsageError(f"there is no format {format!r} to import from", cure=f"one of {', '.join(IMPORTS)}")


def detect(path: str, head: bytes) -> ImportFormat:
    """The format of a file, by its ending, else by its first bytes.

    Args:
        path: its name; ``-`` for standard input.
        head: how it begins, a few thousand bytes.

    Raises:
        UsageError: neither says which it is.
    """
    ending = PurePath(path).suffix.lstrip(".").casefold()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = head.decode(encoding, "replace")
    for format, sign in _SIGNS:
        if (sign.match if format in ("jsonl", "csv") else sign.search)(text):
            return format
    raise UsageError(
        f"{path}: what kind of file it is cannot be told", cure=f"name one of {', '.join(IMPORTS)} with --format"
    )
