"""The shapes that the API promises.  Apart from the records, so that a change inside is not a change outside."""

from __future__ import annotations

from tracker.api.models.base import SAYS, Model, Status
from tracker.api.models.changes import Accepted, NoteText, ReadingChange, SearchText, TagChange, UpdateWish
from tracker.api.models.concepts import ConceptText, ConceptWhole, KeyPaperOut, ResourceOut, TiedPaper
from tracker.api.models.finding import (
    ConceptList,
    ConceptOut,
    FoundOut,
    HitOut,
    MatchOut,
    PathOut,
    SavedList,
    SavedOut,
    StepOut,
)
from tracker.api.models.keeping import OutageOut, RunList, RunOut, SourceList, SourceOut, StatusOut, TurnOut
from tracker.api.models.papers import ConceptTie, LinkOut, MentionOut, NoteOut, PaperOut, PaperPage, PaperWhole

__all__ = [
    "SAYS",
    "Accepted",
    "ConceptList",
    "ConceptOut",
    "ConceptText",
    "ConceptTie",
    "ConceptWhole",
    "FoundOut",
    "HitOut",
    "KeyPaperOut",
    "LinkOut",
    "MatchOut",
    "MentionOut",
    "Model",
    "NoteOut",
    "NoteText",
    "OutageOut",
    "PaperOut",
    "PaperPage",
    "PaperWhole",
    "PathOut",
    "ReadingChange",
    "ResourceOut",
    "RunList",
    "RunOut",
    "SavedList",
    "SavedOut",
    "SearchText",
    "SourceList",
    "SourceOut",
    "Status",
    "StatusOut",
    "StepOut",
    "TagChange",
    "TiedPaper",
    "TurnOut",
    "UpdateWish",
]
