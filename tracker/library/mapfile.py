"""The file that holds a drawn map; written whole or not at all."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import DiskFull

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

log = logging.getLogger(__name__)

FILE = "map.npz"
#: Changes with the way of laying out: older maps are then drawn anew.
_FORM = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map as of change ``number`` of the vectors; ``base`` papers made its shape.

    Attributes:
        pks: ``[n]``, ascending.
        positions: ``[n, 2]``.
        groups: ``[n]``, the group of each paper.
        centres: ``[g, 2]``.
        names: of the groups, [g].
    """

    model: str
    number: int
    base: int
    pks: Ints
    positions: Floats
    groups: Ints
    centres: Floats
    names: tuple[str, ...]


def write(path: Path, drawn: Drawn) -> None:
    """Put the map in place of the one there.

    Raises:
        DiskFull: it cannot be written.
    """
    import numpy as np

    facts = {"form": _FORM, "model": drawn.model, "number": drawn.number, "base": drawn.base, "names": drawn.names}
    arrays: Mapping[str, Any] = {
        "facts": np.frombuffer(json.dumps(facts).encode(), np.uint8),
        "pks": drawn.pks,
        "positions": drawn.positions,
        "groups": drawn.groups,
        "centres": drawn.centres,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **arrays)
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DiskFull(
            f"the map {path} cannot be written: {error.strerror or error}",
            cure="free some space, or check the permissions of the folder",
        ) from error


def read(path: Path) -> Drawn | None:
    """What the file holds; None where there is none, or it is damaged or of another form: it is drawn again then."""
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as held:
            facts = json.loads(held["facts"].tobytes())
            if facts["form"] != _FORM:
                return None
            names: Sequence[str] = facts["names"]
            drawn = Drawn(
                facts["model"], facts["number"], facts["base"],
                held["pks"], held["positions"], held["groups"], held["centres"], tuple(names),
            )  # fmt: skip
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.warning("the map %s cannot be used and is drawn again: %s", path, error)
        return None
    whole = len(drawn.pks) == len(drawn.positions) == len(drawn.groups) and len(drawn.centres) == len(drawn.names)
    return drawn if whole else None
