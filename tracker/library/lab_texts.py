"""The library's own texts as input for the labs: whole papers, their sentences, sentences that hold a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tracker.library.naming import pk_of
from tracker.store import papers as stored
from tracker.store.database import Database

if TYPE_CHECKING:
    from tracker.concepts.labs import LibraryText

#: So many abstracts with a word are looked through for sentences that are short enough.
_LOOKED_THROUGH = 500


def split(text: str) -> list[str]:
    """The sentences of an abstract."""
    from tracker.embed.sentences import sentences

    return [text[start:end] for start, end in sentences(text)]


def library_texts(db: Database) -> list[LibraryText]:
    """All papers with the text that the search embeds."""
    from tracker.concepts.labs import LibraryText

    with db.reader() as reader:
        rows = reader.rows("SELECT paper_pk, title, abstract FROM paper_text ORDER BY paper_pk")
        names = stored.ids_of(reader, [row[0] for row in rows])
    return [LibraryText(names[pk], title, text or "") for pk, title, text in rows if pk in names]


def paper_sentences(db: Database, paper: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """The title and the sentences of a paper that fit a lab, in their order.

    Raises:
        UnknownPaper: there is none of that name.
    """
    with db.reader() as reader:
        rows = reader.rows("SELECT title, abstract FROM paper_text WHERE paper_pk = :pk", {"pk": pk_of(db, paper)})
    found = [part for title, abstract in rows for part in (title, *split(abstract or ""))]
    return tuple(dict.fromkeys(part.strip() for part in found if fits(part)))


def uses(db: Database, word: str, count: int, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """Sentences of the library that hold a word as it stands, one of a paper, the first ``count`` found."""
    wanted = word.strip()
    if not wanted:
        return ()
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
    found: list[str] = []
    with db.reader() as reader:
        for (abstract,) in reader.rows(
            "SELECT abstract FROM paper_text WHERE instr(lower(abstract), :word) ORDER BY paper_pk LIMIT :most",
            {"word": wanted.lower(), "most": _LOOKED_THROUGH},
        ):
            held = (part.strip() for part in split(abstract) if pattern.search(part) and fits(part))
            if (use := next(held, None)) is not None:
                found.append(use)
            if len(found) == count:
                break
    return tuple(dict.fromkeys(found))
