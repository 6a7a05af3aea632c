"""Frozen values that travel between the rooms.  This package imports no room.

Raw material (what a list or a service said): :class:`Link`, :class:`Entry`,
:class:`Parsed`, :class:`Metadata`.  Requests and answers: :class:`Request`,
:class:`Document`.  What the library holds: :class:`Paper`, :class:`Mention`.
What an operation did: the ``*Report`` classes.  What a search found:
:class:`Hit`, :class:`SearchResult`.

Everybody imports from here; which file a record stands in is nobody's business.
Dates are :class:`datetime.date`; moments are aware :class:`datetime.datetime`
in UTC.  Tuples, never lists, so that a record can be a key.
"""

from __future__ import annotations

from tracker.records.library import (
    READING_STATUSES,
    ConceptLink,
    DuplicatePair,
    Hit,
    Match,
    Mention,
    Note,
    Origin,
    Paper,
    ReadingStatus,
    SearchResult,
)
from tracker.records.material import (
    SCHEMES,
    BenchmarkResult,
    Document,
    Entry,
    Identifier,
    Link,
    Metadata,
    Parsed,
    Problem,
    Request,
    SourceSpec,
)
from tracker.records.reports import (
    CheckFinding,
    EmbedReport,
    EnrichReport,
    ImportReport,
    LibraryStatus,
    Progress,
    SourceReport,
    SourceState,
    UpdateReport,
)

__all__ = [
    "READING_STATUSES",
    "SCHEMES",
    "BenchmarkResult",
    "CheckFinding",
    "ConceptLink",
    "Document",
    "DuplicatePair",
    "EmbedReport",
    "EnrichReport",
    "Entry",
    "Hit",
    "Identifier",
    "ImportReport",
    "LibraryStatus",
    "Link",
    "Match",
    "Mention",
    "Metadata",
    "Note",
    "Origin",
    "Paper",
    "Parsed",
    "Problem",
    "Progress",
    "ReadingStatus",
    "Request",
    "SearchResult",
    "SourceReport",
    "SourceSpec",
    "SourceState",
    "UpdateReport",
]
