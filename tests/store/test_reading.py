"""The reader's own words: filters over them, news, notes, tags, pairs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import NOON, Library, add_paper, after
from tracker.errors import UsageError
from tracker.records import ConceptLink, Entry, Note
from tracker.store import concepts, duplicates, filters, listing, mentions, merges, notes, reading
from tracker.store import settings as values
from tracker.store.filters import (
    About,
    All,
    Among,
    AnyOf,
    Author,
    Has,
    Is,
    Matches,
    Not,
    OnList,
    Rated,
    Status,
    Tagged,
    Years,
)


@pytest.fixture
def shelf(library: Library) -> Library:
    """Six papers: 1 and 2 on ``weekly``, 3 and 4 on ``deep``, 5 on both, 6 without a year and gone from ``deep``."""
    with library.database.write() as session:
        for number in range(1, 7):
            source = "weekly" if number in (1, 2, 5) else "deep"
            year = None if number == 6 else 2018 + number
            code = ("https://c",) if number == 1 else ()
            add_paper(
                session,
                f"2401.0000{number}",
                source=source,
                now=after(number),
                year=year,
                code=code,
                abstract="We." if number < 3 else None,
            )
        mentions.insert(session, source="deep", key="five", paper_pk=5, entry=Entry(title="Five"), now=after(9))
        mentions.mark_gone(session, [mentions.of_papers(session, [6])[6][0].pk], after(9))
        reading.mark(session, [1], NOON, status="read", rating=5)
        reading.mark(session, [2], NOON, rating=2)
        reading.mark(session, [3], NOON, status="queued", priority=1)
        notes.add_tags(session, 1, ["To Read"], NOON)
        notes.add(session, 2, "Hm.", NOON)
        links = [ConceptLink(slug="attention", score=0.5)]
        concepts.replace_links(session, {1: links, 2: links}, NOON)
        concepts.say(session, 2, "attention", False, NOON)
        concepts.say(session, 4, "attention", True, NOON)
    return library


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (filters.EVERYTHING, [1, 2, 3, 4, 5, 6]),
        (AnyOf(), []),
        (OnList("weekly"), [1, 2, 5]),
        (OnList("deep"), [3, 4, 5]),
        (OnList("' OR 1=1 --"), []),
        (Years(2020, 2021), [2, 3]),
        (Years(last=2020), [1, 2]),
        (Years(2022), [4, 5]),
        (Not(Years(2022)), [1, 2, 3, 6]),
        (Author("moss"), [1, 2, 3, 4, 5, 6]),
        (Author("Moss, Ada"), [1, 2, 3, 4, 5, 6]),
        (Author("nobody"), []),
        (Author('"'), []),
        (Status("inbox"), [2, 4, 5, 6]),
        (Status("read"), [1]),
        (Tagged("to read"), [1]),
        (About("attention"), [1, 4]),
        (Not(About("attention")), [2, 3, 5, 6]),
        (Has("code"), [1]),
        (Has("abstract"), [1, 2]),
        (Has("notes"), [2]),
        (Has("rating"), [1, 2]),
        (Has("tags"), [1]),
        (Is("gone"), [6]),
        (Is("new"), [2, 4, 5, 6]),
        (Rated(3), [1]),
        (Among((3, 1, 99)), [1, 3]),
        (Among(tuple(range(1, 50_000))), [1, 2, 3, 4, 5, 6]),
        (Matches('"00004"'), [4]),
        (All((OnList("weekly"), Not(Status("read")))), [2, 5]),
        (AnyOf((Status("queued"), Rated(5))), [1, 3]),
        (Not(AnyOf((Status("queued"), Rated(5)))), [2, 4, 5, 6]),
    ],
)
def test_filters_admit_exactly(shelf: Library, condition: filters.Filter, expected: list[int]) -> None:
    with shelf.database.reader() as reader:
        assert filters.pks(reader, condition).tolist() == expected
        assert listing.count(reader, condition) == len(expected)
        assert sorted(listing.listed(reader, condition, sort="title")) == expected


_leaves = st.sampled_from(
    [
        OnList("weekly"),
        Years(2020, 2021),
        Status("read"),
        Status("inbox"),
        Has("code"),
        Is("new"),
        Rated(2),
        About("attention"),
    ]
)
_trees: st.SearchStrategy[Any] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(tuple).map(All),
        st.lists(inner, max_size=3).map(tuple).map(AnyOf),
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=_trees, other=_trees)
def test_filters_are_sets(shelf: Library, one: filters.Filter, other: filters.Filter) -> None:
    with shelf.database.reader() as reader:
        found = {name: set(filters.pks(reader, tree).tolist()) for name, tree in (("one", one), ("other", other))}
        everything = set(range(1, 7))
        assert set(filters.pks(reader, Not(one)).tolist()) == everything - found["one"]
        assert set(filters.pks(reader, All((one, other))).tolist()) == found["one"] & found["other"]
        assert set(filters.pks(reader, AnyOf((one, other))).tolist()) == found["one"] | found["other"]


def test_orders_are_total(shelf: Library) -> None:
    with shelf.database.reader() as reader:
        order = {sort: listing.listed(reader, sort=sort) for sort in listing._ORDERS}
        assert listing.listed(reader, sort="added", limit=2, offset=1) == order["added"][1:3]
        assert listing.queue(reader, 5) == [3]
    assert order["added"] == [6, 5, 4, 3, 2, 1]
    assert order["news"] == [5, 6, 4, 3, 2, 1]
    assert order["published"] == [5, 4, 3, 2, 1, 6]
    assert order["endorsed"] == [5, 4, 3, 2, 1, 6]
    assert order["priority"][0] == 3
    assert order["title"] == [1, 2, 3, 4, 5, 6]


def test_news_is_what_came_since_and_was_not_seen(shelf: Library) -> None:
    def new() -> list[int]:
        with shelf.database.reader() as reader:
            return filters.pks(reader, Is("new")).tolist()

    with shelf.database.write() as session:
        reading.mark_seen(session, after(4.5))
    assert new() == [5, 6]
    with shelf.database.write() as session:
        reading.mark_seen(session, after(1))  # an older visit takes nothing back
        reading.mark_seen(session, after(20), [6])
    assert new() == [5]
    with shelf.database.write() as session:
        entry = Entry(title="Again")
        mentions.insert(session, source="deep", key="again", paper_pk=6, entry=entry, now=after(30))  # same list
        mentions.insert(session, source="weekly", key="first", paper_pk=6, entry=entry, now=after(31))  # a new list
        mentions.insert(
            session, source="weekly", key="read", paper_pk=3, entry=entry, now=after(31)
        )  # not in the inbox
    assert new() == [5, 6]
    with shelf.database.write() as session:
        reading.mark_seen(session, after(40))
    assert new() == []


def test_the_latest_word_wins_field_by_field(library: Library) -> None:
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001")
        assert reading.mark(session, [pk], after(5), status="reading", rating=3) == 1
        assert reading.mark(session, [pk], after(4), status="inbox", rating=1, priority=2) == 1
        held = reading.of_papers(session, [pk])[pk]
        assert (held.status, held.rating, held.priority) == ("reading", 3, 2)
        assert (held.started_at, held.queued_at, held.status_at) == (after(5), None, after(5))
        reading.mark(session, [pk], after(6), status="read", rating=0)
        reading.mark(session, [pk], after(7), status="queued")
        held = reading.of_papers(session, [pk])[pk]
        assert (held.rating, held.finished_at, held.queued_at, held.started_at) == (None, after(6), after(7), after(5))
        assert reading.counts(session) == {"inbox": 0, "queued": 1, "reading": 0, "read": 0, "skipped": 0}
        reading.mark(session, [pk], after(8), status="skipped")
        reading.put(session, held)  # undo
        assert reading.of_papers(session, [pk])[pk] == held


@pytest.mark.parametrize("wrong", [{"status": "done"}, {"rating": 6}, {"rating": -1}])
def test_marks_that_make_no_sense_are_refused(library: Library, wrong: dict[str, Any]) -> None:
    with library.database.write() as session, pytest.raises(UsageError):
        reading.mark(session, [add_paper(session, "2401.00001")], NOON, **wrong)


def test_notes_live_and_keep_their_ids(library: Library) -> None:
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001")
        note = notes.add(session, pk, "# One", after(1))
        assert notes.edit(session, note.id, "# Two", after(2)).created == after(1)
        assert not notes.put(session, pk, Note(id=note.id, body="older", created=after(1), updated=after(1)))
        assert notes.put(session, pk, Note(id=note.id, body="newer", created=after(1), updated=after(3)))
        assert notes.put(session, pk, Note(id="theirs", body="x", created=after(1), updated=after(3)))
        assert notes.paper_of(session, "theirs") == pk
        notes.delete(session, "theirs")
        for body in ("", " \n"):
            with pytest.raises(UsageError):
                notes.add(session, pk, body, NOON)
            with pytest.raises(UsageError):
                notes.edit(session, note.id, body, NOON)
        for act in (notes.delete, notes.paper_of):
            with pytest.raises(UsageError, match="no note 'theirs'"):
                act(session, "theirs")


def test_tags_differ_by_more_than_case(library: Library) -> None:
    with library.database.write() as session:
        pk = add_paper(session, "2401.00001")
        notes.add_tags(session, pk, ["Graph  Nets", "graph nets", "Straße"], NOON)
        notes.add_tags(session, pk, ["STRASSE"], NOON)
        assert notes.tag_counts(session) == {"Graph Nets": 1, "Straße": 1}
        notes.remove_tags(session, pk, ["GRAPH nets", "never there"])
        assert notes.tag_counts(session) == {"Straße": 1}
        for wrong in ("", "  ", "x" * 101):
            with pytest.raises(UsageError):
                notes.add_tags(session, pk, [wrong], NOON)


def test_pairs_wait_and_a_persons_word_is_final(library: Library) -> None:
    with library.database.write() as session:
        pks = [add_paper(session, f"2401.0000{n}") for n in range(3)]
        assert duplicates.put(session, pks[1], pks[0], score=0.7, evidence=["title 0.9"], now=NOON)
        assert not duplicates.put(session, pks[0], pks[1], score=0.7, evidence=["title 0.9"], now=NOON)
        assert duplicates.put(session, pks[0], pks[1], score=0.8, evidence=["title 0.95"], now=NOON)
        duplicates.put(session, pks[0], pks[2], score=0.9, evidence=[], now=NOON)
        first, second = duplicates.listed(session)
        assert (first.score, second.first_pk, second.second_pk) == (0.9, pks[0], pks[1])
        assert duplicates.get(session, second.number) == second
        duplicates.keep_apart(session, pks[1], pks[0], after(1))
        duplicates.retract(session, [first.number, second.number])
        assert duplicates.count(session) == 0
        assert duplicates.count(session, "different") == 1
        assert not duplicates.put(session, pks[0], pks[1], score=1.0, evidence=[], now=after(2))
        assert merges.are_apart(session, pks[0], pks[1])
        assert ("arxiv:2401.00000", "arxiv:2401.00001") in merges.apart_names(session)
        with pytest.raises(UsageError):
            duplicates.put(session, 1, 1, score=1, evidence=[], now=NOON)
        with pytest.raises(UsageError):
            duplicates.get(session, first.number)


def test_small_values(library: Library) -> None:
    with library.database.write() as session:
        values.put(session, "a", "b")
        values.put(session, "a", NOON)
        assert values.get_moment(session, "a") == NOON
        assert list(values.everything(session)) == ["a"]
        values.forget(session, "a")
        assert values.get(session, "a") is None


def test_ties_to_concepts_change_only_where_they_differ(library: Library) -> None:
    with library.database.write() as session:
        one, two = add_paper(session, "2401.00001"), add_paper(session, "2401.00002")
        links = {one: [ConceptLink(slug="a", score=0.5)], two: [ConceptLink(slug="a", score=0.9, evidence="e")]}
        assert concepts.replace_links(session, links, NOON) == 2
        assert concepts.replace_links(session, links, after(1)) == 0
        assert concepts.papers_of(session, "a") == [(two, 0.9), (one, 0.5)]
        concepts.say(session, one, "a", True, NOON)
        concepts.say(session, two, "a", False, NOON)
        assert concepts.papers_of(session, "a") == [(one, 1.0)]
        assert concepts.counts(session) == {"a": 1}
        assert concepts.verdicts(session, [one, two]) == {one: {"a": True}, two: {"a": False}}
        concepts.say(session, two, "a", None, NOON)
        assert concepts.replace_links(session, {one: [], two: links[two]}, NOON) == 1
        assert concepts.papers_of(session, "a", limit=5) == [(one, 1.0), (two, 0.9)]
