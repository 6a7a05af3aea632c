"""The reading list as a folder to put anywhere: one page, and its references beside it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from tracker.errors import DiskFull, StoreError
from tracker.export import bibtex, site
from tracker.export.site import Show
from tracker.records import Paper

#: What is published where nothing else is asked for: all that the reader put somewhere.
READING_LIST = "status:reading OR status:queued OR status:read"


def publish(folder: Path, papers: Iterable[Paper], *, title: str, now: datetime, show: Show) -> int:
    """Write ``index.html`` and ``papers.bib``; returns the number of papers.

    Each file is replaced at once when it is whole.  Files of others in the
    folder stay; one of theirs that has the name of one of ours is an error.

    Raises:
        StoreError: the folder cannot be written, or holds a foreign file by one of these names.
    """
    chosen: Sequence[Paper] = site.ordered(site.shown(paper, show) for paper in papers)
    bib, index = folder / "papers.bib", folder / "index.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _ours(bib, site.BIB_MARK.strip())
        _ours(index, site.MARK)
        _replace(bib, [site.BIB_MARK, "\n", *bibtex.export(chosen)])
        _replace(index, site.page(chosen, title=title, now=now, show=show))
    except OSError as error:
        if error.errno == 28:
            raise DiskFull(f"{folder} cannot be written: the disk is full", cure="free some space") from error
        raise StoreError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from error
    return len(chosen)


def _ours(path: Path, mark: str) -> None:
    """Refuse to write over what somebody else wrote."""
    if not path.exists():
        return
    with path.open("rb") as file:
        if mark.encode() not in file.read(4096):
            raise StoreError(f"{path} was not written by this program and is left as it is", cure="name another folder")


def _replace(path: Path, pieces: Iterable[str]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.writelines(pieces)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
