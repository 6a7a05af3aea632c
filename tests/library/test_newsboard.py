"""The board of news that is kept between two looks is the one that reading everything anew would give."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.desk_library import PAPERS, fill, id_of
from tracker.service import Tracker

NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)
LOOKS = (None, "monthly", "weekly", None)


def opened(home: Path) -> Tracker:
    tracker = Tracker.open(home)
    tracker._clock = lambda: NOW
    return tracker


def shown(tracker: Tracker, source: str | None) -> object:
    news = tracker.news_by_week(source=source, limit=100)
    groups = [(group.source, group.week, group.ids, [paper.id for paper in group.papers]) for group in news.groups]
    return news.total, news.shown, groups, dict(news.by_list)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_reading_anew_gives(tmp_path: Path, seed: int) -> None:
    fill(tmp_path)
    chance = random.Random(seed)  # noqa: S311 - made-up evenings
    done: list[Any] = []

    def some() -> list[str]:
        return [id_of(n) for n in chance.sample(range(len(PAPERS)), chance.randint(1, 2))]

    acts: tuple[Callable[[Tracker], object], ...] = (
        lambda t: done.append(t.act(some(), chance.choice(["queued", "read", "skipped", "inbox"]))),
        lambda t: done.append(t.see(some())),
        lambda t: done.append(t.see_until(NOW - timedelta(days=chance.randint(0, 30)))),
        lambda t: t.undo(done.pop()) if done else None,
        lambda t: t.tag(some()[0], add=["spring"]),
        lambda t: t.mark(some(), "inbox"),
        lambda t: t.note(some()[0], "A thought."),
        lambda t: t.mark(some(), rating=chance.randint(1, 5)),
    )
    with opened(tmp_path) as ours, opened(tmp_path) as other:
        for step in range(30):
            act = chance.choice(acts)
            act(chance.choice((ours, other)))
            source = LOOKS[step % len(LOOKS)]
            kept = shown(ours, source)
            with opened(tmp_path) as fresh:
                assert kept == shown(fresh, source), f"step {step}"
