"""The facade: :class:`Tracker` composes the rooms; command line, dashboard and API call nothing else."""

from __future__ import annotations

from tracker.facade.bringing import Bringing
from tracker.facade.curating import Curating
from tracker.facade.keeping import Keeping
from tracker.facade.reading import Reading
from tracker.facade.types import ExportFormat, OnProgress, SearchMode, Sort, utc_now

__all__ = ["ExportFormat", "OnProgress", "SearchMode", "Sort", "Tracker", "utc_now"]


class Tracker(Bringing, Reading, Curating, Keeping):
    """A library of papers.

    Open it with :meth:`open`, close it or use it as a context manager.  One
    object may be shared by several threads.  Papers are named by their id
    (``arxiv:1706.03762``), a former id, any identifier (``1706.03762v5``, a
    DOI, an address) or the beginning of exactly one id.

    All methods raise :class:`~tracker.errors.TrackerError` and nothing else
    for what can go wrong in ordinary use; each says what and where.
    """
