"""The plan under a fake clock: weeks pass, machines sleep, lists fail and heal."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import SettingsError
from tracker.records import SourceSpec, SourceState
from tracker.schedule.planning import OUTAGE, SHORTEST, SPREAD, Attempt, Past, due, next_slot, offset_of
from tracker.schedule.quiet import QuietHours, parse_quiet

START = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)  # a spring change of the clocks in Europe lies in the month after
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def state(slug: str, hours: float = 24, **changes: object) -> SourceState:
    kind = str(changes.pop("kind", "list"))
    enabled = bool(changes.pop("enabled", True))
    spec = SourceSpec(slug, kind, slug, "https://example.org/" + slug, interval_hours=hours, enabled=enabled)
    return dataclasses.replace(SourceState(spec=spec), **changes)


@dataclass
class Library:
    """The bookkeeping of the ingest: a failure writes its back-off, an unchanged success only the journal."""

    states: dict[str, SourceState]
    journal: list[Attempt] = field(default_factory=list)
    asked: list[tuple[str, datetime, bool]] = field(default_factory=list)

    def run(self, slug: str, now: datetime, ok: bool) -> None:
        old = self.states[slug]
        self.asked.append((slug, now, ok))
        self.journal.append(Attempt(slug, now))
        if ok and old.failures:
            self.states[slug] = dataclasses.replace(old, failures=0, error=None, last_fetch=now, last_success=now)
        elif not ok:
            wait = timedelta(minutes=min(15 * 2 ** min(old.failures, 10), 24 * 60))
            self.states[slug] = dataclasses.replace(
                old, failures=old.failures + 1, error="503", last_fetch=now, next_fetch=now + wait
            )

    def times(self, slug: str) -> list[datetime]:
        return [at for name, at, _ in self.asked if name == slug]


def live(library: Library, hours: int, *, fails: object = None, asleep: object = None, quiet: QuietHours | None = None):
    """Tick every ten minutes; each run takes three."""
    now = START
    while now < START + hours * HOUR:
        if not (asleep and asleep(now)):  # type: ignore[operator]
            plan = due(list(library.states.values()), now, library.journal, quiet=quiet, seed="home")
            for slug in plan.due:
                library.run(slug, now + timedelta(minutes=3), ok=not (fails and fails(slug, now)))  # type: ignore[operator]
        now += timedelta(minutes=10)


def test_a_month_has_one_turn_an_interval_and_no_drift() -> None:
    library = Library({"weekly": state("weekly", 12), "list": state("list", 24), "slow": state("slow", 168)})
    live(library, 30 * 24)
    assert [len(library.times(s)) for s in ("weekly", "list", "slow")] == pytest.approx([60, 30, 5], abs=1.5)
    for slug, hours in (("weekly", 12), ("list", 24), ("slow", 168)):
        grid = offset_of(slug, hours * HOUR, "home")
        late = [(at - next_slot(at - hours * HOUR, hours * HOUR, grid)) for at in library.times(slug)[1:]]
        assert max(late) <= timedelta(minutes=13), "each turn is as near to its instant as the first"


def test_the_first_time_everything_is_due_and_then_nothing() -> None:
    states = [state("a"), state("b"), state("off", enabled=False), state("shelf", kind="shelf")]
    first = due(states, START)
    assert (first.due, {t.reason for t in first.turns}) == (("a", "b"), {"first"})
    after = due(states, START + HOUR / 60, [Attempt("a", START), Attempt("b", START)])
    assert after.due == ()
    assert after.wake is not None
    assert after.wake > START + 12 * HOUR


def test_sleep_is_caught_up_with_one_turn() -> None:
    library = Library({"daily": state("daily", 24)})
    nap = (START + 50 * HOUR, START + 290 * HOUR)
    live(library, 320, asleep=lambda now: nap[0] <= now < nap[1])
    woken = [at for at in library.times("daily") if nap[1] <= at < nap[1] + HOUR]
    assert len(woken) == 1, "ten missed days are one turn, at once"
    assert not [at for at in library.times("daily") if woken[0] < at < woken[0] + 12 * HOUR]


def test_failures_back_off_become_one_outage_and_heal() -> None:
    library = Library({"list": state("list", 24)})
    bad = (START + 60 * HOUR, START + 110 * HOUR)
    told: list[int] = []

    def fails(slug: str, now: datetime) -> bool:
        told.extend(o.failures for o in due(list(library.states.values()), now).outages)
        return bad[0] <= now < bad[1]

    live(library, 240, fails=fails)
    failed = [at for _, at, ok in library.asked if not ok]
    gaps = [b - a for a, b in itertools.pairwise(failed)]
    assert 3 <= len(failed) <= 9
    assert gaps == sorted(gaps), "each wait is at least as long as the one before"
    assert min(told) == OUTAGE
    assert library.states["list"].failures == 0
    assert due(list(library.states.values()), START + 240 * HOUR).outages == ()


def test_two_failures_or_an_empty_weekend_are_no_outage() -> None:
    quiet_feed = state("feed", 24, entries=0, last_success=START)
    shaky = state("shaky", 24, failures=2, error="503", next_fetch=START)
    down = state("down", 24, failures=3, error="503", next_fetch=START, last_success=START - 40 * HOUR)
    off = state("off", 24, failures=9, error="503", enabled=False)
    (only,) = due([quiet_feed, shaky, down, off], START).outages
    assert (only.slug, only.failures, only.since, only.error) == ("down", 3, START - 40 * HOUR, "503")


def test_an_unchanged_list_has_answered_although_only_the_journal_knows() -> None:
    held = state("list", 24, failures=3, error="503", next_fetch=START, last_success=START - 400 * HOUR)
    journal = [Attempt("list", START - 30 * HOUR, ok=True), Attempt("list", START - 2 * HOUR), Attempt("x", START)]
    plan = due([held], START, journal)
    assert plan.answered == {"list": START - 30 * HOUR}
    assert [outage.since for outage in plan.outages] == [START - 30 * HOUR]


def test_an_attempt_in_the_future_of_a_wrong_clock_does_not_stop_the_plan() -> None:
    wrong = state("a", last_fetch=START + 9000 * HOUR, failures=1, next_fetch=START + 9001 * HOUR)
    assert due([wrong], START, [Attempt("a", START + 9000 * HOUR)]).due == ("a",)


def test_runs_that_break_wait_longer_each_time_and_one_whole_run_ends_that() -> None:
    def plan(*ok: bool):
        """Runs in order, one an hour, the last one at START."""
        return due([state("a")], START, runs=[Past(START - i * HOUR, o) for i, o in enumerate(reversed(ok))])

    assert plan(False, True).due == ("a",)
    first, fourth = plan(True, False), plan(False, False, False, False)
    assert (first.due, first.broken_runs, first.held_until) == ((), 1, START + HOUR / 4)
    assert (fourth.broken_runs, fourth.held_until, fourth.wake) == (4, START + 2 * HOUR, START + 2 * HOUR)
    assert due([state("a")], START + HOUR, runs=[Past(START, False)]).due == ("a",)


@pytest.mark.parametrize("text", ["", "23-7", "25:00-07:00", "07:00-07:00", "23:00-07:60", "night"])
def test_quiet_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="TRACKER_QUIET_HOURS"):
        parse_quiet(text, UTC)


def test_quiet_hours_over_midnight_and_over_a_change_of_the_clocks() -> None:
    quiet = parse_quiet("22:30-07:00", BERLIN)
    night = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight in Berlin; at two the clocks go forward
    assert quiet.until(night) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    assert quiet.until(datetime(2026, 3, 29, 5, 0, tzinfo=UTC)) is None
    assert quiet.until(datetime(2026, 3, 28, 12, 0, tzinfo=UTC)) is None


slugs = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=8)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(deadline=None)
@given(after=moments, hours=st.floats(0.25, 1000), slug=slugs, seed=st.text(max_size=5))
def test_a_slot_is_later_within_an_interval_and_on_the_grid(
    after: datetime, hours: float, slug: str, seed: str
) -> None:
    interval = timedelta(hours=hours)
    offset = offset_of(slug, interval, seed)
    slot = next_slot(after, interval, offset)
    assert after < slot <= after + interval
    assert next_slot(slot - timedelta(microseconds=1), interval, offset) == slot
    assert timedelta(0) <= offset <= interval + SPREAD


@settings(deadline=None)
@given(st.data())
def test_the_plan_does_not_depend_on_order_and_respects_half_an_interval(data: st.DataObject) -> None:
    names = data.draw(st.lists(slugs, min_size=1, max_size=5, unique=True))
    states = [state(n, data.draw(st.sampled_from([0.1, 1, 12, 24, 168]))) for n in names]
    asked = [Attempt(n, START - data.draw(st.integers(0, 400)) * HOUR) for n in names if data.draw(st.booleans())]
    plan = due(states, START, asked, seed="x")
    shuffled = data.draw(st.permutations(states))
    assert due(shuffled, START, asked[::-1], seed="x") == plan
    last = {a.slug: a.at for a in asked}
    for held in states:
        interval = max(timedelta(hours=held.spec.interval_hours), SHORTEST)
        gap = START - last[held.spec.slug] if held.spec.slug in last else None
        if gap is None or gap >= 1.5 * interval:
            assert held.spec.slug in plan.due
        elif gap <= interval / 2:
            assert held.spec.slug not in plan.due
    assert plan.wake is None or plan.wake > START


@settings(max_examples=40, deadline=None)
@given(now=moments, start=st.times(), end=st.times(), zone=st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kolkata")]))
def test_nothing_is_due_in_quiet_hours_and_all_is_afterwards(now: datetime, start, end, zone) -> None:  # type: ignore[no-untyped-def]
    if start == end:
        return
    quiet = QuietHours(start.replace(microsecond=0), end.replace(microsecond=0), zone)
    if quiet.start == quiet.end:
        return
    plan = due([state("a")], now, quiet=quiet)
    until = quiet.until(now)
    assert (plan.due == ()) == (until is not None)
    if until is not None:
        assert plan.wake == until
        assert now < until <= now + timedelta(hours=25)
        assert due([state("a")], until, quiet=quiet).due == ("a",)
