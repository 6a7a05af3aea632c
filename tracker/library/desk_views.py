"""What the dashboard's desk shows: news by list and week, the reading list with its dates, what to read next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from math import log2
from typing import TYPE_CHECKING

from tracker.library.conditions import condition_of
from tracker.library.kept import Kept
from tracker.library.newsboard import NewsBoard
from tracker.records import Paper
from tracker.search.query import parse
from tracker.store import listing, reading, vectors
from tracker.store.assemble import concepts_of, paper_records
from tracker.store.database import Database
from tracker.store.reader import Queryable, as_reader
from tracker.store.times import loaded, stored

if TYPE_CHECKING:
    from tracker.library.concepts import ConceptCard
    from tracker.store.listing import Sort

#: A queue entry older than this is brought up again.
FORGOTTEN = timedelta(days=30)
#: Cosine from which two papers count as near.
_NEAR = 0.5
_HIGH = 4
#: Longer lists are read each time: they would be held in memory for nothing.
_KEPT_ENTRIES = 200
#: Seconds for which what was advised stands while nothing is written: the days that a paper waited go on by themselves.
_STANDS = 600


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

    def __init__(self, db: Database, clock: Callable[[], datetime], board: NewsBoard, kept: Kept) -> None:
        self._db = db
        self._clock = clock
        self._board = board
        self._kept = kept

    # ------------------------------------------------------------ news

    def news(
        self, source: str | None, limit: int, each: int | None, opened: Mapping[tuple[str | None, date | None], int]
    ) -> News:
        """New papers by week and list: groups until ``limit`` papers are named, see the facade's ``news_by_week``."""
        now, version = self._clock(), self._db.version()
        with self._db.reader() as reader:
            board = self._board.look(reader, version, source)
            some: dict[tuple[date, str | None], list[int]] = {}
            named = 0
            for (week, slug), members in board.groups.items():
                if named >= limit:
                    break
                few = min(len(members), limit - named if each is None else each)
                most = max(few, opened.get((slug, week), 0))
                some[week, slug] = list(islice(members, most + 1 if each and len(members) == most + 1 else most))
                named += few  # a group that is opened pushes no other away
            wanted = [pk for pks in some.values() for pk in pks]
            records = dict(zip(wanted, paper_records(reader, wanted), strict=True))
        shown = tuple(
            NewsGroup(
                source=slug,
                week=week,
                ids=tuple(board.groups[week, slug].values()),
                papers=tuple(records[pk] for pk in pks),
            )
            for (week, slug), pks in some.items()
        )
        return News(as_of=now, total=board.total, shown=len(wanted), groups=shown, by_list=board.by_list)

    # ------------------------------------------------------------ the reading list

    def entries(self, query: str, sort: Sort, limit: int | None, offset: int) -> tuple[ReadingEntry, ...]:
        """The papers that a query admits, with their dates.

        Raises:
            QueryError: a filter that cannot be read.
        """
        condition = condition_of(parse(query), words=True)

        def read() -> tuple[ReadingEntry, ...]:
            with self._db.reader() as reader:
                return _entries(reader, listing.listed(reader, condition, sort=sort, limit=limit, offset=offset))

        if limit is None or limit > _KEPT_ENTRIES:
            return read()
        return self._kept.get(("entries", query, sort, limit, offset), self._db.version(), read)

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

    def read_next(self, cards: Callable[[], Sequence[ConceptCard]], limit: int) -> tuple[Suggestion, ...]:
        """The queue by what speaks for each paper now; the inbox's most endorsed where the queue is empty.

        Args:
            cards: gives all concepts, with which of them are known.
            limit: how many.
        """
        moment = int(self._clock().timestamp() // _STANDS)
        return self._kept.get(
            ("next", limit, moment), self._db.version(), lambda: self._advice(cards(), limit)
        )  # fmt: skip

    def _advice(self, cards: Sequence[ConceptCard], limit: int) -> tuple[Suggestion, ...]:
        with self._db.reader() as reader:
            pks = [row[0] for row in as_reader(reader).rows("SELECT paper_pk FROM reading WHERE status = 'queued'")]
            if not pks:
                inbox = condition_of(parse("status:inbox"), words=True)
                pks = listing.listed(reader, inbox, sort="endorsed", limit=50)
            near = _near_to_liked(reader, pks)
            known = {card.slug: card for card in cards}
            weighed = _weighed(reader, pks, near, known, self._clock())
            best = sorted(weighed.items(), key=lambda item: (-item[1][0], item[0]))[:limit]
            entries = _entries(reader, [pk for pk, _ in best])
        return tuple(
            Suggestion(entry=entry, score=score, reasons=tuple(reasons) or ("it is new to you",))
            for entry, (_, (score, reasons)) in zip(entries, best, strict=True)
        )


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
    held = vectors.models_of(reader, [row[0] for row in liked])
    if not held:
        return {}
    model = max(held, key=lambda name: (held[name], name))
    theirs = vectors.of_papers(reader, model, [row[0] for row in liked])
    ours = vectors.of_papers(reader, model, pks)
    titles = {row[0]: (str(row[1]), int(row[2])) for row in liked}
    found: dict[int, tuple[str, int, float]] = {}
    scores = ours.matrix @ theirs.matrix.T
    scores[ours.pks[:, None] == theirs.pks[None, :]] = 0.0  # nobody is near to itself
    best = scores.argmax(axis=1)
    for pk, place, row in zip(ours.pks.tolist(), best.tolist(), scores, strict=True):
        if row[place] >= _NEAR and row[place] > found.get(pk, ("", 0, 0.0))[2]:
            found[pk] = (*titles[int(theirs.pks[place])], float(row[place]))
    return found


def _weighed(
    source: Queryable,
    pks: Sequence[int],
    near: Mapping[int, tuple[str, int, float]],
    known: Mapping[str, ConceptCard],
    now: datetime,
) -> dict[int, tuple[float, list[str]]]:
    """What speaks for each paper, as a score and in words; of thousands, so that only the best are read whole."""
    reader = as_reader(source)
    marks = "SELECT paper_pk, priority, queued_at FROM reading WHERE paper_pk IN :pks"
    held = {pk: (priority, loaded(queued)) for pk, priority, queued in reader.rows_in(marks, "pks", pks)}
    sql = (
        "SELECT paper_pk, count(DISTINCT source_slug) FROM mention"
        " WHERE gone_at IS NULL AND paper_pk IN :pks GROUP BY paper_pk"
    )
    lists: dict[int, int] = dict(reader.rows_in(sql, "pks", pks))
    concepts = concepts_of(reader, pks)
    found: dict[int, tuple[float, list[str]]] = {}
    for pk in pks:
        reasons: list[str] = []
        score = 0.0
        priority, queued = held.get(pk, (0, None))
        if priority:
            score += 1.5 * priority
            reasons.append(f"you gave it priority {priority}")
        ready, why = _prerequisites([link.slug for link in concepts.get(pk, ())], known)
        score += ready
        if pk in near:
            title, rating, cosine = near[pk]
            score += 2.0 * cosine
            reasons.append(f"near to “{title}”, which you rated {rating}")
        if (number := lists.get(pk, 0)) > 1:
            score += log2(number)
            reasons.append(f"{number} lists name it")
        age = (now - queued).days if queued else 0
        if age >= 1:
            score += min(age / 30, 2.0)
            reasons.append(f"in your queue for {age} {'day' if age == 1 else 'days'}")
        found[pk] = (score, reasons + why)
    return found


def _prerequisites(slugs: Sequence[str], known: Mapping[str, ConceptCard]) -> tuple[float, list[str]]:
    """Whether the reader knows what a paper's strongest concepts (``slugs``, strongest first) build on."""
    about = [known[slug] for slug in slugs if slug in known][:3]
    own = {card.slug for card in about}
    needed = [known[n] for n in dict.fromkeys(n for c in about for n in c.prerequisites) if n in known and n not in own]
    if not needed:
        return 0.0, []
    missing = [card.title for card in needed if not card.known]
    if not missing:
        return 1.5, ["you know what it builds on: " + ", ".join(card.title for card in needed[:3])]
    return -min(0.5 * len(missing), 1.5), ["you have not read about " + ", ".join(missing[:3]) + " yet"]
