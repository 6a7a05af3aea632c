"""News by week and list, what to read next, what was forgotten, the weeks gone by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.desk_library import PAPERS, fill, id_of
from tracker.library import desk_views
from tracker.library.concepts import ConceptCard
from tracker.service import Tracker

NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[Tracker]:
    fill(tmp_path)
    with Tracker.open(tmp_path) as opened:
        opened._clock = lambda: NOW
        yield opened


def at(tracker: Tracker, moment: datetime) -> Tracker:
    tracker._clock = lambda: moment
    return tracker


def test_every_new_paper_is_in_one_group_most_endorsed_first(tracker: Tracker) -> None:
    news = tracker.news_by_week()
    ids = [name for group in news.groups for name in group.ids]
    assert sorted(ids) == [id_of(n) for n in range(len(PAPERS))]
    assert [(g.source, g.week) for g in news.groups] == [
        (None, date(2026, 5, 4)),
        ("monthly", date(2026, 4, 27)),
        ("weekly", date(2026, 4, 27)),
        ("weekly", date(2026, 4, 20)),
    ]
    assert news.groups[1].ids == (id_of(0), id_of(3)), "two lists each: then the better rank"
    assert news.by_list == {"weekly": 5, "monthly": 2}
    assert (news.total, news.shown) == (6, 6)


def test_the_limit_cuts_within_groups_and_a_list_narrows(tracker: Tracker) -> None:
    news = tracker.news_by_week(limit=2)
    assert news.shown == 2
    assert [len(g.papers) for g in news.groups] == [1, 1]
    assert len(news.groups[1].ids) == 2, "the ids are of the whole group"
    narrowed = tracker.news_by_week(source="monthly")
    assert [g.source for g in narrowed.groups] == ["monthly"]
    tracker.act([id_of(0)], "skipped")
    assert tracker.news_by_week(source="monthly").total == 1


def test_few_of_each_group_and_more_of_those_that_are_opened(tracker: Tracker) -> None:
    news = tracker.news_by_week(limit=3, each=1)
    assert [(len(g.papers), len(g.ids)) for g in news.groups] == [(1, 1), (2, 2), (1, 1)]
    opened = {("weekly", date(2026, 4, 27)): 5}
    assert [g.ids for g in tracker.news_by_week(limit=9, each=1, opened=opened).groups] == [
        g.ids for g in tracker.news_by_week(limit=9).groups
    ]
    assert sum(len(g.papers) for g in tracker.news_by_week(limit=9, each=1).groups) == news.total


def test_forgotten_entries_come_back_until_they_are_kept_or_skipped(tracker: Tracker) -> None:
    at(tracker, NOW - timedelta(days=50)).act([id_of(1)], "queued")
    at(tracker, NOW - timedelta(days=40)).act([id_of(0)], "queued")
    at(tracker, NOW - timedelta(days=29)).act([id_of(2)], "queued")
    at(tracker, NOW)
    assert [entry.paper.id for entry in tracker.forgotten()] == [id_of(1), id_of(0)]
    tracker.requeue([id_of(1)])
    assert [entry.paper.id for entry in tracker.forgotten()] == [id_of(0)]


def test_the_weeks_count_what_was_queued_and_read(tracker: Tracker) -> None:
    at(tracker, NOW - timedelta(days=7)).act([id_of(0), id_of(1)], "queued")
    at(tracker, NOW).act([id_of(0)], "read")
    weeks = tracker.reading_weeks(3)
    assert [(w.start.isoformat(), w.queued, w.read) for w in weeks] == [
        ("2026-04-20", 0, 0),
        ("2026-04-27", 2, 0),
        ("2026-05-04", 0, 1),
    ]


def test_read_next_says_why(tracker: Tracker) -> None:
    tracker.act([id_of(4)], "read", rating=5)
    at(tracker, NOW - timedelta(days=12)).act([id_of(3), id_of(1)], "queued")
    at(tracker, NOW).act([id_of(1)], priority=1)
    first, second = tracker.read_next()
    assert first.entry.paper.id == id_of(3), "near to what was liked, on two lists"
    assert first.reasons == (
        "near to “Clouds of Attention”, which you rated 5",
        "2 lists name it",
        "in your queue for 12 days",
    )
    assert second.reasons == ("you gave it priority 1", "in your queue for 12 days")


def test_without_a_queue_the_inbox_is_proposed(tracker: Tracker) -> None:
    assert {s.entry.paper.id for s in tracker.read_next(2)} == {id_of(0), id_of(3)}


def card(slug: str, known: bool, *needs: str) -> ConceptCard:
    return ConceptCard(
        slug=slug, title=slug.title(), one_line="", group="", papers=0, read=0, known=known, prerequisites=needs
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [(True, (1.5, ["you know what it builds on: Vectors"])), (False, (-0.5, ["you have not read about Vectors yet"]))],
)
def test_prerequisites_speak_for_or_against(known: bool, expected: tuple[float, list[str]]) -> None:
    cards = {c.slug: c for c in (card("vectors", known), card("attention", False, "vectors"))}
    assert desk_views._prerequisites(["attention"], cards) == expected


def test_entries_carry_their_dates(tracker: Tracker) -> None:
    at(tracker, NOW - timedelta(days=1)).act([id_of(0)], "queued")
    at(tracker, NOW).act([id_of(0)], "read")
    (entry,) = tracker.reading_entries("status:read")
    assert (entry.queued, entry.finished, entry.lists) == (NOW - timedelta(days=1), NOW, 2)
