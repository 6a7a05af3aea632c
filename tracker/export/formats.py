"""The formats by name, and which one a file is in."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Any, Literal, get_args

from tracker.errors import ImportFileError, UsageError
from tracker.export.csljson_in import CSL_TYPES
from tracker.export.rows import ImportBatch
from tracker.records import Paper

ExportFormat = Literal["jsonl", "bibtex", "ris", "csv", "csljson"]
ImportFormat = Literal["jsonl", "bibtex", "ris", "csv", "csljson", "zotero", "markdown", "notes", "opml"]
#: Formats of one file; notes in a folder are written by :mod:`tracker.export.markdown_notes`.
EXPORTS: tuple[ExportFormat, ...] = get_args(ExportFormat)
IMPORTS: tuple[ImportFormat, ...] = get_args(ImportFormat)

#: So much of a file shows which kind it is.
_HEAD = 65_536
_CSL_KEYS = frozenset({"issued", "container-title", "DOI", "citation-key"})
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
    "opml": "opml",
}
#: What no table, list or reference begins with: these signs count more than a file's ending.
_SURE: tuple[tuple[ImportFormat, re.Pattern[str]], ...] = (
    ("opml", re.compile(r"\s*(?:<\?xml[^>]*\?>)?(?:\s|<!--.*?-->|<!DOCTYPE[^>]*>)*<opml\b", re.DOTALL | re.IGNORECASE)),
    ("ris", re.compile(r"\s*TY  ?- ?\w")),
    ("bibtex", re.compile(r"\s*@(?:article|inproceedings|misc|book|string|comment|online)\s*[{(]", re.IGNORECASE)),
)
#: Files that are known and not read, and what to do instead.
_OTHERS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"SQLite format 3\0"), "a database", "for Zotero's own say: tracker import zotero:"),
    (re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<rdf:RDF"), "RDF", "export as CSL JSON, RIS or Better BibTeX JSON instead"),
    (re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<xml>\s*<records"), "EndNote XML", "export as RIS instead"),
    (re.compile(rb"%PDF-"), "a PDF", "give its DOI, arXiv id or address"),
    (re.compile(rb"PK\x03\x04"), "an archive", "unpack it and name a file or folder in it"),
)
_SIGNS: tuple[tuple[ImportFormat, re.Pattern[str]], ...] = (
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
    if format not in EXPORTS:
        raise UsageError(f"there is no format {format!r} to export to", cure=f"one of {', '.join(EXPORTS)}")
    writer: Callable[[Iterable[Paper]], Iterator[str]] = _module(format).export
    return writer


def importer(format: str) -> Callable[[bytes, str], ImportBatch]:
    """The function that reads a format; lists, notes in folders and subscriptions have doors of their own.

    Raises:
        UsageError: there is none of that name.
    """
    if format not in (*EXPORTS, "zotero"):
        raise UsageError(f"there is no format {format!r} to import from", cure=f"one of {', '.join(IMPORTS)}")
    reader: Callable[[bytes, str], ImportBatch] = _module(format).parse
    return reader


def _module(format: str) -> Any:
    return importlib.import_module(f"tracker.export.{_MODULES.get(format, format)}")


_MODULES = {"csv": "csv_file", "zotero": "zotero_json"}


def detect(path: str, data: bytes) -> ImportFormat:
    """The format of a file: by what it holds, and by its ending where that leaves a choice.

    Args:
        path: its name; ``-`` for standard input.
        data: its bytes, or enough of their beginning.

    Raises:
        UsageError: neither says which it is.
        ImportFileError: it is something else, with what to do about it.
    """
    for sign, what, cure in _OTHERS:
        if sign.match(data):
            raise ImportFileError(f"{path} is {what}, which is not read", cure=cure)
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = data[:_HEAD].decode(encoding, "replace")
    ending = _ENDINGS.get(PurePath(path).suffix.lstrip(".").casefold())
    if found := _json_kind(data, encoding) if text.lstrip()[:1] in ("{", "[") else None:
        return found
    for format, sign_ in _SURE:
        if sign_.match(text):
            return format
    if ending == "markdown" or (ending is None and text.startswith("---\n")):
        from tracker.export.notes_in import names_a_paper

        return "notes" if names_a_paper(data.decode(encoding, "replace")) else "markdown"
    if ending is not None:
        return ending
    for format, sign_ in _SIGNS:
        if (sign_.match if format == "csv" else sign_.search)(text):
            return format
    raise UsageError(
        f"{path}: what kind of file it is cannot be told", cure=f"name one of {', '.join(IMPORTS)} with --format"
    )


def _json_kind(data: bytes, encoding: str) -> ImportFormat | None:
    """Which JSON it is, by the keys of its first object; None where it is none."""
    text = data.decode(encoding, "replace")
    begin = text.index("{") if "{" in text else len(text)
    if text[:begin].strip() not in ("", "["):
        return "jsonl" if text.lstrip().startswith("[") else None
    try:
        first = json.JSONDecoder().raw_decode(text, begin)[0] if begin < len(text) else {}
    except (ValueError, RecursionError):
        return "jsonl" if re.match(r"\{\s*\"", text[begin:]) else None
    if "itemType" in first or (isinstance(inner := first.get("data"), dict) and "itemType" in inner):
        return "zotero"
    items = first.get("items")
    if isinstance(items, list) and items and isinstance(items[0], dict):
        return "zotero" if "itemType" in items[0] else "csljson"
    if first.get("type") in CSL_TYPES or first.keys() & _CSL_KEYS:
        return "csljson"
    return "jsonl"
