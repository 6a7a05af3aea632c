"""Names of types that the facade's signatures share, and its clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from tracker.records import Progress

OnProgress = Callable[[Progress], None]
ExportFormat = Literal["jsonl", "bibtex", "ris", "csv", "csljson"]
SearchMode = Literal["hybrid", "words", "meaning"]
Sort = Literal["added", "published", "endorsed", "title", "priority"]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
