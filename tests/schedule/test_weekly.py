"""The week's turn on the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import SettingsError
from tracker.schedule.weekly import AGAIN, DAYS, USUAL, parse_weekly

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.builds("{} {:02d}:{:02d}".format, st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59))


@given(TEXTS, MOMENTS)
def test_the_last_turn_is_less_than_a_week_and_an_hour_ago_on_the_right_day(text: str, now: datetime) -> None:
    week = parse_weekly(text, BERLIN)
    turn = week.before(now)
    assert timedelta(0) <= now - turn < timedelta(days=7, hours=1)
    assert DAYS[turn.astimezone(BERLIN).weekday()] == text.split()[0] or turn.astimezone(BERLIN).hour <= 3


@given(TEXTS, MOMENTS, st.integers(1, 40))
def test_however_many_turns_are_missed_there_is_one(text: str, now: datetime, days: int) -> None:
    week = parse_weekly(text, BERLIN)
    later = now + timedelta(days=days)
    if week.due(later, settled=now, failed=None):
        assert not week.due(later, settled=later, failed=None)
    else:
        assert days <= 7


def test_after_a_failure_it_waits_an_hour() -> None:
    week = parse_weekly(USUAL, UTC)
    settled, now = datetime(2026, 5, 3, tzinfo=UTC), datetime(2026, 5, 4, 7, tzinfo=UTC)
    assert week.due(now, settled=settled, failed=None)
    assert not week.due(now + AGAIN / 2, settled=settled, failed=now)
    assert week.due(now + AGAIN, settled=settled, failed=now)


@pytest.mark.parametrize("text", ["", "monday", "someday 07:00", "mon 24:00", "07:00 monday", "m 07:00"])
def test_what_is_no_time_of_the_week_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="TRACKER_DIGEST_DAY"):
        parse_weekly(text, UTC)
