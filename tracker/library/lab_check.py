"""Are the labs' indexes whole?  Part of ``tracker check``; reads the files without the model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tracker.errors import IndexUnusable
from tracker.library.lab_indexes import BUILT, MODEL, folder_of
from tracker.records import CheckFinding
from tracker.settings import Settings
from tracker.store.database import Database

_REPAIR = "run: tracker check --repair"


def check(db: Database, settings: Settings) -> tuple[CheckFinding, ...]:
    """What the labs have read of the library, and what of it is broken; changes nothing."""
    folder = folder_of(settings)
    found = [_finding(where, look, folder) for where, look in _parts(folder)]
    if not found:
        return (_finding_of(True, "the labs have not read the library; they do when one of them is first used"),)
    with db.reader() as reader:
        ((papers,),) = reader.rows("SELECT count(*) FROM paper_text")
    read = {name: count for name, count, fault in found if not fault}
    broken = [_finding_of(False, f"{name}: {fault}", _REPAIR) for name, _, fault in found if fault]
    told = (_finding_of(True, f"{name}: {count:,} of {papers:,} papers read") for name, count in read.items())
    return (*broken, *told)


def repair(settings: Settings) -> tuple[str, ...]:
    """Drop what is broken, so that it is read anew.

    Returns:
        What was done, in words.

    Raises:
        AlreadyRunning: the labs are reading the library.
    """
    from tracker.library.lab_indexes import alone

    folder = folder_of(settings)
    done: list[str] = []
    if not folder.is_dir():
        return ()
    with alone(folder):
        for where, look in _parts(folder):
            name, _, fault = _finding(where, look, folder)
            if fault:
                shutil.rmtree(where, ignore_errors=True)
                (folder / BUILT).unlink(missing_ok=True)
                done.append(f"dropped {name} of the labs; it is read anew by: tracker lab --build")
    return tuple(done)


def _parts(folder: Path) -> Iterator[tuple[Path, Callable[[Path], int]]]:
    """The indexes there are; one without a state was stopped before anything of it counted, and is begun anew."""
    for state in sorted((folder / "layers").glob("*/state.json")):
        yield state.parent, _layers
    if (folder / "memories" / "state.json").exists():
        yield folder / "memories", _memories


def _finding(where: Path, look: Callable[[Path], int], folder: Path) -> tuple[str, int, str]:
    """The part's name, how many papers it has read, and what is wrong with it (or nothing)."""
    name = str(where.relative_to(folder))
    try:
        return name, look(where), ""
    except IndexUnusable as error:
        return name, 0, str(error)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return name, 0, f"its state is not as we write it ({type(error).__name__}: {error})"


def _layers(where: Path) -> int:
    from tracker.concepts.labs.layer_index import CENTRE, KIND
    from tracker.concepts.labs.library import read_array, read_state

    read_array(where / CENTRE)
    rows = 0
    for part in read_state(where, KIND, MODEL)["parts"]:
        if len(read_array(where / part["file"])) != len(part["rows"]):
            raise IndexUnusable(f"{part['file']} holds another number of papers than its state says")
        rows += sum(not row.get("gone") for row in part["rows"])
    return rows


def _memories(where: Path) -> int:
    from tracker.concepts.labs.library import read_array, read_json, read_state
    from tracker.concepts.labs.memory_index import KIND

    state: dict[str, Any] = read_state(where, KIND, MODEL)
    strength, sentence = (read_array(where / state[name]) for name in ("strength", "sentence"))
    if strength.shape != sentence.shape:
        raise IndexUnusable("its two arrays have different shapes")
    known = {int(number) for number in read_json(where / state["sentences"])}
    named = set(sentence[sentence >= 0].tolist())
    if not named <= known:
        raise IndexUnusable(f"{len(named - known)} of its sentences are missing")
    return len(state["known"])


def _finding_of(ok: bool, message: str, cure: str = "") -> CheckFinding:
    return CheckFinding(area="labs", ok=ok, message=message, cure=cure)
