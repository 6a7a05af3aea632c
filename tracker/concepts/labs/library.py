"""What the two labs over a whole library share: its texts, what of them is indexed, and files written whole.

An index is a folder that can be deleted at any time.  Work is saved in
chunks: an interrupted run goes on where it stopped, and a second run over the
same texts does nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tracker.errors import DiskFull, IndexUnusable
from tracker.records import Progress

#: Texts between two saves: at most this work is lost when the process dies.
CHUNK = 32
_STRIDE = 16
OnProgress = Callable[[Progress], None]
STATE = "state.json"
_CURE = "it is rebuilt in the background"


@dataclass(frozen=True, slots=True)
class LibraryText:
    """A paper of the library: its id, its title, its abstract (may be empty)."""

    id: str
    title: str
    text: str = ""

    @property
    def whole(self) -> str:
        """Title and abstract as one text, as the search embeds it."""
        return f"{self.title}. {self.text}" if self.text else self.title

    @property
    def hash(self) -> str:
        """Names the text, so that a changed one is done again."""
        return hashlib.sha256(self.whole.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What building an index did: texts done now, already there, dropped; ``complete`` is False when it was stopped."""

    done: int
    kept: int
    dropped: int
    seconds: float
    complete: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to do: texts to work through, and ids whose old work no longer counts."""

    todo: tuple[LibraryText, ...]
    stale: frozenset[str]
    kept: int


def plan(texts: Iterable[LibraryText], known: Mapping[str, str]) -> Plan:
    """Compares the library with what is indexed (id -> text hash)."""
    wanted = {text.id: text for text in texts}
    todo = tuple(text for text in wanted.values() if known.get(text.id) != text.hash)
    changed = {text.id for text in todo if text.id in known}
    return Plan(todo, frozenset(changed | (set(known) - set(wanted))), len(wanted) - len(todo))


def spread(texts: Sequence[LibraryText]) -> tuple[LibraryText, ...]:
    """The same texts in strides of sixteen: whoever looks before all are done sees some of every part of a library."""
    return tuple(text for first in range(_STRIDE) for text in texts[first::_STRIDE])


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Writes a file beside its place and then puts it there, so that no reader sees half of it.

    Raises:
        DiskFull: nothing more can be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise DiskFull(f"The index file {path} cannot be written: {error}", cure="free some space") from error
    finally:
        part.unlink(missing_ok=True)


def sweep(folder: Path, named: Iterable[str]) -> None:
    """Removes what a process left that was killed while it wrote: arrays that no state names, and halves of files.

    Only for the one process that builds; whoever reads meanwhile finds what the state names.
    """
    kept = set(named)
    for pattern in ("*.npy", "sentences-*.json", ".*.part"):
        for left in folder.glob(pattern):
            if left.name not in kept:
                left.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Writes JSON whole."""
    write_whole(path, lambda part: _dump(part, value))


def write_array(path: Path, array: np.ndarray[Any, Any]) -> None:
    """Writes an array whole, in numpy's own format."""

    def save(part: Path) -> None:
        with part.open("wb") as file:
            np.save(file, array, allow_pickle=False)

    write_whole(path, save)


def read_json(path: Path) -> Any:
    """Reads JSON of an index.

    Raises:
        IndexUnusable: it is missing or broken.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexUnusable(f"The index file {path} cannot be read: {error}", cure=_CURE) from error


def read_array(path: Path) -> np.ndarray[Any, Any]:
    """Opens an array of an index without reading it all.

    Raises:
        IndexUnusable: it is missing or broken.
    """
    try:
        array: np.ndarray[Any, Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexUnusable(f"The index file {path} cannot be read: {error}", cure=_CURE) from error
    return array


def read_state(folder: Path, kind: str, model: str) -> dict[str, Any]:
    """The state of an index of this kind for this model.

    Raises:
        IndexUnusable: there is none, or it belongs to another model or version.
    """
    state = read_json(folder / STATE)
    if not isinstance(state, dict) or state.get("kind") != kind or state.get("model") != model:
        raise IndexUnusable(f"The index in {folder} belongs to another model or version", cure=_CURE)
    return state


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
