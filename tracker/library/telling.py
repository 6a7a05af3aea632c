"""What was told, by way of telling: a file of lines in the data folder that only grows.

A line is the id of a paper that was told; one that begins with a tab is a
note.  The file is appended to and synced, so that a crash loses at most the
line that was being written, and what it stood for is told once more rather
than never.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from tracker.errors import StoreError

Channel = Literal["digest", "webhook"]
#: How far back the first message looks: what was there before is no news.
FIRST = timedelta(days=7)
_SINCE = "since "


@dataclass(slots=True)
class Told:
    """What the file says.

    ``since`` is the moment from which on papers are news at all; ``ids`` were
    told to everybody, ``each`` to one address.  ``settled`` is when all there
    was had been told, or when counting began; ``failed`` when telling last failed.
    """

    since: datetime
    settled: datetime | None = None
    failed: datetime | None = None
    ids: set[str] = field(default_factory=set)
    each: dict[str, set[str]] = field(default_factory=dict)

    def knows(self, names: Iterable[str], address: str = "") -> bool:
        """Whether a paper that goes by these names was told, to everybody or to this address."""
        mine = self.each.get(address, set())
        return any((line := _line(name)) in self.ids or line in mine for name in names)


class Ledger:
    """The file of one channel."""

    def __init__(self, home: Path, channel: Channel) -> None:
        self._path = home / f"told-{channel}.txt"

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
        return told

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


def _moment(text: str) -> datetime | None:
    """A moment, or None for what a crash left of one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _line(text: str) -> str:
    return " ".join(text.split())


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
