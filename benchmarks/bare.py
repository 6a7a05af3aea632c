"""The least that Streamlit shows, one line: what its own client costs a browser, beside which our page is held."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.process import ProcessError, environment

#: Found by the same sign as a card of ours.
_PAGE = """
import streamlit as st
with st.container(key="card-bare"):
    st.markdown("[One line](https://example.org)")
"""
_WAIT = 30.0


@contextmanager
def bare() -> Iterator[str]:
    """The address of a page of one line, served by Streamlit alone.

    Raises:
        ProcessError: it did not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tracker-bare-") as folder:
        page = Path(folder) / "page.py"
        page.write_text(_PAGE, encoding="utf-8")
        command = [sys.executable, "-m", "streamlit", "run", str(page), "--server.headless", "true"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(port), "--browser.gatherUsageStats", "false"]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=folder, env=environment(), stdout=quiet, stderr=quiet
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(health: str) -> None:
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        try:
            with urlopen(health, timeout=2):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise ProcessError("a bare page of Streamlit did not start")
