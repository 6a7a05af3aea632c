"""What the dashboard's desk shows: news by list and week, the reading list with its dates, what to read next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log2
from typing import TYPE_CHECKING

from tracker.library.conditions import condition_of
from tracker.records import Paper
from tracker.search.query import parse
from tracker.store import listing, reading, vectors
from tracker.store.assemble import paper_records
from tracker.store.database import Database
from tracker.store.filters import NEW
from tracker.store.reader import Queryable, as_reader
from tracker.store.times import loaded_at, loaded_date, stored

if TYPE_CHECKING:
    from tracker.library.concepts import ConceptCard
    from tracker.store.listing import Sort

#: A queue entry older than this is brought up again.
FORGOTTEN = timedelta(days=30)
#: Cosine from which two papers count as near.
_NEAR = 0.5
_HIGH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsGroup:
    """New papers that one list brought in one week; ``source`` and ``week`` None for those on no list.

    ``papers`` are those of the page asked for; ``ids`` are all of the group, most endorsed first.
    """

    source: str | None
    week: date | None
    ids: tuple[str, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came since the last visit, latest week first; every paper is in exactly one group.

    ``as_of`` is the moment of looking, ``shown`` how many papers the groups hold, of ``total``.
    ``by_list`` counts the new papers that each list names.
    """

    as_of: datetime
    total: int
    shown: int
    groups: tuple[NewsGroup, ...]
    by_list: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingEntry:
    """A paper on the reading list with the days that count; ``lists`` is how many lists name it now."""

    paper: Paper
    lists: int = 0
    since: datetime | None = None
    queued: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A paper to read next, with what speaks for it (and, after "but", against it) in words."""

    entry: ReadingEntry
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingWeek:
    """What happened in the week that begins on ``start`` (a Monday)."""

    start: date
    queued: int = 0
    read: int = 0


class Views:
    """Read-only views over one library."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock

    # ------------------------------------------------------------ news

    def news(self, source: str | None, limit: int) -> News:
        """The first ``limit`` new papers by week and list; ``source`` narrows to what one list names."""
        now = self._clock()
        with self._db.reader() as reader:
            rows = as_reader(reader).rows(_NEWS)
            by_list: dict[str, set[int]] = {}
            for row in rows:
                if row[2] is not None:
                    by_list.setdefault(row[2], set()).add(row[0])
            wanted = [row for row in rows if source is None or row[2] == source]
            groups = _grouped(wanted)
            total = sum(map(len, groups.values()))
            shown: list[NewsGroup] = []
            left = limit
            for (week, slug), members in groups.items():
                papers = paper_records(reader, [pk for pk, _ in members[:left]])
                if not papers:
                    break
                ids = tuple(name for _, name in members)
                shown.append(NewsGroup(source=slug, week=week, ids=ids, papers=tuple(papers)))
                left -= len(papers)
        most = sorted(by_list.items(), key=lambda item: (-len(item[1]), item[0]))
        counts = {slug: len(pks) for slug, pks in most}
        return News(as_of=now, total=total, shown=limit - left, groups=tuple(shown), by_list=counts)

    # ------------------------------------------------------------ the reading list

    def entries(self, query: str, sort: Sort, limit: int | None, offset: int) -> tuple[ReadingEntry, ...]:
        """The papers that a query admits, with their dates.

        Raises:
            QueryError: a filter that cannot be read.
        """
        condition = condition_of(parse(query), words=True)
        with self._db.reader() as reader:
            return _entries(reader, listing.listed(reader, condition, sort=sort, limit=limit, offset=offset))

    def forgotten(self, limit: int) -> tuple[ReadingEntry, ...]:
        """What has been in the queue for more than 30 days, longest first."""
        sql = (
            "SELECT paper_pk FROM reading WHERE status = 'queued' AND coalesce(queued_at, status_at) < :before"
            " ORDER BY coalesce(queued_at, status_at), paper_pk LIMIT :limit"
        )
        with self._db.reader() as reader:
            rows = as_reader(reader).rows(sql, {"before": stored(self._clock() - FORGOTTEN), "limit": limit})
            return _entries(reader, [row[0] for row in rows])

    def weeks(self, count: int) -> tuple[ReadingWeek, ...]:
        """The last ``count`` weeks, oldest first: how many papers were queued and how many read in each."""
        today = self._clock().date()
        first = _monday(today) - timedelta(weeks=count - 1)
        with self._db.reader() as reader:
            queued, read = (_per_week(reader, column, first) for column in ("queued_at", "finished_at"))
        starts = [first + timedelta(weeks=i) for i in range(count)]
        return tuple(ReadingWeek(start=s, queued=queued.get(s, 0), read=read.get(s, 0)) for s in starts)

    # ------------------------------------------------------------ what to read next

    def read_next(self, cards: Sequence[ConceptCard], limit: int) -> tuple[Suggestion, ...]:
        """The queue by what speaks for each paper now; the inbox's most endorsed where the queue is empty.

        Args:
            cards: all concepts, with which of them are known.
            limit: how many.
        """
        with self._db.reader() as reader:
            pks = [row[0] for row in as_reader(reader).rows("SELECT paper_pk FROM reading WHERE status = 'queued'")]
            if not pks:
                inbox = condition_of(parse("status:inbox"), words=True)
                pks = listing.listed(reader, inbox, sort="endorsed", limit=50)
            near = _near_to_liked(reader, pks)
            entries = dict(zip(pks, _entries(reader, pks), strict=True))
        known = {card.slug: card for card in cards}
        now = self._clock()
        found = [_suggestion(entry, near.get(pk), known, now) for pk, entry in entries.items()]
        return tuple(sorted(found, key=lambda s: (-s.score, s.entry.paper.id))[:limit])


