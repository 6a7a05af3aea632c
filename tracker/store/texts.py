"""The text that a paper is found by: one row a paper, which the full-text index and the vectors follow."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.store.reader import Queryable, as_reader

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchText:
    """A paper's searchable text.

    ``text`` is the abstract or what stands in for it, ``listed`` the names
    that lists use.  ``fingerprint`` covers what is embedded: title and text.
    """

    title: str
    text: str = ""
    authors: str = ""
    listed: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of title and text; the same text has the same vectors."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode("utf-8", "surrogatepass")).hexdigest()


def put_text(session: Session, pk: int, text: SearchText) -> bool:
    """Write a paper's text, if it differs; the notes column stays.  Returns True when it was written."""
    from tracker.store import statements
    from tracker.store.tables import PaperTextRow

    row = {
        "title": text.title,
        "abstract": text.text,
        "authors": text.authors,
        "listed": text.listed,
        "text_hash": text.fingerprint,
    }
    sql = "SELECT title, abstract, authors, listed, text_hash FROM paper_text WHERE paper_pk = :pk"
    if as_reader(session).rows(sql, {"pk": pk}) == [tuple(row.values())]:
        return False
    statements.upsert(session, PaperTextRow, [{"paper_pk": pk, **row}], ("paper_pk",))
    return True


def refresh_notes(session: Session, pk: int) -> None:
    """Make the searchable notes of a paper those that it has: every note, oldest first, then its tags."""
    from tracker.store import statements
    from tracker.store.tables import PaperTextRow

    reader = as_reader(session)
    notes = reader.rows("SELECT body FROM note WHERE paper_pk = :pk ORDER BY created_at, id", {"pk": pk})
    tags = reader.rows("SELECT name FROM tag WHERE paper_pk = :pk ORDER BY name", {"pk": pk})
    text = "\n".join(row[0] for row in (*notes, *tags))
    statements.upsert(session, PaperTextRow, [{"paper_pk": pk, "notes": text}], ("paper_pk",))


def hashes(source: Queryable) -> dict[int, str]:
    """The fingerprint of every paper's text."""
    return dict(as_reader(source).rows("SELECT paper_pk, text_hash FROM paper_text"))
