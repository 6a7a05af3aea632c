"""Saved searches with their new hits, facets, and what other windows did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.desk_library import MODEL, PAPERS, fill, id_of, unit
from tracker.errors import QueryError, UsageError
from tracker.records import Identifier
from tracker.service import Tracker
from tracker.store import papers, vectors
from tracker.store.papers import Derived
from tracker.store.texts import SearchText

LATER = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[Tracker]:
    fill(tmp_path)
    with Tracker.open(tmp_path) as opened:
        yield opened


def bring(tracker: Tracker, number: int, title: str) -> str:
    """One paper more."""
    name = f"arxiv:2606.{number:05d}"
    with tracker._db.write() as session:
        text = SearchText(title=title, text="We herd.", authors="")
        derived = Derived(
            id=name, title=title, title_key=title.lower(), year=2026, code=("https://x.org/y",), text=text
        )
        pk = papers.insert(session, derived, LATER)
        assert Identifier("arxiv", name.partition(":")[2])
        vectors.put_many(session, MODEL, [vectors.Embedded(pk, "h", unit(0, number)[None, :])])
    return name


def test_a_filter_tells_of_what_came_since(tracker: Tracker) -> None:
    tracker.save_search("Lately", "year:2024..")
    assert tracker.saved_searches()[0].new == ()
    one, two = bring(tracker, 1, "One More"), bring(tracker, 2, "Two More")
    (kept,) = tracker.saved_searches()
    assert set(kept.new) == {one, two}
    assert tracker.saved_searches(news=False)[0].new == ()
    assert set(tracker.see_search("Lately").new) == {one, two}
    assert tracker.saved_searches()[0].new == ()


def test_a_ranked_search_counts_only_its_best(tracker: Tracker) -> None:
    tracker.save_search("Sheep", "counting sheep")
    came = bring(tracker, 3, "Counting Sheep Again")
    assert tracker.saved_searches()[0].new == (came,)


def test_a_search_is_renamed_replaced_and_forgotten(tracker: Tracker) -> None:
    tracker.save_search("Lately", "year:2024..")
    came = bring(tracker, 4, "Four")
    assert tracker.save_search("Of late", "year:2024..", former="Lately").new == (came,), "a new name is no look"
    assert [one.name for one in tracker.saved_searches()] == ["Of late"]
    assert tracker.save_search("Of late", "year:2025..").new == (), "another query begins anew"
    tracker.forget_search("Of late")
    tracker.forget_search("Of late")
    assert tracker.saved_searches() == ()


@pytest.mark.parametrize(
    ("name", "query", "former"),
    [("", "x", None), ("n" * 101, "x", None), ("n", "  ", None), ("n", "x", "nobody"), ("n", "year:soon", None)],
)
def test_what_cannot_be_saved(tracker: Tracker, name: str, query: str, former: str | None) -> None:
    with pytest.raises(UsageError):
        tracker.save_search(name, query, former=former)
    with pytest.raises(UsageError):
        tracker.see_search("nobody")
    assert tracker.saved_searches() == ()


def test_facets_count_what_a_click_would_keep(tracker: Tracker) -> None:
    tracker.act([id_of(0)], "queued")
    found = tracker.facets("year:2020..")
    assert (found.papers, found.best) == (len(PAPERS), False)
    for field, values in (("list", found.lists), ("year", found.years), ("status", found.statuses)):
        assert values
        for value, number in values:
            assert tracker.count(f"year:2020.. {field}:{value}") == number
    for mark, number in found.marks:
        assert tracker.count(f"year:2020.. {mark}") == number
    ranked = tracker.facets("sheep in clouds")
    assert ranked.best
    assert ranked.papers <= len(PAPERS)
    assert tracker.facets("list:nowhere").papers == 0
    with pytest.raises(QueryError):
        tracker.facets("year:soon")


def test_another_window_learns_what_this_one_did(tracker: Tracker, tmp_path: Path) -> None:
    with Tracker.open(tmp_path) as other:
        before = other.desk_number()
        tracker.mark(id_of(0), "read", rating=4)
        tracker.tag(id_of(1), add=["spring"])
        tracker.note(id_of(2), "A note.")
        tracker.mark(id_of(0), "queued")
        found = other.desk_changes(before)
        assert [(one.id, one.status) for one in found] == [
            (id_of(0), "queued"), (id_of(2), "inbox"), (id_of(1), "inbox"),
        ]  # fmt: skip
        assert other.desk_number() == found[0].number
        tracker.mark_seen()
        assert [one.id for one in other.desk_changes(found[0].number)] == [None]
        assert other.desk_changes(other.desk_number()) == ()


def test_a_change_of_another_window_is_never_taken_for_ones_own(tracker: Tracker, tmp_path: Path) -> None:
    with Tracker.open(tmp_path) as other:
        start = tracker.desk_number()
        with tracker.desk_spans() as spans:  # the other window writes between this one's look and its own writes
            other.mark(id_of(0), "read")
            tracker.mark(id_of(1), "queued")
            other.mark(id_of(2), "skipped")
            tracker.undo(tracker.act([id_of(3)], "read"))
        own = {n for low, high in spans for n in range(low + 1, high + 1)}
        mine = {one.id for one in tracker.desk_changes(start) if one.number in own}
        assert mine == {id_of(1), id_of(3)}
        assert {one.id for one in tracker.desk_changes(start) if one.number not in own} == {id_of(0), id_of(2)}
        tracker.mark(id_of(0), "queued")
        assert max(own) < tracker.desk_number(), "nothing is counted after the block"
        assert len(spans) == 3


def test_what_a_filter_admitted_before_is_not_believed_after_a_write(tracker: Tracker, tmp_path: Path) -> None:
    def read() -> set[str]:
        return {hit.id for hit in tracker.search("sheep clouds status:read", 50).hits}

    assert read() == read() == set()
    shown = [id_of(1), id_of(4)]
    tracker.mark(shown[0], "read")
    assert read() == read() == {shown[0]}
    with Tracker.open(tmp_path) as other:
        other.mark(shown[1], "read")
        assert read() == {shown[0], shown[1]}
        other.mark(shown[0], "inbox")
    assert read() == {shown[1]}
    for number in range(40):  # more conditions than are remembered
        tracker.search(f"sheep year:{1990 + number}", 5)
    assert read() == {shown[1]}


def test_an_entry_for_a_bibliography_is_only_that(tracker: Tracker) -> None:
    tracker.note(id_of(0), "Mine alone.")
    entry = tracker.bibtex(id_of(0))
    assert entry.startswith("@")
    assert PAPERS[0][0] in entry
    assert "Mine alone" not in entry
    assert "papertracker" not in entry


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("herds list:nonsense", ["no paper is on a list called nonsense"]),
        ("concept:nonsense OR tag:nobody", ["tied to a concept called nonsense", "tagged nobody"]),
        ("list:weekly year:1800", []),
    ],
)
def test_a_name_that_no_paper_goes_by_is_told(tracker: Tracker, query: str, said: list[str]) -> None:
    found = tracker.search(query)
    assert found.hits == ()
    told = [notice for notice in found.notices if "no paper is " in notice and "embedded" not in notice]
    assert len(told) == len(said)
    assert all(words in notice for words, notice in zip(said, told, strict=True))


def test_an_identifier_finds_its_paper_and_an_unknown_one_its_cure(tracker: Tracker) -> None:
    name = bring(tracker, 7, "Sheep by Number")
    for text in ("2606.00007", name, "http://arxiv.org/abs/2606.00007v2", "10.48550/arXiv.2606.00007"):
        found = tracker.search(text)
        assert [hit.id for hit in found.hits] == [name]
        assert (found.hits[0].score, found.total, found.notices) == (1.0, 1, ())
        assert tracker.facets(text).papers == 1
    told = tracker.search("1706.99999").notices
    assert any("tracker import arxiv:1706.99999" in notice for notice in told)
    assert not any("identifier" in notice for notice in tracker.search("10/10 sheep").notices)
