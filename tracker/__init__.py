"""A tracker for people who learn machine learning by reading papers.

>>> from tracker import Tracker
>>> with Tracker.open() as library:  # doctest: +SKIP
...     library.update()
...     library.search("why do feed-forward layers remember facts")
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.errors import TrackerError
    from tracker.service import Tracker
    from tracker.settings import Settings, load_settings

__version__ = "0.1.0"

# A library does not print: whoever wants the warnings adds a handler of their own.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = ["Settings", "Tracker", "TrackerError", "__version__", "load_settings"]

_HOMES = {
    "Settings": "tracker.settings",
    "load_settings": "tracker.settings",
    "Tracker": "tracker.service",
    "TrackerError": "tracker.errors",
}


def __getattr__(name: str) -> Any:
    """Public names load on first use, so that ``tracker --help`` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
