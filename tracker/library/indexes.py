"""The derived files of search under the eyes of ``tracker check``: which are whole, and what goes when one is not.

A search that finds a file damaged builds it again without a word; whoever asks
whether all is sound is told.  Files that are missing are no fault: nothing was
searched yet, or somebody made room.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tracker.embed.tokenstore import TokenStore
from tracker.errors import IndexUnusable
from tracker.records import CheckFinding
from tracker.search import arrays
from tracker.settings import Settings
from tracker.store.database import Database

_CURE = "run: tracker embed"
_FILES = ("words.index", "vectors-*.index")
_TOKENS = "tokens-"
#: A file in the making that is older than this was left by a process that was killed (in seconds).
_LEFT = 3600.0


def check(db: Database, settings: Settings) -> tuple[CheckFinding, ...]:
    """Which of the files of search are damaged, else that they are whole and which are missing; changes nothing."""
    folder = settings.index_dir
    if folder.exists() and not folder.is_dir():
        return (_bad(f"{folder} is a file where a folder should be", "remove it, then run: tracker embed"),)
    damaged = [f"{path.name} is damaged: {fault}" for path, fault in _broken(folder)]
    missing = [] if (folder / _FILES[0]).exists() else ["words.index"]
    for model, texts in _texts(db).items():
        if not any(folder.glob(_FILES[1])):
            missing.append("the index of vectors")
        health = TokenStore(folder / (_TOKENS + model.replace("@", "-"))).examine(texts)
        if health.damaged:
            damaged.append(f"the token vectors of {health.damaged:,} papers are damaged ({model})")
        if health.absent:
            missing.append(f"the token vectors of {health.absent:,} papers ({model})")
    if damaged:
        return tuple(_bad(f"the search index: {fault}", _CURE) for fault in damaged)
    if missing:
        told = ", ".join(dict.fromkeys(missing))
        return (_good(f"search makes do without {told}; to have them, {_CURE}"),)
    return (_good("the search indexes are whole"),)


def repair(db: Database, settings: Settings) -> bool:
    """Drop what is damaged, and what was left unfinished; True when an index must be built again.

    Raises:
        DiskFull: the index of the token vectors cannot be written.
    """
    folder, dropped = settings.index_dir, False
    if not folder.is_dir():
        return False
    for path, _ in list(_broken(folder)):
        path.unlink(missing_ok=True)
        dropped = True
    for model in _texts(db):
        TokenStore(folder / (_TOKENS + model.replace("@", "-"))).drop_damaged()
    for left in folder.glob(".*.index-*"):
        if time.time() - left.stat().st_mtime > _LEFT:
            left.unlink(missing_ok=True)
    return dropped


def drop_foreign(folder: Path) -> None:
    """Drop what belongs to a library that was replaced: all but token vectors, which go by their texts alone."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if not path.is_dir():
            path.unlink(missing_ok=True)
        elif not path.name.startswith(_TOKENS):
            shutil.rmtree(path, ignore_errors=True)


def prepare(db: Database, settings: Settings) -> None:
    """Build the indexes of words and of vectors, so that the next search finds them ready."""
    from tracker.library.finding import Finder

    finder = Finder(db, settings)
    try:
        finder.prepare()
    finally:
        finder.close()


def _broken(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(found for pattern in _FILES for found in folder.glob(pattern)):
        try:
            arrays.verify(path)
        except (IndexUnusable, OSError) as error:
            if path.exists():  # else another process put that of another model in its place
                why = str(error.args[0]) if isinstance(error, IndexUnusable) else str(error.strerror or error)
                yield path, why.rpartition("cannot be used: ")[2]


def _texts(db: Database) -> dict[str, list[int]]:
    """For each model the embedded texts, as their token vectors are named."""
    found: dict[str, list[int]] = {}
    sql = (
        "SELECT v.model, v.text_hash FROM vector v JOIN paper_text t ON t.paper_pk = v.paper_pk"
        " WHERE v.window = 0 AND v.text_hash = t.text_hash"
    )
    with db.reader() as reader:
        for model, text_hash in reader.rows(sql):
            found.setdefault(model, []).append(int(text_hash[:16] or "0", 16))
    return found


def _good(message: str) -> CheckFinding:
    return CheckFinding(area="files", ok=True, message=message)


def _bad(message: str, cure: str) -> CheckFinding:
    return CheckFinding(area="files", ok=False, message=message, cure=cure)
