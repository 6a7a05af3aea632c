"""``tracker status`` tells, in words and for programs, whether the library is kept up to date."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.test_small_world import APRIL, RAW, SOURCES, opened, pages
from tests.world import small_world


def status(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tracker.cli", "--home", str(home), "status", *options],
        env={"PATH": "/usr/bin:/bin", "TRACKER_OFFLINE": "1", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_health_of_a_library(tmp_path: Path) -> None:
    fresh = status(tmp_path)
    assert "health     in order: no list was asked yet" in fresh.stdout
    assert "updated    never" in fresh.stdout
    with small_world(pages(APRIL)) as world:  # type: ignore[arg-type]
        with opened(tmp_path, world) as tracker:
            tracker.fetch(SOURCES)
        del world.pages[f"{RAW}/dmarx/anthology-of-modern-ml/HEAD/README.md"]
        assert "health     in order: every list answers" in status(tmp_path).stdout
        with opened(tmp_path, world) as tracker:
            tracker.fetch(SOURCES)
        assert "health     1 list failed the last time, not often enough to be an outage" in status(tmp_path).stdout
        with opened(tmp_path, world) as tracker:
            for _ in range(2):
                tracker.fetch(SOURCES)
            plan = tracker.plan()
    assert plan.answered.keys() >= set(SOURCES)
    said = status(tmp_path)
    assert "last run   fetch, partly in" in said.stdout
    assert "health     1 list out of order" in said.stdout
    assert "answered   ai-papers-of-the-week, last " in said.stdout
    assert "anthology-of-modern-ml fails 3 times in a row, last answered 20" in said.stderr
    assert "404" in said.stderr
    assert "tried again" in said.stderr
    told = json.loads(status(tmp_path, "--json").stdout)
    assert {"papers", "sources", "updating", "last_run", "last_outcome"} <= told.keys()
    health = told["health"]
    assert (health["ok"], health["broken_runs"]) == (False, 0)
    assert [(o["slug"], o["failures"]) for o in health["outages"]] == [("anthology-of-modern-ml", 3)]
    assert set(health["answered"]) >= set(SOURCES)
    assert health["last_run"]["outcome"] == "partly"
    turns = {turn["slug"]: turn["reason"] for turn in health["turns"]}
    assert turns["anthology-of-modern-ml"] == "retry"
    assert turns["ai-papers-of-the-week"] == "interval"
