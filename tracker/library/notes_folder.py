"""Notes in a folder: reads what is there, writes only what changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tracker.errors import ImportFileError, StoreError
from tracker.export import markdown_notes, notes_in
from tracker.export.rows import ImportBatch
from tracker.records import Paper

#: Larger files are not notes.
_MAX_BYTES = 10_000_000


def read_folder(folder: Path) -> ImportBatch:
    """The papers that the notes in a folder and its subfolders are about; hidden folders are an editor's own.

    Raises:
        ImportFileError: the folder cannot be read, or no note in it is about a paper.
    """
    found = notes_in.parse_files(_texts(folder), str(folder))
    if not found.rows:
        raise ImportFileError(f"no Markdown file in {folder} names a paper in its properties", cure=notes_in.CURE)
    return found


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        for path in sorted(folder.rglob("*.md")):
            name = path.relative_to(folder)
            if any(part.startswith(".") for part in name.parts) or not path.is_file():
                continue
            if path.stat().st_size <= _MAX_BYTES:
                yield str(name), path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise ImportFileError(f"{error.filename or folder} cannot be read: {error.strerror or error}") from error


def write_notes(
    folder: Path,
    papers: Iterable[Paper],
    former: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
) -> int:
    """One note a paper; returns how many files were written.  Files that are not ours stay as they are.

    Args:
        folder: made where it is not there.
        papers: what to write.
        former: the present ids of papers by ids they had, so that a paper whose id moved keeps its file.

    Raises:
        StoreError: the folder cannot be read or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        existing = dict(_ours(folder))
        present = former(list(existing)) if former is not None else {}
        existing |= {present[name]: file for name, file in existing.items() if present.get(name, name) not in existing}
        held = dict(existing.values())
        written = 0
        for name, text in markdown_notes.files(papers, existing):
            if held.get(name) != text:
                _replace(folder / name, text)
                written += 1
        return written
    except OSError as error:
        raise StoreError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from error


def _ours(folder: Path) -> Iterable[tuple[str, tuple[str, str]]]:
    for path in sorted(folder.glob("*.md")):
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue  # not written by us
        if name := markdown_notes.id_in(text):
            yield name, (path.name, text)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".note-")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(path)
