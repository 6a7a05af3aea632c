"""What every library file carries, kept here as constants so that opening one needs no Alembic."""

from __future__ import annotations

#: Revisions of the schema, oldest first; a test holds this equal to the migrations folder.
REVISIONS: tuple[str, ...] = ("0001", "0002")

#: The revision that this version of the tracker reads and writes.
HEAD: str = REVISIONS[-1]

#: ``PRAGMA application_id`` of a library: the letters "PTRK".
APPLICATION_ID: int = 0x5054524B

#: Larger than the default 4 KiB, so that rows with 1.5 KiB vectors waste less of each page.
PAGE_SIZE: int = 8192

#: Seconds that a reader or writer waits for a lock before it gives up.
BUSY_SECONDS: float = 30.0

#: The full-text index, its shadow tables and SQLite's own, none of which are SQLModel tables.
UNMAPPED_PREFIXES: tuple[str, ...] = ("paper_fts", "sqlite_", "alembic_version")

#: The triggers that keep the full-text index and the counting of changes in step; a migration may drop them unasked.
TRIGGERS: tuple[str, ...] = (
    "note_deleted",
    "note_inserted",
    "note_updated",
    "paper_text_deleted",
    "paper_text_inserted",
    "paper_text_updated",
    "reading_deleted",
    "reading_inserted",
    "reading_updated",
    "seen_until_deleted",
    "seen_until_inserted",
    "seen_until_updated",
    "tag_deleted",
    "tag_inserted",
    "tag_updated",
    "vector_deleted",
    "vector_inserted",
    "vector_updated",
)
