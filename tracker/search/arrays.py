"""Disposable index files: named arrays in one file, mapped into memory, replaced as a whole.

Layout: 8 bytes of magic, 8 bytes length of the header, its CRC-32, the header
(JSON: facts, and for each array its type, shape and place), then the arrays,
each at a multiple of 64 bytes.  A file with a wrong length, header or checksum
is ``IndexUnusable``; its owner deletes it and builds it again.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.errors import DiskFull, IndexUnusable

Array = npt.NDArray[Any]

_MAGIC = b"PTRKIDX1"
_HEAD = struct.Struct("<8sQI")
_ALIGN = 64
#: Files up to this size are checked byte by byte when opened (10 ms); larger ones by header and length.
_CHECKED_BYTES = 64 << 20
_TYPES = frozenset(("|u1", "|i1", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"))


def write(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Writes the file by replacement; readers that hold the old one keep it.

    Raises:
        DiskFull: nothing was changed.
    """
    table, offset = {}, 0
    for name, array in arrays.items():
        table[name] = {"type": array.dtype.str, "shape": list(array.shape), "at": offset}
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    body_crc = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                # The checksum of the body is known last: room is kept for it in the header.
                start = _start(facts, table, offset, 0xFFFFFFFF)
                file.write(b"\0" * start)
                for array in arrays.values():
                    data = np.ascontiguousarray(array).data.cast("B") if array.nbytes else b""
                    body_crc = _write_padded(file, data, body_crc)
                file.seek(0)
                file.write(_head(facts, table, offset, body_crc).ljust(start, b"\0"))
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DiskFull(
            f"the search index {path} cannot be written: {error.strerror or error}",
            cure="free some space there; search goes on without it, more slowly",
        ) from error


def _write_padded(file: Any, data: Any, crc: int) -> int:
    file.write(data)
    crc = zlib.crc32(data, crc)
    padding = b"\0" * (-len(data) % _ALIGN)
    file.write(padding)
    return zlib.crc32(padding, crc)


def _head(facts: Mapping[str, Any], table: Mapping[str, Any], size: int, crc: int) -> bytes:
    header = json.dumps({"facts": facts, "arrays": table, "size": size, "crc": f"{crc:08x}"}).encode()
    return _HEAD.pack(_MAGIC, len(header), zlib.crc32(header)) + header


def _start(facts: Mapping[str, Any], table: Mapping[str, Any], size: int, crc: int) -> int:
    return -(-len(_head(facts, table, size, crc)) // _ALIGN) * _ALIGN


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """The facts and the arrays, read-only and mapped: nothing is loaded until it is touched.

    Raises:
        IndexUnusable: there is no such file, or it is damaged.
    """
    try:
        with path.open("rb") as file:
            magic, length, crc = _HEAD.unpack(file.read(_HEAD.size))
            if magic != _MAGIC or length > 1 << 24:
                raise _unusable(path, "it is of another kind")
            raw = file.read(length)
            if zlib.crc32(raw) != crc:
                raise _unusable(path, "its header is damaged")
            size_on_disk = file.seek(0, os.SEEK_END)
        header = json.loads(raw)
        start = -(-(_HEAD.size + length) // _ALIGN) * _ALIGN
        if size_on_disk != start + header["size"]:
            raise _unusable(path, "it is cut short")
        whole = np.memmap(path, dtype=np.uint8, mode="r") if size_on_disk else np.zeros(0, np.uint8)
        if header["size"] <= _CHECKED_BYTES and f"{zlib.crc32(whole[start:].data):08x}" != header["crc"]:
            raise _unusable(path, "its checksum is wrong")
        arrays = {name: _view(whole, start, entry) for name, entry in header["arrays"].items()}
    except FileNotFoundError as error:
        raise _unusable(path, "it is not there yet") from error
    except (OSError, struct.error, ValueError, KeyError, TypeError) as error:
        raise _unusable(path, str(error)) from error
    return header["facts"], arrays


def verify(path: Path) -> None:
    """Reads the whole file against its checksum, whatever its size.

    Raises:
        IndexUnusable: it is missing or damaged.
    """
    read(path)
    with path.open("rb") as file:
        _, length, _ = _HEAD.unpack(file.read(_HEAD.size))
        header = json.loads(file.read(length))
        file.seek(-(-(_HEAD.size + length) // _ALIGN) * _ALIGN)
        crc = 0
        while block := file.read(1 << 20):
            crc = zlib.crc32(block, crc)
    if f"{crc:08x}" != header["crc"]:
        raise _unusable(path, "its checksum is wrong")


def _view(whole: Array, start: int, entry: Mapping[str, Any]) -> Array:
    if entry["type"] not in _TYPES:
        raise ValueError(f"unknown type {entry['type']}")
    dtype = np.dtype(entry["type"])
    shape = tuple(int(n) for n in entry["shape"])
    at = start + int(entry["at"])
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    found: Array = whole[at : at + size].view(np.ndarray).view(dtype).reshape(shape)
    return found


def _unusable(path: Path, why: str) -> IndexUnusable:
    return IndexUnusable(f"the search index {path} cannot be used: {why}", cure="run: tracker embed")
