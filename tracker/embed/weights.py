"""Which model files these are: SHA-256, computed once per file identity and remembered."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tracker.errors import ModelError

_MEMO = "checked.json"
#: Files of a model folder that change what it computes.
_PATTERNS = ("*.safetensors", "*.bin", "*.pt", "*.json", "*.txt", "*.model")


def sha256(path: Path, memo: Path) -> str:
    """The SHA-256 of a file, from the memory of ``memo`` when size, time and inode are unchanged.

    Raises:
        ModelError: the file cannot be read.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise ModelError(f"the model file {path} cannot be read: {error}", cure="install the package again") from error
    identity = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
    known = _remembered(memo)
    entry = known.get(str(path))
    if isinstance(entry, list) and entry[:-1] == identity and isinstance(entry[-1], str):
        return entry[-1]
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the model file {path} cannot be read: {error}", cure="install the package again") from error
    known[str(path)] = [*identity, digest]
    # Only a memory: without it (a full or read-only disk) the next start hashes again.
    with contextlib.suppress(OSError):
        write_whole(memo / _MEMO, json.dumps(known, indent=1).encode())
    return digest


def fingerprint(folder: Path, memo: Path) -> str:
    """One hash over all files of a model folder that bear on what it computes.

    Raises:
        ModelError: no weights are there.
    """
    files = sorted({path for pattern in _PATTERNS for path in folder.rglob(pattern) if path.is_file()})
    if not any(path.suffix in (".safetensors", ".bin", ".pt") for path in files):
        raise ModelError(
            f"{folder} holds no model weights", cure="give a sentence-transformers folder or a name on the hub"
        )
    return _combined((str(path.relative_to(folder)), sha256(path, memo)) for path in files)


def _combined(parts: Iterable[tuple[str, str]]) -> str:
    whole = hashlib.sha256()
    for name, digest in parts:
        whole.update(f"{name}\0{digest}\n".encode())
    return whole.hexdigest()


def _remembered(folder: Path) -> dict[str, object]:
    try:
        found = json.loads((folder / _MEMO).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file by replacement: a reader sees the old bytes or the new ones, never a part.

    Raises:
        OSError: the disk is full or the folder not writable; the old file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
