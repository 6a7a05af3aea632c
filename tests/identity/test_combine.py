"""What a person wrote survives a merge, in whatever order papers become one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.identity.combine import NoteFact, Reading, combine_notes, combine_reading, combine_tags
from tracker.records import READING_STATUSES

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_furthest_status_the_latest_rating_the_highest_priority() -> None:
    queued = Reading(
        status="queued", status_at=DAY, rating=5, rating_at=DAY, priority=3, priority_at=DAY, queued_at=DAY
    )
    later = DAY + timedelta(days=9)
    read = Reading(status="read", status_at=later, rating=2, rating_at=later, finished_at=later, queued_at=later)
    both = combine_reading(queued, read)
    assert (both.status, both.status_at, both.rating, both.priority) == ("read", later, 2, 3)
    assert (both.queued_at, both.finished_at) == (DAY, later)


def test_a_rating_is_not_lost_to_a_paper_without_one() -> None:
    assert combine_reading(Reading(rating=4, rating_at=DAY), Reading(rating_at=DAY + timedelta(days=1))).rating == 4


def test_queued_under_one_name_beats_skipped_under_the_other() -> None:
    assert combine_reading(Reading(status="skipped"), Reading(status="queued")).status == "queued"


def test_tags_and_notes_are_united() -> None:
    later = DAY + timedelta(days=1)
    assert combine_tags([("a", later)], [("a", DAY), ("b", later)]) == {"a": DAY, "b": later}
    old = NoteFact(id="n", body="old", created=DAY, updated=DAY)
    new = NoteFact(id="n", body="new", created=DAY, updated=later)
    other = NoteFact(id="m", body="x", created=later, updated=later)
    assert combine_notes([old, other], [new]) == (new, other)


moments = st.none() | st.integers(0, 5).map(lambda n: DAY + timedelta(days=n))
readings = st.builds(
    Reading,
    status=st.sampled_from(READING_STATUSES),
    status_at=moments,
    rating=st.none() | st.integers(1, 5),
    rating_at=moments,
    priority=st.integers(0, 3),
    priority_at=moments,
    seen_at=moments,
    queued_at=moments,
    started_at=moments,
    finished_at=moments,
)


@given(readings, readings, readings)
def test_laws(a: Reading, b: Reading, c: Reading) -> None:
    assert combine_reading(a, a) == a
    assert combine_reading(a, b) == combine_reading(b, a)
    assert combine_reading(combine_reading(a, b), c) == combine_reading(a, combine_reading(b, c))
