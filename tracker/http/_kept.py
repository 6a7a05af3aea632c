"""Kept copies of answers with their validators, so that an unchanged list costs a 304 and no bytes.

One file per request: a line of JSON and the body, both packed.  A copy is
written beside its place and renamed into it, so a reader sees a whole one or
none; one that cannot be read counts as absent.  The folder is safe to delete.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import os
import tempfile
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FORM = 1

#: Seconds after which a file that was never renamed into its place belongs to a process that died.
ABANDONED = 3_600.0

_NEW = ".new-"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was kept: the address that gave it, its headers (lower case) and its body."""

    final_url: str
    headers: Mapping[str, str]
    body: bytes

    def validators(self) -> dict[str, str]:
        """The headers that ask for the body only if it has changed; what no header can hold is not said back."""
        told = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
        asked = {name: self.headers.get(kept, "") for name, kept in told.items()}
        return {name: value for name, value in asked.items() if value and value.isascii() and value.isprintable()}


class KeptCopies:
    """The kept copies below one folder, bounded by their total size.

    Args:
        folder: where they lie; made when the first is kept.
        max_bytes: total size on disk; the ones unused for longest go first.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, key: str) -> Kept | None:
        """The copy kept under a key, or None when there is none or it is damaged."""
        path = self._path(key)
        try:
            head, _, body = gzip.decompress(path.read_bytes()).partition(b"\n")
            meta = json.loads(head)
            if meta["form"] != FORM or meta["length"] != len(body):
                return None
            return Kept(str(meta["final_url"]), {str(k): str(v) for k, v in meta["headers"].items()}, body)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.info("the kept copy %s is unusable and will be fetched again: %s", path, error)
            return None

    def touch(self, key: str) -> None:
        """Mark a copy as used now."""
        with contextlib.suppress(OSError):  # it went away meanwhile: nothing is lost
            os.utime(self._path(key))

    def put(self, key: str, kept: Kept) -> None:
        """Keep a copy.  When the disk refuses, it is fetched whole next time, and the log says why."""
        head = {"form": FORM, "final_url": kept.final_url, "headers": dict(kept.headers), "length": len(kept.body)}
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, gzip.compress(json.dumps(head).encode() + b"\n" + kept.body, 1, mtime=0))
            self._trim()
        except OSError as error:
            _log.warning("%s cannot be kept: %s", path, error)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.gz"

    def _trim(self) -> None:
        files = []
        for entry in self._folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):  # another process trims as well
                files.append((entry.stat(), entry))
        total = sum(stat.st_size for stat, _ in files)
        abandoned = time.time() - ABANDONED
        for stat, entry in sorted(files, key=lambda pair: pair[0].st_mtime):
            is_rest = entry.name.startswith(_NEW) and stat.st_mtime < abandoned
            if total > self._max_bytes or is_rest:
                entry.unlink(missing_ok=True)
                total -= stat.st_size


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_NEW)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
