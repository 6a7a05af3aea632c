"""Weeks of real lists pass over one library, calmly and under faults, by way of the stand-in for the web."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.world import shared_world
from tracker.records import UpdateReport
from tracker.service import Tracker
from tracker.settings import load_settings

pytestmark = [pytest.mark.shared, pytest.mark.timeout(1800)]  # faults mean waiting: seconds a retry, as servers ask
WEEKLY = "ai-papers-of-the-week"
FAULTS = "429:*:0.2,503:*:0.1,cut:*:0.1,garbage:*:0.05"


def library(home: Path, mirror: str) -> Tracker:
    return Tracker.open(settings=load_settings(home, {"TRACKER_MIRROR": mirror, "TRACKER_REQUEST_INTERVAL": "0"}))


def update(home: Path, mirror: str, *, embed: bool = False) -> UpdateReport:
    with library(home, mirror) as tracker:
        return tracker.update(embed=embed)


def exported(home: Path) -> list[dict[str, object]]:
    """The export without the moments, which differ from run to run, in an order of its own."""
    with Tracker.open(settings=load_settings(home, {"TRACKER_OFFLINE": "1"})) as tracker:
        text = tracker.export() or ""
    papers = [json.loads(line) for line in text.splitlines()]
    for paper in papers:
        del paper["added"]
    return sorted(papers, key=lambda paper: str(paper["id"]))


def mentions(home: Path, source: str) -> Counter[tuple[object, ...]]:
    return Counter(
        (paper["id"], m["week_start"], m["rank"])
        for paper in exported(home)
        for m in paper["mentions"]  # type: ignore[attr-defined]
        if m["source"] == source
    )


@pytest.fixture(scope="module")
def calm(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library after one undisturbed update in the last week."""
    home = tmp_path_factory.mktemp("calm")
    with shared_world(shared, "--as-of", "2026-05-04") as mirror:
        report = update(home, mirror)
    assert not report.failed
    return home


def test_each_week_brings_exactly_its_rows(shared: Path, tmp_path: Path) -> None:
    with shared_world(shared, "--as-of", "2026-04-20") as mirror:
        first = update(tmp_path, mirror)
    before = mentions(tmp_path, WEEKLY)
    with shared_world(shared, "--as-of", "2026-05-04") as mirror:
        second = update(tmp_path, mirror)
        third = update(tmp_path, mirror)
    after = mentions(tmp_path, WEEKLY)

    by_slug = {s.slug: s for s in second.sources}
    assert not first.failed
    assert (by_slug[WEEKLY].added, by_slug[WEEKLY].gone) == (20, 0)
    assert not before - after, "an entry was lost or moved"
    assert {str(week) for _, week, _ in after - before} == {"2026-04-19", "2026-04-26"}
    assert all(s.state == "unchanged" for s in third.sources)
    assert third.new_papers == 0
    assert sum(e.asked for e in third.enrich) == 0


def test_a_rewritten_list_keeps_its_papers_and_mentions(shared: Path, tmp_path: Path, calm: Path) -> None:
    with shared_world(shared, "--as-of", "2025-07-20") as mirror:
        update(tmp_path, mirror)
    old = mentions(tmp_path, WEEKLY)
    assert sum(old.values()) == 1300
    with shared_world(shared, "--as-of", "2026-05-04") as mirror:
        report = update(tmp_path, mirror)
    weekly = next(s for s in report.sources if s.slug == WEEKLY)
    assert (weekly.added, weekly.gone, weekly.returned) == (430, 0, 0)
    assert mentions(tmp_path, WEEKLY) == mentions(calm, WEEKLY)
    assert [p["id"] for p in exported(tmp_path)] == [p["id"] for p in exported(calm)]


@pytest.mark.parametrize("seed", ["1"])
def test_a_calm_run_after_faults_reaches_the_undisturbed_export(
    shared: Path, tmp_path: Path, calm: Path, seed: str
) -> None:
    with shared_world(shared, "--as-of", "2026-05-04", "--faults", FAULTS, "--seed", seed) as mirror:
        disturbed = update(tmp_path, mirror)
    assert disturbed.papers > 0
    with shared_world(shared, "--as-of", "2026-05-04") as mirror:
        healed = update(tmp_path, mirror)
    assert not healed.failed
    assert exported(tmp_path) == exported(calm)
