"""Notes in a folder: reads what is there, writes only what changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tracker.errors import StoreError
from tracker.export import markdown_notes
from tracker.records import Paper


def write_notes(folder: Path, papers: Iterable[Paper]) -> int:
    """One note a paper; returns how many files were written.  Files that are not ours stay as they are.

    Raises:
        StoreError: the folder cannot be read or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        existing = dict(_ours(folder))
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
