"""Whole processes, measured: wall time, processor time, peak memory; and the environment they run in.

Peak memory is the kernel's own count (``wait4``).  A new process inherits the
count of the one that starts it, so the modules that start processes stay small
and leave arrays and models to workers.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
#: ``ru_maxrss`` counts KiB on Linux and bytes on macOS.
_MAXRSS = 1 if sys.platform == "darwin" else 1024
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ProcessError(Exception):
    """A measured process ended otherwise than it should; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that has ended."""

    code: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    out: str
    err: str

    def require(self, *codes: int) -> Finished:
        """Itself, if it ended with one of these codes (default 0).

        Raises:
            ProcessError: it did not.
        """
        if self.code in (codes or (0,)):
            return self
        raise ProcessError(f"exit code {self.code}: {(self.err or self.out).strip()[-800:]}")


def tracker() -> list[str]:
    """The command as a person runs it: the script installed beside this Python, else the module."""
    script = Path(sys.executable).with_name("tracker")
    return [str(script)] if script.exists() else [sys.executable, "-m", "tracker.cli"]


def environment(home: Path | None = None, **more: str) -> dict[str, str]:
    """This process's environment without settings of a tracker and without limits on threads.

    Args:
        home: becomes ``TRACKER_HOME``.
        more: further variables.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    for name in _THREADS:
        kept.pop(name, None)
    # Everything that is needed lies here: nothing may wait for a network that is not there.
    kept |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", "PYTHONPATH": str(ROOT)}
    if home is not None:
        kept["TRACKER_HOME"] = str(home)
    return kept | more


def run(command: Sequence[str], env: Mapping[str, str], *, timeout: float = 7200, cwd: Path = ROOT) -> Finished:
    """Run a process to its end and measure it.

    Raises:
        ProcessError: it took longer than ``timeout`` seconds; its whole group was ended.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - commands of this package
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
        late = threading.Event()
        timer = threading.Timer(timeout, lambda: (late.set(), kill_group(process.pid)))
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            kill_group(process.pid)
            raise
        finally:
            timer.cancel()
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = [_text(file) for file in (out, err)]
    if late.is_set():
        raise ProcessError(f"took longer than {timeout:.0f} s: {Path(command[0]).name} {' '.join(command[1:3])}")
    return Finished(
        code=process.returncode,
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss * _MAXRSS / 2**20,
        out=texts[0],
        err=texts[1],
    )


def kill_group(pid: int) -> bool:
    """``kill -9`` for a process group; False when it had ended already."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def stand_in(shared: Path, *options: str) -> Iterator[str]:
    """The stand-in for the web of ``shared/world`` on a free port; gives its address.

    Raises:
        ProcessError: it did not start.
    """
    server = shared / "world" / "serve.py"
    process = subprocess.Popen(  # noqa: S603 - a script beside the checkout
        [sys.executable, str(server), "--port", "0", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        first = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://\S+", first)
        if found is None:
            raise ProcessError(f"the stand-in for the web did not start: {first!r}")
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()


def _text(file: object) -> str:
    assert hasattr(file, "seek") and hasattr(file, "read")  # noqa: S101, PT018 - TemporaryFile has no public type
    file.seek(0)
    return bytes(file.read()).decode("utf-8", "replace")
