"""The reader's notes and tags."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.records import Note
from tracker.store.reader import Queryable, as_reader
from tracker.store.texts import refresh_notes
from tracker.store.times import loaded_at

if TYPE_CHECKING:
    from sqlmodel import Session

#: Characters of a tag.
LONGEST_TAG = 100


def add(session: Session, pk: int, body: str, now: datetime) -> Note:
    """Write a note to a paper.

    Raises:
        UsageError: there is nothing in it.
    """
    if not body.strip():
        raise UsageError("the note is empty")
    note = Note(id=uuid.uuid4().hex[:12], body=body, created=now, updated=now)
    put(session, pk, note)
    return note


def put(session: Session, pk: int, note: Note) -> bool:
    """Write a note as it is, for imports; one of the same id stays if it was edited later.

    Returns:
        True when it was written.
    """
    from tracker.store import statements
    from tracker.store.tables import NoteRow

    held = as_reader(session).rows("SELECT updated_at, body FROM note WHERE id = :id", {"id": note.id})
    if held and (loaded_at(held[0][0]) > note.updated or held[0][1] == note.body):
        return False
    if held:
        edit(session, note.id, note.body, note.updated)
        return True
    row = {"id": note.id, "paper_pk": pk, "body": note.body, "created_at": note.created, "updated_at": note.updated}
    statements.insert(session, NoteRow, row)
    refresh_notes(session, pk)
    return True


def edit(session: Session, note_id: str, body: str, now: datetime) -> Note:
    """Change what a note says.

    Raises:
        UsageError: there is no such note, or nothing would be left of it.
    """
    from tracker.store import statements
    from tracker.store.tables import NoteRow

    pk, created = _find(session, note_id)
    if not body.strip():
        raise UsageError("the note would be empty", cure="delete it instead")
    statements.update(session, NoteRow, {"body": body, "updated_at": now}, id=note_id)
    refresh_notes(session, pk)
    return Note(id=note_id, body=body, created=created, updated=now)


def delete(session: Session, note_id: str) -> None:
    """Delete a note.

    Raises:
        UsageError: there is no such note.
    """
    from tracker.store import statements
    from tracker.store.tables import NoteRow

    pk, _created = _find(session, note_id)
    statements.delete(session, NoteRow, id=note_id)
    refresh_notes(session, pk)


def paper_of(source: Queryable, note_id: str) -> int:
    """The paper that a note belongs to.

    Raises:
        UsageError: there is no such note.
    """
    return _find(source, note_id)[0]


def owner(source: Queryable, note_id: str) -> int | None:
    """The paper that a note belongs to; None where there is no such note."""
    rows = as_reader(source).rows("SELECT paper_pk FROM note WHERE id = :id", {"id": note_id})
    return int(rows[0][0]) if rows else None


def add_tags(session: Session, pk: int, names: Iterable[str], now: datetime) -> None:
    """Tie words to a paper; one that it has already, in whatever case, stays as it was written first.

    Raises:
        UsageError: an empty word, or a very long one.
    """
    from tracker.store import statements
    from tracker.store.tables import TagRow

    held = {row[0].casefold() for row in _tags(session, pk)}
    fresh = {name.casefold(): name for name in reversed([_tag(name) for name in names]) if name.casefold() not in held}
    rows = [{"paper_pk": pk, "name": name, "added_at": now} for name in fresh.values()]
    statements.insert_many(session, TagRow, rows)
    if rows:
        refresh_notes(session, pk)


def remove_tags(session: Session, pk: int, names: Iterable[str]) -> None:
    """Untie words from a paper, in whatever case; those it does not have are passed over.

    Raises:
        UsageError: an empty word, or a very long one.
    """
    from tracker.store import statements
    from tracker.store.tables import TagRow

    unwanted = {_tag(name).casefold() for name in names}
    held = [row[0] for row in _tags(session, pk) if row[0].casefold() in unwanted]
    if held:
        statements.delete(session, TagRow, paper_pk=pk, name=held)
        refresh_notes(session, pk)


def tag_counts(source: Queryable) -> dict[str, int]:
    """How many papers have each tag, most used first."""
    sql = "SELECT name, count(*) FROM tag GROUP BY name ORDER BY count(*) DESC, name"
    return dict(as_reader(source).rows(sql))


def _tags(source: Queryable, pk: int) -> list[tuple[str, ...]]:
    return as_reader(source).rows("SELECT name FROM tag WHERE paper_pk = :pk", {"pk": pk})


def _tag(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_TAG:
        raise UsageError(f"{name[:40]!r} is no tag", cure=f"use 1 to {LONGEST_TAG} characters")
    return clean


def _find(source: Queryable, note_id: str) -> tuple[int, datetime]:
    rows = as_reader(source).rows("SELECT paper_pk, created_at FROM note WHERE id = :id", {"id": note_id})
    if not rows:
        raise UsageError(f"there is no note {note_id!r}", cure="see: tracker show PAPER")
    return int(rows[0][0]), loaded_at(rows[0][1])
