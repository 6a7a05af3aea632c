"""The file of compact token vectors, beside the database: append-only, keyed by the text's hash, safe to delete.

Two files: ``data`` holds the bytes of each text, ``index`` a fixed-size entry
for each, written after its data.  A process killed between the two leaves data
that nobody points to; a torn or damaged entry fails its checksum and counts as
absent, and the text is embedded again by the next ``tracker embed``.

The data is read, not mapped: thirty short reads a query cost nothing against
what is done with them, and a process that serves for months would otherwise
have all of a file in its memory that it has ever looked into.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from tracker.errors import DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator

#: One entry of the index: what text, where its bytes start, how many tokens of how many bytes, checksums.
ENTRY = np.dtype(
    [("text", "<u8"), ("at", "<u8"), ("tokens", "<u4"), ("width", "<u4"), ("data_crc", "<u4"), ("entry_crc", "<u4")]
)
Packed = npt.NDArray[np.uint8]
#: Texts whose bytes are looked at together where all are asked for.
_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class Health:
    """Of the texts asked for, how many have damaged vectors and how many none."""

    damaged: int
    absent: int


class TokenStore:
    """Compact token vectors of texts.  Safe to read from several threads; one process writes at a time."""

    def __init__(self, folder: Path) -> None:
        """Opens the store in a folder that is made when something is first written."""
        self._data, self._index = folder / "tokens.data", folder / "tokens.index"
        self._lock = threading.Lock()
        self._read_bytes = 0
        self._unsound = 0
        self._texts = np.zeros(0, np.uint64)
        self._entries = np.zeros(0, ENTRY)
        self._bytes: _Bytes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the files."""
        with self._lock:
            self._bytes = None  # a reader that is at work keeps the file open until it is done
            self._read_bytes = 0

    def __len__(self) -> int:
        with self._lock:
            self._refresh()
            return len(self._texts)

    def missing(self, texts: Sequence[int]) -> list[bool]:
        """For each text whether its token vectors are absent, by the index alone."""
        with self._lock:
            self._refresh()
            return [place is None for place in self._places(texts)]

    def unusable(self, texts: Sequence[int]) -> list[bool]:
        """For each text whether its token vectors are absent or damaged: reads the bytes of all that are there."""
        gone: list[bool] = []
        for start in range(0, len(texts), _TOGETHER):
            gone += [found is None for found in self.get_many(texts[start : start + _TOGETHER])]
        return gone

    def examine(self, texts: Sequence[int]) -> Health:
        """How the vectors of these texts are; what no one asks for is no damage, nor is half an entry at the end."""
        gone = self.unusable(texts)
        with self._lock:
            known = [place is not None for place in self._places(texts)]
            damaged = sum(bad and there for bad, there in zip(gone, known, strict=True))
        absent = sum(gone) - damaged
        # An entry that is damaged names no text: it may be one of those that are absent.
        return Health(damaged + min(absent, self._unsound), absent - min(absent, self._unsound))

    def drop_damaged(self) -> int:
        """Takes the damaged entries out of the index, so that their texts count as absent; says how many.

        Raises:
            DiskFull: the index cannot be written; nothing was changed.
        """
        with self._lock:
            self._refresh()
            entries, unsound = self._entries, self._unsound
        texts = entries["text"].tolist()
        keep = ~np.array(self.unusable(texts), dtype=bool) if texts else np.zeros(0, dtype=bool)
        dropped = unsound + int((~keep).sum())
        if dropped:
            self._write_index(entries[keep])
        return dropped

    def get(self, text: int) -> tuple[Packed, Packed] | None:
        """Bytes of the tokens ``[t, width]`` and sentence numbers ``[t]``; None when absent or damaged."""
        return self.get_many([text])[0]

    def get_many(self, texts: Sequence[int]) -> list[tuple[Packed, Packed] | None]:
        """:meth:`get` for several texts at once."""
        with self._lock:
            self._refresh()
            places, data = self._places(texts), self._bytes
            entries = self._entries[[place for place in places if place is not None]].tolist()
        waiting = iter(entries)
        return [None if place is None else _read(next(waiting), data) for place in places]

    def put(self, items: Iterable[tuple[int, Packed, Packed]]) -> None:
        """Appends texts: hash, bytes ``[t, width]``, sentence numbers ``[t]``.

        Raises:
            DiskFull: nothing more can be written; what was there stays readable.
        """
        try:
            self._data.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, self._data.open("ab") as data, _locked(data), self._index.open("ab") as index:
                self._mend_tail(index)
                entries = _appended(data, items)
                data.flush()
                os.fsync(data.fileno())
                index.write(entries.tobytes())
                index.flush()
                os.fsync(index.fileno())
        except OSError as error:
            raise DiskFull(
                f"the token vectors cannot be written to {self._data}: {error.strerror or error}",
                cure="free some space there and run: tracker embed",
            ) from error

    def compact(self, living: Iterable[int]) -> bool:
        """Writes the files anew when more than half of them belongs to texts that no paper has; True when it did.

        Raises:
            DiskFull: nothing was changed.
        """
        wanted = np.fromiter(living, dtype=np.uint64)
        with self._lock:
            self._refresh()
            kept = self._entries[np.isin(self._texts, wanted)]
            size = self._data.stat().st_size if self._data.exists() else 0
        used = int((kept["tokens"].astype(np.int64) * (kept["width"].astype(np.int64) + 1)).sum())
        if size < 1 << 20 or used * 2 > size:
            return False
        texts = kept["text"].tolist()
        fresh = TokenStore(self._data.parent / "new")
        for name in (fresh._data, fresh._index):
            name.unlink(missing_ok=True)
        for start in range(0, len(texts), 256):
            found = ((text, self.get(text)) for text in texts[start : start + 256])
            fresh.put((text, kept[0], kept[1]) for text, kept in found if kept is not None)
        with self._lock:
            # The index goes first and comes last: an index never points into data that is not its own.
            self._index.unlink(missing_ok=True)
            if fresh._data.exists():
                fresh._data.replace(self._data)
                fresh._index.replace(self._index)
            self._bytes, self._read_bytes = None, 0
        fresh._data.parent.rmdir()
        return True

    def _write_index(self, entries: npt.NDArray[np.void]) -> None:
        part = self._index.with_name(f".{self._index.name}.part")
        try:
            with self._lock, self._data.open("ab") as data, _locked(data):
                with part.open("wb") as file:
                    file.write(entries.tobytes())
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(self._index)
                self._bytes, self._read_bytes = None, -1
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DiskFull(
                f"{self._index} cannot be written: {error.strerror or error}", cure="free some space there"
            ) from error

    def _places(self, texts: Sequence[int]) -> list[int | None]:
        """Where the entry of each text stands; None for those that are absent."""
        if not len(self._texts):
            return [None] * len(texts)
        wanted = np.array(texts, dtype=np.uint64)
        at = np.minimum(np.searchsorted(self._texts, wanted), len(self._texts) - 1)
        return [
            place if there else None
            for place, there in zip(at.tolist(), (self._texts[at] == wanted).tolist(), strict=True)
        ]

    def _refresh(self) -> None:
        """Reads entries written since, by this process or another."""
        try:
            size = self._index.stat().st_size // ENTRY.itemsize * ENTRY.itemsize
            if size == self._read_bytes:
                return
            entries = np.fromfile(self._index, dtype=ENTRY, count=size // ENTRY.itemsize)
            self._bytes = _Bytes(self._data) if size else None
        except OSError:  # no such files, or nothing that can be read: all is absent
            size, entries, self._bytes = 0, np.zeros(0, ENTRY), None
        sound = _sound(entries, self._bytes.length if self._bytes else 0)
        self._unsound = int((~sound).sum())
        entries = entries[sound]
        # The latest entry of a text counts: a stable sort keeps it last among its equals.
        order = np.argsort(entries["text"], kind="stable")
        entries = entries[order]
        last = np.ones(len(entries), dtype=bool)
        last[:-1] = entries["text"][1:] != entries["text"][:-1]
        self._entries = entries[last]
        self._texts = np.ascontiguousarray(self._entries["text"])
        self._read_bytes = size

    def _mend_tail(self, index: IO[bytes]) -> None:
        """Cuts off half an entry that a killed process may have left."""
        end = index.seek(0, os.SEEK_END)
        if end % ENTRY.itemsize:
            index.truncate(end // ENTRY.itemsize * ENTRY.itemsize)
            index.seek(0, os.SEEK_END)


class _Bytes:
    """A file that any thread may read anywhere; closed with its last user."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._lock = threading.Lock()
        self.length = os.fstat(self._file.fileno()).st_size

    def read(self, count: int, at: int) -> bytes:
        """``count`` bytes from ``at`` on; fewer at the end of the file."""
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), count, at)
        with self._lock:  # Windows has one place in a file for all threads
            self._file.seek(at)
            return self._file.read(count)

    def __del__(self) -> None:
        if hasattr(self, "_file"):  # it is not where opening failed
            self._file.close()


def _read(entry: tuple[int, ...], data: _Bytes | None) -> tuple[Packed, Packed] | None:
    _, at, tokens, width, data_crc, _ = entry
    if not tokens:
        return np.zeros((0, width), np.uint8), np.zeros(0, np.uint8)
    if data is None:
        return None
    try:
        found = data.read(tokens * (width + 1), at)
    except OSError:
        return None
    if zlib.crc32(found) != data_crc:
        return None
    raw = np.frombuffer(found, dtype=np.uint8)
    return raw[tokens:].reshape(tokens, width), raw[:tokens]


def _sound(entries: npt.NDArray[np.void], length: int) -> npt.NDArray[np.bool_]:
    ends = entries["at"] + entries["tokens"].astype(np.uint64) * (entries["width"].astype(np.uint64) + np.uint64(1))
    return np.asarray((ends <= length) & (_checksum(entries) == entries["entry_crc"]))


def _checksum(entries: npt.NDArray[np.void]) -> npt.NDArray[np.uint32]:
    """A checksum of each entry's other parts, for all at once: a CRC for each would take longer than a query."""
    mixed = np.zeros(len(entries), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for name in ("text", "at", "tokens", "width", "data_crc"):
            mixed = (mixed ^ entries[name].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _appended(data: IO[bytes], items: Iterable[tuple[int, Packed, Packed]]) -> npt.NDArray[np.void]:
    """Writes the bytes of texts; gives their entries for the index."""
    rows = []
    at = data.seek(0, os.SEEK_END)
    for text, packed, numbers in items:
        raw = numbers.tobytes() + np.ascontiguousarray(packed).tobytes()
        data.write(raw)
        rows.append((text, at, *packed.shape, zlib.crc32(raw), 0))
        at += len(raw)
    entries = np.array(rows, dtype=ENTRY)
    entries["entry_crc"] = _checksum(entries)
    return entries


@contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    """Holds the file against another process that appends, where the system can."""
    try:
        import fcntl
    except ImportError:  # Windows: the update lock of the library is the guard there
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
