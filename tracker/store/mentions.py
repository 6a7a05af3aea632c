"""Papers' places on lists."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tracker.records import Entry, Mention
from tracker.store.decode import links, plain_links, strings
from tracker.store.reader import Queryable, Row, as_reader
from tracker.store.times import loaded, loaded_at, loaded_date

if TYPE_CHECKING:
    from sqlmodel import Session

_SELECT = (
    "SELECT m.pk, m.paper_pk, m.source_slug, s.kind, m.key, m.first_seen_at, m.last_changed_at, m.gone_at,"
    " m.title, m.url, m.same_as, m.links, m.alias, m.text, m.authors, m.year, m.month, m.section, m.marker,"
    " m.week_start, m.week_end, m.rank, m.document, m.line, m.abstract, m.published, m.code,"
    " s.last_success_at"
    " FROM mention m JOIN source s ON s.slug = m.source_slug"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMention:
    """A mention whole: the entry as the list gave it, and its history.

    ``kind`` is the source's; ``last_seen`` is when its list was last read, or when it was found gone.
    """

    pk: int
    paper_pk: int
    source: str
    kind: str
    key: str
    entry: Entry
    first_seen: datetime
    last_changed: datetime
    gone_at: datetime | None
    last_seen: datetime | None

    def record(self) -> Mention:
        """The mention as a paper carries it."""
        entry = self.entry
        return Mention(
            source=self.source,
            key=self.key,
            title=entry.title,
            url=entry.url,
            alias=entry.alias,
            text=entry.text,
            links=entry.links,
            section=entry.section,
            marker=entry.marker,
            authors=entry.authors,
            year=entry.year,
            month=entry.month,
            week_start=entry.week_start,
            week_end=entry.week_end,
            rank=entry.rank,
            document=entry.document,
            line=entry.line,
            first_seen=self.first_seen,
            last_seen=self.last_seen,
            gone_at=self.gone_at,
        )


def of_source(source: Queryable, slug: str) -> list[StoredMention]:
    """All mentions of a list, gone ones too, in the order they came."""
    rows = as_reader(source).rows(_SELECT + " WHERE m.source_slug = :slug ORDER BY m.pk", {"slug": slug})
    return [_mention(row) for row in rows]


def of_papers(source: Queryable, pks: Iterable[int]) -> dict[int, list[StoredMention]]:
    """All mentions of each paper, gone ones too, ordered by list and key; every paper asked about is in the answer."""
    pks = list(pks)
    found: dict[int, list[StoredMention]] = {pk: [] for pk in pks}
    sql = _SELECT + " WHERE m.paper_pk IN :pks ORDER BY m.source_slug, m.key"
    for row in as_reader(source).rows_in(sql, "pks", pks):
        found[row[1]].append(_mention(row))
    return found


def insert(session: Session, *, source: str, key: str, paper_pk: int, entry: Entry, now: datetime) -> int:
    """Write a mention that is new on its list and return its number; the paper is news if the list never named it."""
    from tracker.store import statements
    from tracker.store.tables import MentionRow

    values = {
        **_columns(entry),
        "source_slug": source,
        "key": key,
        "paper_pk": paper_pk,
        "first_seen_at": now,
        "last_changed_at": now,
    }
    pk = statements.insert(session, MentionRow, values)
    refresh_news(session, [paper_pk])
    return pk


def update(session: Session, pk: int, entry: Entry, now: datetime) -> None:
    """The list says it differently now; it stands there again if it was gone."""
    from tracker.store import statements
    from tracker.store.tables import MentionRow

    statements.update(session, MentionRow, {**_columns(entry), "last_changed_at": now, "gone_at": None}, pk=pk)


def relocate(session: Session, places: Iterable[tuple[int, str, int | None]]) -> None:
    """Only the document and line of mentions changed: ``(pk, document, line)``."""
    from tracker.store import statements
    from tracker.store.tables import MentionRow

    for pk, document, line in places:
        statements.update(session, MentionRow, {"document": document, "line": line}, pk=pk)


def mark_gone(session: Session, pks: Sequence[int], now: datetime) -> None:
    """The list dropped them."""
    _set_gone(session, pks, now)


def mark_returned(session: Session, pks: Sequence[int]) -> None:
    """The list names them again."""
    _set_gone(session, pks, None)


def rekey(session: Session, pk: int, key: str) -> None:
    """The same mention goes by another key now."""
    from tracker.store import statements
    from tracker.store.tables import MentionRow

    statements.update(session, MentionRow, {"key": key}, pk=pk)


def move(session: Session, pks: Sequence[int], paper_pk: int) -> None:
    """The mentions name another paper than was thought; what is news of the papers concerned is worked out again."""
    from tracker.store import statements
    from tracker.store.tables import MentionRow

    rows = as_reader(session).rows_in("SELECT DISTINCT paper_pk FROM mention WHERE pk IN :pks", "pks", pks)
    for chunk in _chunks(pks):
        statements.update(session, MentionRow, {"paper_pk": paper_pk}, pk=chunk)
    refresh_news(session, [paper_pk, *(row[0] for row in rows)])


def refresh_news(session: Session, paper_pks: Iterable[int]) -> None:
    """Work out ``paper.news_at``: when it was added, or the latest first mention on a list, whichever is later."""
    sql = (
        "UPDATE paper SET news_at = max(added_at, coalesce((SELECT max(first) FROM"
        " (SELECT min(first_seen_at) AS first FROM mention WHERE paper_pk = :pk GROUP BY source_slug)), added_at))"
        " WHERE pk = :pk"
    )
    reader = as_reader(session)
    for pk in set(paper_pks):
        reader.rows(sql, {"pk": pk})


def _set_gone(session: Session, pks: Sequence[int], moment: datetime | None) -> None:
    from tracker.store import statements
    from tracker.store.tables import MentionRow

    for chunk in _chunks(pks):
        statements.update(session, MentionRow, {"gone_at": moment}, pk=chunk)


def _chunks(pks: Sequence[int], size: int = 500) -> Iterable[list[int]]:
    return (list(pks[start : start + size]) for start in range(0, len(pks), size))


def _columns(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {field.name: getattr(entry, field.name) for field in dataclasses.fields(entry)}
    for name in ("same_as", "authors", "section", "code"):
        values[name] = list(values[name])
    values["links"] = plain_links(entry.links)
    return values


def _mention(row: Row) -> StoredMention:
    entry = Entry(
        title=row[8],
        url=row[9],
        same_as=strings(row[10]),
        links=links(row[11]),
        alias=row[12],
        text=row[13],
        authors=strings(row[14]),
        year=row[15],
        month=row[16],
        section=strings(row[17]),
        marker=row[18],
        week_start=loaded_date(row[19]),
        week_end=loaded_date(row[20]),
        rank=row[21],
        document=row[22],
        line=row[23],
        abstract=row[24],
        published=loaded_date(row[25]),
        code=strings(row[26]),
    )
    return StoredMention(
        pk=row[0],
        paper_pk=row[1],
        source=row[2],
        kind=row[3],
        key=row[4],
        entry=entry,
        first_seen=loaded_at(row[5]),
        last_changed=loaded_at(row[6]),
        gone_at=loaded(row[7]),
        last_seen=loaded(row[7] or row[27]) or loaded_at(row[6]),
    )
