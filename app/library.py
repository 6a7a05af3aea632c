"""The library behind all pages: one open :class:`Tracker` a process, and updates in a process of their own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import streamlit as st

from tracker import running
from tracker.errors import TrackerError
from tracker.progressfile import RunProgress, read_progress
from tracker.settings import Settings, load_settings

if TYPE_CHECKING:
    from tracker.service import Tracker

UPDATE_LOG = "update.log"
#: An argument of the page's script: a server that stays loads what searching needs before anybody searches.
WARM = "--warm"
_NICENESS = 10


def settings() -> Settings:
    """The settings of this process, read anew so that a mended file counts at the next click.

    Raises:
        SettingsError: a variable or a line of the settings file is wrong.
    """
    return load_settings()


def tracker() -> Tracker:
    """The one open library of this process; safe to call from all sessions' threads."""
    return _open(settings())


@st.cache_resource(
    show_spinner="Opening your library …", hash_funcs={Settings: lambda s: (str(s.home), s.database_url)}
)
def _open(settings: Settings) -> Tracker:
    from tracker.service import Tracker

    opened = Tracker.open(settings=settings)
    if WARM in sys.argv[1:]:
        threading.Thread(target=_warm, args=(opened,), name="warm", daemon=True).start()
    return opened


def _warm(opened: Tracker) -> None:
    """Load what the first search and the first look at the reading list need, behind the first page."""
    if sys.platform == "linux":  # where a thread may be less urgent than others: the page comes first
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
    for step in (lambda: opened.search("warm", 1), lambda: opened.read_next(1)):
        try:
            step()
        except TrackerError as error:
            logging.getLogger(__name__).warning("what the first search needs was not loaded: %s", error)


def progress() -> RunProgress | None:
    """How far the running or last update has come, whoever started it."""
    return read_progress(settings().home)


def updating() -> bool:
    """Whether an update is at work."""
    child = _children().get(str(settings().home))
    if child is not None and child.poll() is None:
        return True
    now = progress()
    return bool(now and now.running())


def start_update(sources: tuple[str, ...] = (), *, force: bool = False) -> bool:
    """Start an update in a process of its own; False when one is at work already.

    A process and not a thread: parsing and embedding would take the
    interpreter from the pages that people click in.
    """
    if updating():
        return False
    here = settings()
    here.home.mkdir(parents=True, exist_ok=True)
    command = running.command("tracker.cli", "--home", str(here.home), "update", *sources)
    if force:
        command.append("--force")
    with (here.home / UPDATE_LOG).open("wb") as log:
        _children()[str(here.home)] = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command, env=running.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    return True


@st.cache_resource(show_spinner=False)
def _children() -> dict[str, subprocess.Popen[bytes]]:
    """The updates that this process started, kept so that they are waited for."""
    return {}
