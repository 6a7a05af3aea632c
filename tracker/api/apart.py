"""An update in a process of its own, so that readers never wait for it.

An update is mostly Python: parsing, matching, deriving.  In the process that
serves, each of its steps would hold the interpreter's lock, and a reader's
request, which takes and gives that lock some fifty times, would wait for it as
often.  Apart from that, what an update loads (the model, the parsers) is given
back when it ends, and a service runs for months.

The child is started by ``spawn``: a fork of a process with threads may hold
locks that nobody opens.  It stops when it is told to, and when the service is
gone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Literal

from tracker.errors import AlreadyRunning, TrackerError
from tracker.records import Progress, UpdateReport
from tracker.settings import Settings

#: Seconds between two looks whether the service stops.
LOOK = 0.2
#: Seconds that a child has to come to its next step and end.
GRACE = 60.0
#: How much the child stands back behind the readers, where the system knows such a thing.
NICE = 10
#: Seconds after an update in which the labs read on, at most.
LABS = 300.0

Ending = tuple[Literal["done", "stopped", "already", "failed"], UpdateReport | str]


def update_apart(
    settings: Settings, sources: Sequence[str], stopping: Callable[[], bool], *, labs: float = LABS
) -> UpdateReport:
    """One update of these sources in a process of its own.

    Args:
        settings: of the library.
        sources: slugs.
        stopping: asked a few times a second; True ends the update at its next step.
        labs: seconds that the labs may read on behind the update, at most.

    Raises:
        KeyboardInterrupt: it was stopped; what was finished is kept.
        AlreadyRunning: another process updates this library.
        TrackerError: the update failed, or its process died.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(
        target=_work, args=(settings, tuple(sources), labs, theirs), name="tracker-update", daemon=True
    )
    child.start()
    theirs.close()
    try:
        ending = _awaited(ours, stopping)
    finally:
        ours.close()  # a child that still runs takes that for a word to stop
        child.join(GRACE)
        if child.is_alive():
            child.kill()
            child.join()
    if ending is None:
        raise TrackerError(f"the process of the update ended with {child.exitcode}", cure="run: tracker update")
    return _opened(ending)


def _awaited(connection: Connection, stopping: Callable[[], bool]) -> Ending | None:
    """What the child tells at its end; None when it died without a word."""
    told = False
    while True:
        if stopping() and not told:
            with contextlib.suppress(OSError):
                connection.send("stop")
            told = True
        if connection.poll(LOOK):
            try:
                ending: Ending = connection.recv()
            except (EOFError, OSError):
                return None
            return ending


def _opened(ending: Ending) -> UpdateReport:
    kind, value = ending
    if isinstance(value, UpdateReport):
        return value
    if kind == "stopped":
        raise KeyboardInterrupt
    raise AlreadyRunning(value) if kind == "already" else TrackerError(value)


def _work(settings: Settings, sources: tuple[str, ...], labs: float, connection: Connection) -> None:
    """The child's whole life."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(NICE)
    ending: Ending
    try:
        ending = ("done", _updated(settings, sources, labs, connection))
    except KeyboardInterrupt:
        ending = ("stopped", "")
    except AlreadyRunning as error:
        ending = ("already", str(error))
    except TrackerError as error:
        ending = ("failed", str(error))
    with contextlib.suppress(OSError):  # the service is gone
        connection.send(ending)


def _updated(settings: Settings, sources: tuple[str, ...], labs: float, connection: Connection) -> UpdateReport:
    from tracker.progressfile import ProgressFile
    from tracker.service import Tracker

    told = ProgressFile(settings.home)

    def step(progress: Progress) -> None:
        go_on(progress)
        told(progress)

    def go_on(progress: Progress) -> None:
        if connection.poll():
            raise KeyboardInterrupt

    with Tracker.open(settings=settings) as library, told.during():
        report = library.update(sources=list(sources), progress=step)
        told.finish("partly" if report.failed else "done", (f"{report.new_papers:,} new papers",))
        # What the update brought is told already; the labs that look through the library read it behind that.
        library.keep_labs_up(labs, go_on)
    return report
