"""Reading the library for the labs that look through it: in a process of its own, gently, started when first wanted."""

from __future__ import annotations

import os
import subprocess

import streamlit as st

from app import library
from tracker import running

LOG = "labs.log"
_NICENESS = 10


def at_work(*without: str) -> bool:
    """Whether this process started the reading, by the model without these parts, and it goes on."""
    child = _children().get((str(library.settings().home), *without))
    return child is not None and child.poll() is None


def start(*without: str) -> bool:
    """Start the reading; False when it is at work already.  What was read before is kept, so it may be stopped.

    Args:
        without: parts of the model that are off, as ``tracker lab --without`` names them.
    """
    if at_work(*without):
        return False
    here = library.settings()
    here.home.mkdir(parents=True, exist_ok=True)
    command = running.command("tracker.cli", "--home", str(here.home), "lab", "--build")
    command += [word for part in without for word in ("--without", part)]
    with (here.home / LOG).open("wb") as log:
        # One thread at a low priority: searches and an update that runs meanwhile come first.
        child = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**running.environment(), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
    _children()[str(here.home), *without] = child
    return True


@st.cache_resource(show_spinner=False)
def _children() -> dict[tuple[str, ...], subprocess.Popen[bytes]]:
    """The readings that this process started, kept so that they are waited for."""
    return {}
