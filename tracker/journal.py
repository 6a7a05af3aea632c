"""The journal of runs: one JSON line when a run starts, one when it ends, in ``runs.jsonl`` beside the database.

It is a file and not a table so that an update that finds nothing new writes
nothing to the library, and so that a run that was killed still shows: its
start has no end.  The newest :data:`KEEP` runs are kept.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

KEEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: ``outcome`` is done, partly, failed, interrupted, or running while its process lives."""

    id: str
    kind: str
    started: datetime
    ended: datetime | None = None
    outcome: str = "running"
    pid: int = 0
    report: dict[str, Any] = field(default_factory=dict)


class Journal:
    """Appends and reads runs; safe against a crash in the middle of a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def start(self, kind: str, now: datetime) -> Run:
        """Record that a run begins."""
        run = Run(id=f"{now:%Y%m%dT%H%M%S%f}-{os.getpid()}", kind=kind, started=now, pid=os.getpid())
        self._append({"id": run.id, "kind": kind, "started": now.isoformat(), "pid": run.pid})
        return run

    def end(self, run: Run, outcome: str, report: dict[str, Any], now: datetime) -> None:
        """Record how a run ended."""
        self._append({"id": run.id, "ended": now.isoformat(), "outcome": outcome, "report": report})

    def runs(self, limit: int = 20) -> list[Run]:
        """The newest runs, newest first.  A run without an end whose process is gone was interrupted."""
        found: dict[str, Run] = {}
        for line in self._lines():
            if "started" in line:
                found[line["id"]] = Run(
                    id=line["id"],
                    kind=str(line.get("kind", "update")),
                    started=datetime.fromisoformat(line["started"]),
                    pid=int(line.get("pid", 0)),
                )
            elif line["id"] in found:
                begun = found[line["id"]]
                found[line["id"]] = Run(
                    id=begun.id,
                    kind=begun.kind,
                    started=begun.started,
                    pid=begun.pid,
                    ended=datetime.fromisoformat(line["ended"]),
                    outcome=str(line["outcome"]),
                    report=line.get("report", {}),
                )
        newest = sorted(found.values(), key=lambda r: (r.started, r.id), reverse=True)[:limit]
        return [_marked(run) for run in newest]

    def _lines(self) -> Iterable[dict[str, Any]]:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                value = json.loads(line)
            except json.JSONDecodeError:
                continue  # the half of a line that a crash left
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                yield value

    def _append(self, value: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            if file.tell() and not _ends_line(self._path):
                file.write(b"\n")
            file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._trim()

    def _trim(self) -> None:
        lines = list(self._lines())
        if len(lines) <= 4 * KEEP:
            return
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".runs-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines[-2 * KEEP :])
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._path)


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _marked(run: Run) -> Run:
    if run.ended is not None or _alive(run.pid):
        return run
    return Run(id=run.id, kind=run.kind, started=run.started, pid=run.pid, outcome="interrupted")


def _alive(pid: int) -> bool:
    if pid <= 0 or sys.platform == "win32":  # there, signal 0 would end the process
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
