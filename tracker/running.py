"""Starting this very tracker again in a process of its own, wherever it is called from."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PARENT = str(Path(__file__).resolve().parents[1])


def command(module: str, *arguments: str) -> list[str]:
    """The command line of a module, ours or Streamlit's; start it with :func:`environment`.

    ``-P`` keeps the folder that one happens to stand in off the search path: another ``tracker`` may lie there.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The environment of this process, in which the child finds the same package, installed or not."""
    paths = [_PARENT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
