"""What was told, by way of telling: a file of lines in the data folder that only grows.

A line is the id of a paper that was told; one that begins with a tab is a
note.  The file is appended to and synced, so that a crash loses at most the
line that was being written, and what it stood for is told once more rather
than never.  A batch is noted before it goes out, too: what has to be told once
more is then the very same batch, and whoever gets it can see that it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from tracker.errors import AlreadyRunning, StoreError

Channel = Literal["digest", "webhook"]
#: How far back the first message looks: what was there before is no news.
FIRST = timedelta(days=7)
#: Seconds to wait for another process that is telling by the same way.
PATIENCE = 120.0
_SINCE = "since "


@dataclass(slots=True)
class Told:
    """What the file says.

    ``since`` is the moment from which on papers are news at all; ``ids`` were
    told to everybody, ``each`` to one address.
    ``begun`` is a batch of which nobody knows whether it went out.  ``settled``
    is when all there was had been told, or when counting began; ``failed`` when
    telling last failed.
    """

    since: datetime
    settled: datetime | None = None
    failed: datetime | None = None
    ids: set[str] = field(default_factory=set)
    each: dict[str, set[str]] = field(default_factory=dict)
    begun: tuple[str, ...] = ()

    def knows(self, names: Iterable[str], address: str = "") -> bool:
        """Whether a paper that goes by these names was told, to everybody or to this address."""
        mine = self.each.get(address, set())
        return any((line := _line(name)) in self.ids or line in mine for name in names)


class Ledger:
    """The file of one channel."""

    def __init__(self, home: Path, channel: Channel) -> None:
        self._path = home / f"told-{channel}.txt"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from telling the same by this way meanwhile; waits for one that does.

        Raises:
            AlreadyRunning: it takes longer than :data:`PATIENCE`.
            StoreError: the folder cannot be written.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self._path.with_suffix(".lock"), timeout=PATIENCE, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise AlreadyRunning("another process is telling what is new", cure="wait for it to end") from error
        except OSError as error:
            raise StoreError(f"{self._path.parent} cannot be written: {error.strerror or error}") from error
        try:
            yield
        finally:
            lock.release()

    def read(self, now: datetime) -> Told:
        """What was told so far.

        Raises:
            StoreError: the file is there and cannot be read.
        """
        told = Told(since=now - FIRST)
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return told
        except OSError as error:
            raise StoreError(f"{self._path} cannot be read: {error.strerror or error}") from error
        for line in lines:
            _understand(line, told)
        if told.ids.issuperset(told.begun):
            told.begun = ()  # it was noted as told
        return told

    def begin(self, now: datetime, ids: Iterable[str]) -> None:
        """These are about to go out together."""
        self._append(now, [f"\tbegun\t{json.dumps([_line(name) for name in ids])}"])

    def tell(self, now: datetime, ids: Iterable[str], *, address: str = "") -> None:
        """These went out: to everybody, or to one address."""
        lead = f"\tto\t{_line(address)}\t" if address else ""
        self._append(now, [lead + _line(name) for name in ids])

    def settle(self, now: datetime) -> None:
        """There is nothing left to tell as of now."""
        self._append(now, [f"\tsettled\t{now.isoformat()}"])

    def fail(self, now: datetime) -> None:
        """Telling failed just now."""
        self._append(now, [f"\tfailed\t{now.isoformat()}"])

    def _append(self, now: datetime, lines: list[str]) -> None:
        try:
            with self._path.open("a+b") as file:
                begun = file.tell() > 0
                text = "" if begun else f"{_SINCE}{(now - FIRST).isoformat()}\n"
                if begun and not _ends_line(self._path):
                    text = "\n"
                file.write((text + "".join(f"{line}\n" for line in lines)).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror or error}") from error


def _understand(line: str, told: Told) -> None:
    if not line.startswith("\t"):
        moment = _moment(line.removeprefix(_SINCE)) if line.startswith(_SINCE) else None
        if moment:
            told.since = moment
        elif line:
            told.ids.add(line)
        return
    kind, _, rest = line[1:].partition("\t")
    if kind == "to":
        address, _, name = rest.partition("\t")
        told.each.setdefault(address, set()).add(name)
    elif kind == "settled":
        told.settled = _moment(rest) or told.settled
    elif kind == "failed":
        told.failed = _moment(rest) or told.failed
    elif kind == "begun":
        told.begun = _names(rest) or told.begun


def _moment(text: str) -> datetime | None:
    """A moment, or None for what a crash left of one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _names(text: str) -> tuple[str, ...]:
    """A list of ids, or nothing for what a crash left of one: a batch that was not noted whole did not go out."""
    try:
        names = json.loads(text)
    except ValueError:
        return ()
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _line(text: str) -> str:
    return " ".join(text.split())


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