#: One row for each current mention of a new paper (one for a paper on no list), most endorsed paper first.
_NEWS = (
    "SELECT paper.pk, paper.id, m.source_slug, m.week_start, m.first_seen_at, paper.added_at,"
    " (SELECT count(DISTINCT e.source_slug) FROM mention e WHERE e.paper_pk = paper.pk AND e.gone_at IS NULL) AS lists"
    " FROM paper LEFT JOIN mention m ON m.paper_pk = paper.pk AND m.gone_at IS NULL WHERE {new}"
    " ORDER BY lists DESC, coalesce(m.rank, 1000000), paper.news_at DESC, paper.id"
).replace("{new}", NEW)

_Group = tuple[date, str | None]


def _grouped(rows: Iterable[Sequence[object]]) -> dict[_Group, list[tuple[int, str]]]:
    """Each paper in the group of its latest week (of its list's name where two are alike), latest week first."""
    latest: dict[int, tuple[str, _Group]] = {}
    for row in rows:
        pk, name, slug, week, seen, added = row[:6]
        day = loaded_date(str(week)) if week else _monday(loaded_at(str(seen or added)).date())
        place: _Group = (day or date.min, None if slug is None else str(slug))
        held = latest.get(int(str(pk)))
        if held is None or (-place[0].toordinal(), place[1] or "") < (-held[1][0].toordinal(), held[1][1] or ""):
            latest[int(str(pk))] = (str(name), place)
    groups: dict[_Group, list[tuple[int, str]]] = {}
    for pk, (name, place) in latest.items():  # in the order of the rows: most endorsed first
        groups.setdefault(place, []).append((pk, name))
    return dict(sorted(groups.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1] or "~")))


def _entries(reader: Queryable, pks: Sequence[int]) -> tuple[ReadingEntry, ...]:
    held = reading.of_papers(reader, pks)
    return tuple(
        ReadingEntry(
            paper=paper,
            lists=len({m.source for m in paper.mentions if m.gone_at is None}),
            since=held[pk].status_at,
            queued=held[pk].queued_at,
            started=held[pk].started_at,
            finished=held[pk].finished_at,
        )
        for pk, paper in zip(pks, paper_records(reader, pks), strict=True)
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _per_week(source: Queryable, column: str, first: date) -> dict[date, int]:
    sql = f"SELECT date({column}) FROM reading WHERE {column} >= :first"  # noqa: S608  # one of our own two columns
    counts: dict[date, int] = {}
    for (day,) in as_reader(source).rows(sql, {"first": first.isoformat()}):
        week = _monday(date.fromisoformat(day))
        counts[week] = counts.get(week, 0) + 1
    return counts


def _near_to_liked(source: Queryable, pks: Sequence[int]) -> dict[int, tuple[str, int, float]]:
    """For each paper the nearest of those rated 4 or 5: its title, its rating, and how near (cosine)."""
    reader = as_reader(source)
    liked = reader.rows(
        "SELECT r.paper_pk, p.title, r.rating FROM reading r JOIN paper p ON p.pk = r.paper_pk WHERE r.rating >= :high",
        {"high": _HIGH},
    )
    held = vectors.models(reader)
    if not liked or not held:
        return {}
    model = max(held, key=lambda name: (held[name], name))
    theirs = vectors.of_papers(reader, model, [row[0] for row in liked])
    ours = vectors.of_papers(reader, model, pks)
    titles = {row[0]: (str(row[1]), int(row[2])) for row in liked}
    found: dict[int, tuple[str, int, float]] = {}
    for pk, row in zip(ours.pks.tolist(), ours.matrix @ theirs.matrix.T, strict=True):
        for place in row.argsort()[::-1]:
            other = int(theirs.pks[place])
            if other != pk:
                if row[place] >= _NEAR and row[place] > found.get(pk, ("", 0, 0.0))[2]:
                    found[pk] = (*titles[other], float(row[place]))
                break
    return found


def _suggestion(
    entry: ReadingEntry, near: tuple[str, int, float] | None, known: Mapping[str, ConceptCard], now: datetime
) -> Suggestion:
    reasons: list[str] = []
    score = 0.0
    if entry.paper.priority:
        score += 1.5 * entry.paper.priority
        reasons.append(f"you gave it priority {entry.paper.priority}")
    ready, why = _prerequisites(entry.paper, known)
    score += ready
    if near:
        score += 2.0 * near[2]
        reasons.append(f"near to “{near[0]}”, which you rated {near[1]}")
    if entry.lists > 1:
        score += log2(entry.lists)
        reasons.append(f"{entry.lists} lists name it")
    age = (now - entry.queued).days if entry.queued else 0
    if age >= 1:
        score += min(age / 30, 2.0)
        reasons.append(f"in your queue for {age} {'day' if age == 1 else 'days'}")
    reasons += why
    return Suggestion(entry=entry, score=score, reasons=tuple(reasons) or ("it is new to you",))


def _prerequisites(paper: Paper, known: Mapping[str, ConceptCard]) -> tuple[float, list[str]]:
    """Whether the reader knows what the paper's strongest concepts build on."""
    about = [known[link.slug] for link in paper.concepts if link.slug in known][:3]
    own = {card.slug for card in about}
    needed = [known[n] for n in dict.fromkeys(n for c in about for n in c.prerequisites) if n in known and n not in own]
    if not needed:
        return 0.0, []
    missing = [card.title for card in needed if not card.known]
    if not missing:
        return 1.5, ["you know what it builds on: " + ", ".join(card.title for card in needed[:3])]
    return -min(0.5 * len(missing), 1.5), ["but it builds on " + ", ".join(missing[:3])]
