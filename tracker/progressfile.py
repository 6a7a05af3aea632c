"""How far an update has come, in a small file that other processes may read: ``HOME/progress.json``.

The process that updates writes it by replacement a few times a second at
most; the dashboard and ``tracker status`` read it.  It is a courtesy, never a
lock: who may update is decided by the library itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from tracker.errors import AlreadyRunning, TrackerError
from tracker.records import Progress

NAME = "progress.json"
Outcome = Literal["running", "done", "partly", "failed", "stopped"]
#: A running update that has not written for so long is taken for dead.
_SILENCE = timedelta(minutes=10)
_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What the file says.  ``stages`` are in the order of their last step; ``lines`` are the summary at the end."""

    pid: int
    started: datetime
    updated: datetime
    outcome: Outcome
    stages: tuple[Progress, ...] = ()
    lines: tuple[str, ...] = ()

    def running(self, now: datetime | None = None) -> bool:
        """Whether the update is still at work, as far as can be told from outside."""
        if self.outcome != "running":
            return False
        if (now or datetime.now(UTC)) - self.updated > _SILENCE:
            return False
        return _alive(self.pid)


@dataclass(slots=True)
class ProgressFile:
    """The writing side; call it with each :class:`Progress`, then :meth:`finish`.

    A full or read-only disk must not stop an update, so writes that fail are
    let go: the update itself meets the same disk and reports it properly.
    """

    home: Path
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _started: datetime = field(init=False)
    _stages: dict[str, Progress] = field(init=False, default_factory=dict)
    _written: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._started = self.clock()

    def __call__(self, progress: Progress) -> None:
        """Note one step; written at once when its stage is new or complete, else a few times a second."""
        new = progress.stage not in self._stages
        self._stages.pop(progress.stage, None)
        self._stages[progress.stage] = progress
        if new or progress.done == progress.total or time.monotonic() - self._written >= _EVERY:
            self._write("running", ())

    @contextlib.contextmanager
    def during(self) -> Iterator[None]:
        """Say so if the block ends with an exception; a block that ends well calls :meth:`finish` itself.

        An update that finds another one at work leaves the other's file alone.
        """
        try:
            yield
        except AlreadyRunning:
            raise
        except KeyboardInterrupt:
            self.finish("stopped", ("stopped; what was finished is kept",))
            raise
        except TrackerError as error:
            self.finish("failed", (str(error),))
            raise
        except BaseException:
            self.finish("failed", ("the update ended unexpectedly",))
            raise

    def finish(self, outcome: Outcome, lines: tuple[str, ...] = ()) -> None:
        """Say how the update ended, in ``lines`` that a person may read."""
        self._write(outcome, lines)

    def _write(self, outcome: Outcome, lines: tuple[str, ...]) -> None:
        self._written = time.monotonic()
        record = {
            "pid": os.getpid(),
            "started": self._started.isoformat(),
            "updated": self.clock().isoformat(),
            "outcome": outcome,
            "stages": [
                {"stage": p.stage, "done": p.done, "total": p.total, "message": p.message}
                for p in self._stages.values()
            ],
            "lines": list(lines),
        }
        beside = self.home / f".{NAME}.{os.getpid()}"
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(record, ensure_ascii=True), encoding="utf-8")
            beside.replace(self.home / NAME)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def read_progress(home: Path) -> RunProgress | None:
    """The last or current update's progress; None when there was none or the file cannot be understood."""
    try:
        record = json.loads((home / NAME).read_text(encoding="utf-8"))
        return _from_record(record)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _from_record(record: Mapping[str, Any]) -> RunProgress:
    outcome: Outcome = record["outcome"]
    if outcome not in ("running", "done", "partly", "failed", "stopped"):
        raise ValueError(outcome)
    return RunProgress(
        pid=int(record["pid"]),
        started=_moment(record["started"]),
        updated=_moment(record["updated"]),
        outcome=outcome,
        stages=tuple(
            Progress(
                stage=str(s["stage"]),
                done=int(s["done"]),
                total=None if s["total"] is None else int(s["total"]),
                message=str(s["message"]),
            )
            for s in record["stages"]
        ),
        lines=tuple(str(text) for text in record["lines"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return moment


def _alive(pid: int) -> bool:
    if os.name == "nt":  # signal 0 would end the process there; the silence rule has to do
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
