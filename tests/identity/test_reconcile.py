"""A list read again: what stays, what comes, what goes, what returns."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identity import snapshots
from tracker.identity.reconcile import Kept, OldMention, Reconciliation, listed, mention_key, reconcile
from tracker.records import Entry, Link

WEEK = date(2026, 5, 3)
ARXIV = "https://arxiv.org/abs/"


def row(rank: int, title: str, arxiv: str | None = None, *, week: date = WEEK, **fields: object) -> Entry:
    url = ARXIV + arxiv if arxiv else None
    return Entry(title=title, url=url, week_end=week, rank=rank, line=rank, **fields)  # type: ignore[arg-type]


def item(title: str, url: str | None = None, section: str = "A", line: int = 1, **fields: object) -> Entry:
    return Entry(title=title, url=url, section=(section,), line=line, **fields)  # type: ignore[arg-type]


def stored(outcome: Reconciliation, before: Sequence[OldMention] = ()) -> list[OldMention]:
    """What a store holds after applying an outcome."""
    held = {m.key: m for m in before}
    now = [
        OldMention(k.key, k.listed.entry, k.listed.identifiers)
        for k in (*outcome.kept, *outcome.added, *outcome.returned)
    ]
    return [*now, *(dataclasses.replace(held[key], gone=True) for key in outcome.gone), *_still_gone(held, outcome)]


def _still_gone(held: dict[str, OldMention], outcome: Reconciliation) -> list[OldMention]:
    back = {k.key for k in outcome.returned}
    return [m for m in held.values() if m.gone and m.key not in back]


def first(entries: Sequence[Entry]) -> list[OldMention]:
    return stored(reconcile([], listed(entries)))


def keys(found: Sequence[object]) -> list[str]:
    return [k.key for k in found]  # type: ignore[attr-defined]


def test_keys_come_from_the_content() -> None:
    assert mention_key(row(7, "T"), ()) == "2026-05-03/07"
    plan = reconcile(
        [],
        listed(
            [
                item("A Paper", ARXIV + "2301.00001"),
                item("A Paper", ARXIV + "2301.00001v2", "B", 2),
                item("Unlinked", line=3),
            ]
        ),
    )
    assert keys(plan.added)[:2] == ["arxiv:2301.00001", "arxiv:2301.00001#2"]
    assert keys(plan.added)[2].startswith("title:")


def test_nothing_new_is_nothing_to_do() -> None:
    entries = [row(1, "One", "2301.00001"), row(2, "Two")]
    plan = reconcile(first(entries), listed(entries))
    assert [(k.changed, k.moved, k.reidentified) for k in plan.kept] == [(False, False, False)] * 2
    assert (plan.added, plan.gone, plan.returned) == ((), (), ())


def test_rewritten_rows_stay_the_same_mentions() -> None:
    old = first(
        [
            row(1, "SHRT", "2301.00001", text="old"),
            row(2, "NICK", text="old", links=(Link("Tweet", "https://x.com/a/status/1"),)),
        ]
    )
    new = [
        row(1, "A Short Thing at Length", "2301.00001v2", text="all new"),
        row(2, "Something Else Entirely", "2301.00002", text="new", links=(Link("Tweet", "https://x.com/a/status/1"),)),
    ]
    plan = reconcile(old, listed(new))
    assert keys(plan.kept) == ["2026-05-03/01", "2026-05-03/02"]
    assert [(k.changed, k.reidentified) for k in plan.kept] == [(True, False), (True, True)]
    assert (plan.added, plan.gone) == ((), ())


def test_a_corrected_arxiv_id_keeps_the_row() -> None:
    plan = reconcile(first([row(1, "GRDN", "2301.00001")]), listed([row(1, "GRDN", "2301.00002")]))
    assert [(k.key, k.reidentified) for k in plan.kept] == [("2026-05-03/01", True)]


def test_another_paper_at_the_same_rank_is_another_mention() -> None:
    plan = reconcile(first([row(1, "Gardens", "2301.00001")]), listed([row(1, "Rivers", "2301.00002")]))
    assert plan.gone == ("2026-05-03/01",)
    assert len(plan.added) == 1
    assert plan.added[0].key.startswith("2026-05-03/01~")


def test_rows_that_change_places_keep_their_keys() -> None:
    old = first([row(1, "One", "2301.00001"), row(2, "Two", "2301.00002")])
    plan = reconcile(old, listed([row(1, "Two", "2301.00002"), row(2, "One", "2301.00001")]))
    assert {k.key: k.listed.entry.title for k in plan.kept} == {"2026-05-03/01": "One", "2026-05-03/02": "Two"}


def test_a_corrected_week_keeps_its_rows() -> None:
    old = first([row(1, "One", "2301.00001"), row(2, "Two", "2301.00002")])
    later = date(2026, 5, 10)
    plan = reconcile(old, listed([row(1, "One", "2301.00001", week=later), row(2, "Two", "2301.00002", week=later)]))
    assert keys(plan.kept) == ["2026-05-03/01", "2026-05-03/02"]


def test_a_row_put_above_moves_the_others_without_changing_them() -> None:
    old = first([item("A Long Enough Title", ARXIV + "2301.00001", line=1)])
    plan = reconcile(
        old,
        listed([item("New", ARXIV + "2301.00002", line=1), item("A Long Enough Title", ARXIV + "2301.00001", line=2)]),
    )
    assert [(k.changed, k.moved) for k in plan.kept] == [(False, True)]


def test_moved_to_another_section_is_kept() -> None:
    old = first([item("One", ARXIV + "2301.00001", "A"), item("Untold Unlinked Story", None, "A", 2)])
    plan = reconcile(old, listed([item("One", ARXIV + "2301.00001", "B"), item("Untold Unlinked Story", None, "C", 2)]))
    assert len(plan.kept) == 2
    assert (plan.added, plan.gone) == ((), ())


def test_one_paper_twice_on_a_list_is_two_mentions_and_each_keeps_its_section() -> None:
    old = first([item("One", ARXIV + "2301.00001", "A", 1), item("One", ARXIV + "2301.00001", "B", 2)])
    plan = reconcile(old, listed([item("One", ARXIV + "2301.00001", "B", 1)]))
    assert keys(plan.kept) == ["arxiv:2301.00001#2"]
    assert plan.gone == ("arxiv:2301.00001",)


def test_a_mended_letter_without_a_link_is_the_same_entry() -> None:
    plan = reconcile(first([item("Effortless Gratients in Numpy")]), listed([item("Effortless Gradients in Numpy")]))
    assert [k.changed for k in plan.kept] == [True]


def test_the_same_short_title_with_another_paper_behind_it_is_new() -> None:
    plan = reconcile(
        first([item("Attention", ARXIV + "2301.00001")]), listed([item("Attention", ARXIV + "2301.00002")])
    )
    assert (len(plan.kept), len(plan.added), len(plan.gone)) == (0, 1, 1)


def test_gone_and_back() -> None:
    start = first([item("One", ARXIV + "2301.00001"), item("Two", ARXIV + "2301.00002", line=2)])
    without = reconcile(start, listed([item("Two", ARXIV + "2301.00002")]))
    assert without.gone == ("arxiv:2301.00001",)
    held = stored(without, start)
    assert not reconcile(held, listed([item("Two", ARXIV + "2301.00002")])).gone
    again = reconcile(
        held, listed([item("One", ARXIV + "2301.00001v3", "Elsewhere"), item("Two", ARXIV + "2301.00002")])
    )
    assert keys(again.returned) == ["arxiv:2301.00001"]
    assert not again.added


def test_a_mention_that_stays_is_preferred_to_one_that_left() -> None:
    live = OldMention(
        "live", item("One", ARXIV + "2301.00001", "B"), listed([item("One", ARXIV + "2301.00001")])[0].identifiers
    )
    left = dataclasses.replace(live, key="left", entry=item("One", ARXIV + "2301.00001", "A"), gone=True)
    plan = reconcile([left, live], listed([item("One", ARXIV + "2301.00001", "A")]))
    assert keys(plan.kept) == ["live"]
    assert not plan.returned


# ---------------------------------------------------------------- laws

titles = st.sampled_from(
    ["", "Attention", "GRDN", "Growing Gardens Without Water", "Growing Gardens without Waters", "Rivers of the North"]
)
links = st.none() | st.sampled_from(
    [
        ARXIV + "2301.00001",
        ARXIV + "2301.00002",
        "https://example.org/p",
        "https://github.com/o/r",
        "https://doi.org/10.1/x",
    ]
)
entries = st.builds(
    Entry,
    title=titles,
    url=links,
    section=st.sampled_from([(), ("A",), ("B",)]),
    week_end=st.none() | st.just(WEEK),
    rank=st.none() | st.integers(1, 3),
    line=st.none() | st.integers(1, 9),
    text=st.sampled_from(["", "x"]),
)
readings = st.lists(entries, max_size=7)


@given(readings, readings, readings, st.randoms(use_true_random=False))
def test_laws(one: list[Entry], two: list[Entry], three: list[Entry], chance: random.Random) -> None:
    held: list[OldMention] = []
    for reading in (one, two, three):
        plan = reconcile(held, listed(reading))
        shuffled = list(held)
        chance.shuffle(shuffled)
        assert reconcile(shuffled, listed(reading)) == plan
        was_live = {m.key for m in held if not m.gone}
        assert {*keys(plan.kept), *plan.gone} == was_live
        assert len(plan.kept) + len(plan.added) + len(plan.returned) == len(reading)
        held = stored(plan, held)
        assert len({m.key for m in held}) == len(held)
        again = reconcile(held, listed(reading))
        assert (again.added, again.gone, again.returned) == ((), (), ())
        assert not any(_touched(k) for k in again.kept)


def _touched(kept: Kept) -> bool:
    return kept.changed or kept.moved or kept.reidentified


# ---------------------------------------------------------------- the real lists


@pytest.mark.shared
def test_the_weekly_list_through_its_new_layout_and_two_more_weeks(shared: Path) -> None:
    held: list[OldMention] = []
    outcomes = []
    for day in snapshots.days(shared, snapshots.WEEKLY):
        plan = reconcile(held, listed(snapshots.entries(shared, snapshots.WEEKLY, day)))
        outcomes.append((len(plan.kept), len(plan.added), len(plan.gone), sum(k.reidentified for k in plan.kept)))
        held = stored(plan, held)
    assert outcomes == [(0, 1300, 0, 0), (1300, 410, 0, 2), (1710, 10, 0, 0), (1720, 10, 0, 0)]
    fresh = reconcile([], listed(snapshots.newest(shared)[snapshots.WEEKLY]))
    assert {m.key for m in held} == set(keys(fresh.added))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("repository", "kept", "added"), [("daturkel/learning-papers", 72, 0), ("dmarx/anthology-of-modern-ml", 213, 5)]
)
def test_the_other_lists_lose_nothing(shared: Path, repository: str, kept: int, added: int) -> None:
    before, after = (snapshots.entries(shared, repository, day) for day in snapshots.days(shared, repository))
    plan = reconcile(first(before), listed(after))
    assert (len(plan.kept), len(plan.added), len(plan.gone)) == (kept, added, 0)
